"""The report counts what happened, and its files are safe to open."""

import io
import itertools
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook

from qiao.activity.models import AuditEntry
from qiao.common.errors import NotAllowed
from qiao.insights.workshop_export import ExportFormat, ExportKind, export_workshop
from qiao.insights.workshop_report import workshop_report
from qiao.partnerships.enums import IntroductionState, Stage
from qiao.partnerships.models import Introduction
from qiao.workshops.models import CheckIn, Feedback, Meeting, MeetingMember, Registration, Workshop
from tests.factories import (
    RegistrationFactory,
    UserFactory,
    WorkshopFactory,
    add_slots,
    add_tables,
    member,
    workshop_staff,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def workshop() -> Workshop:
    workshop: Workshop = WorkshopFactory()
    return workshop


def person(workshop: Workshop, country: str, kind: str = "sme", **fields: Any) -> Registration:
    organisation = member(workshop.bridge, country=country, kind=kind)
    registration: Registration = RegistrationFactory(workshop=workshop, organisation=organisation, **fields)
    return registration


def meet(workshop: Workshop, *people: Registration, answer: str = "yes", **fields: Any) -> Meeting:
    meeting = Meeting.objects.create(workshop=workshop, **fields)
    for n, one in enumerate(people):
        MeetingMember.objects.create(
            meeting=meeting, registration=one, is_asking=n == 0, answer="yes" if n == 0 else answer
        )
    return meeting


def test_figures_of_a_small_workshop(workshop: Workshop) -> None:
    li, ada, bo, cy = (
        person(workshop, "CN"),
        person(workshop, "GB", "university"),
        person(workshop, "GB"),
        person(workshop, "CN"),
    )
    person(workshop, "GB", state="withdrawn")
    person(workshop, "GB", state="waiting")
    for one in (li, ada, bo):
        CheckIn.objects.create(registration=one, happened_at=workshop.starts_at, device_key=one.public_id)
    slots, tables = add_slots(workshop, 3), add_tables(workshop, 2)
    at: list[dict[str, Any]] = [{"state": "scheduled", "slot": slots[n], "table": tables[0]} for n in range(3)]
    meet(workshop, li, ada, origin="request", outcome="held", **at[0])
    meet(workshop, ada, bo, origin="scheduler", outcome="held", **at[1])
    meet(workshop, bo, li, origin="request", outcome="did_not_happen", **at[2])
    meet(workshop, cy, ada, origin="request", state="requested", answer="asked")
    first, second = sorted((li.organisation, ada.organisation), key=lambda one: one.pk)
    Introduction.objects.create(
        bridge=workshop.bridge,
        first=first,
        second=second,
        state=IntroductionState.OPEN,
        stage=Stage.MEMORANDUM,
        opened_at=workshop.starts_at,
        stirred_at=workshop.starts_at,
    )
    Feedback.objects.create(workshop=workshop, registration=li, mark=4)
    report = workshop_report(workshop)
    assert (report.registered, report.waiting, report.withdrawn, report.came, report.organisations) == (4, 1, 1, 3, 4)
    assert (report.meetings_asked, report.meetings_agreed, report.meetings_held, report.meetings_missed) == (3, 2, 2, 1)
    assert report.answered_share == pytest.approx(2 / 3)
    assert report.cross_border_share == pytest.approx(1 / 2)
    assert (report.pairs_met, report.people_without_meeting) == (2, 1)
    assert report.stages == {
        "introduced": 1, "meeting": 1, "nda": 1, "memorandum": 1, "agreement": 0, "outcome": 0
    }  # fmt: skip
    assert (report.feedback, report.mark) == (1, 4)
    by_side = {line.label: (line.registered, line.came, line.asked, line.held) for line in report.sides}
    assert sorted(by_side.values()) == [(2, 1, 2, 1), (2, 2, 1, 3)]
    assert {line.registered for line in report.kinds} == {3, 1}
    # From interest to agreement: a pair counts for each side and each kind that is in it, once.
    grown = {line.label: (line.met, line.introduced, line.agreements) for line in (*report.sides, *report.kinds)}
    assert sorted(grown.values()) == [(1, 1, 0), (2, 1, 0), (2, 1, 0), (2, 1, 0)]
    Introduction.objects.update(stage=Stage.OUTCOME)
    assert {line.agreements for line in (*workshop_report(workshop).sides, *workshop_report(workshop).kinds)} == {1}


def test_a_workshop_of_nobody_has_no_shares(workshop: Workshop) -> None:
    report = workshop_report(workshop)
    assert (report.registered, report.attended_share, report.answered_share, report.cross_border_share) == (
        0,
        None,
        None,
        None,
    )


@pytest.mark.parametrize("people", [2, 12])
def test_counting_takes_as_many_queries_whatever_the_size(
    workshop: Workshop, people: int, django_assert_num_queries: Any
) -> None:
    there = [person(workshop, "CN" if n % 2 else "GB") for n in range(people)]
    for one, other in itertools.pairwise(there):
        meet(workshop, one, other, outcome="held", state="scheduled", starts_at=workshop.starts_at + timedelta(hours=9))
    with django_assert_num_queries(7):
        assert workshop_report(workshop).meetings_held == people - 1


@pytest.mark.parametrize("kind", list(ExportKind))
def test_files_are_for_who_runs_it_and_never_calculate(workshop: Workshop, kind: ExportKind) -> None:
    owner = UserFactory()
    workshop_staff(workshop, owner)
    li, ada = person(workshop, "CN", name="=cmd|'/c calc'!A1"), person(workshop, "GB")
    meet(workshop, li, ada, state="scheduled", starts_at=workshop.starts_at)
    with pytest.raises(NotAllowed):
        export_workshop(workshop, actor=li.user, kind=kind, file_format=ExportFormat.CSV)
    text, _type = export_workshop(workshop, actor=owner, kind=kind, file_format=ExportFormat.CSV)
    lines = text.decode("utf-8-sig").splitlines()
    assert len(lines) > 1
    assert not any(cell.strip('"').startswith("=") for line in lines for cell in line.split(","))
    book, _type = export_workshop(workshop, actor=owner, kind=kind, file_format=ExportFormat.XLSX)
    cells = [cell for row in load_workbook(io.BytesIO(book)).active for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)
    assert AuditEntry.objects.filter(verb="export_workshop").count() == 2
