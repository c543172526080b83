"""Reports: who may, how many, what follows, and that nobody learns who made one."""

from __future__ import annotations

import datetime

import pytest
import time_machine
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry, OutboxEvent
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.directory.domain.listings import reopen_listing
from qiao.directory.domain.queries.personal_data import personal_data_of
from qiao.directory.domain.trust.endorsing import endorse_organisation
from qiao.directory.domain.trust.reporting import (
    MOST_A_DAY,
    Reported,
    decide_report,
    look_into_report,
    measures_for,
    put_report_back,
    report_abuse,
    reported_endorsement,
    reported_listing,
    reported_organisation,
)
from qiao.directory.models import Listing, Membership, Report
from qiao.notifications.models import Notification, OutgoingMail
from tests.factories import BridgeFactory, UserFactory, affiliate, member, member_listing, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory()


@pytest.fixture
def owner() -> User:
    return UserFactory(name="Olga Owner")


@pytest.fixture
def listing(bridge: Bridge, owner: User) -> Listing:
    return member_listing(bridge, owner=owner)


@pytest.fixture
def organiser(bridge: Bridge) -> User:
    person: User = UserFactory()
    staff(bridge, person)
    return person


@pytest.fixture
def reporter() -> User:
    return UserFactory(name="Rui Reporter", email="rui@reporter.example")


@pytest.fixture
def report(listing: Listing, bridge: Bridge, reporter: User) -> Report:
    return report_abuse(
        reported_listing(listing), actor=reporter, bridge=bridge, category="false", text="They have no such sensor."
    )


def test_report_keeps_what_was_said_then(report: Report, listing: Listing) -> None:
    said = listing.text
    listing.text = "Something harmless."
    listing.save()
    report.refresh_from_db()
    assert report.snapshot == f"{listing.title}\n\n{said}"
    assert (report.organisation, report.label, report.state) == (listing.organisation, listing.title, "open")


def test_report_is_told_to_who_runs_the_bridge(bridge: Bridge, organiser: User, report: Report) -> None:
    line = Notification.objects.get(kind="report_made")
    assert (line.user, line.url) == (organiser, f"/organiser/{bridge.slug}/reports/{report.public_id}/")


def test_reported_never_learn_of_the_report_or_of_who_made_it(
    report: Report, listing: Listing, owner: User, organiser: User, reporter: User
) -> None:
    decide_report(
        report, actor=organiser, upheld=True, reason="There is no such sensor.", note_to_reporter="Thanks, Rui.",
        measure="hide",
    )  # fmt: skip
    assert not Report.objects.visible_to(owner).exists()
    for words in (
        *OutgoingMail.objects.filter(to=owner.email).values_list("text", flat=True),
        *(str(line.context) + line.sentence for line in Notification.objects.filter(user=owner)),
    ):
        assert "Rui" not in words
        assert "report" not in words.lower()
        assert "Thanks" not in words
    acts = AuditEntry.objects.filter(organisation_id=listing.organisation_id)
    assert list(acts.values_list("verb", "actor_id")) == [("hide_listing", organiser.pk)]
    assert not AuditEntry.objects.filter(actor=reporter, private=False).exists()


def test_organiser_who_is_of_the_reported_sees_and_decides_nothing(
    report: Report, listing: Listing, bridge: Bridge
) -> None:
    friend = UserFactory()
    staff(bridge, friend)
    affiliate(friend, listing.organisation, "viewer")
    assert not Report.objects.visible_to(friend).exists()
    for act in (
        lambda: look_into_report(report, actor=friend),
        lambda: decide_report(report, actor=friend, upheld=False, reason="Nothing to see."),
    ):
        with pytest.raises(NotAllowed):
            act()
    second = UserFactory()
    report_abuse(reported_listing(listing), actor=second, bridge=bridge, category="spam", text="Again.")
    assert not Notification.objects.filter(user=friend).exists()


def test_only_who_runs_the_bridge_sees_reports(report: Report, bridge: Bridge, organiser: User, reporter: User) -> None:
    reviewer, other = UserFactory(), UserFactory()
    staff(bridge, reviewer, BridgeRole.REVIEWER)
    staff(BridgeFactory(), other)
    seen = {person: list(Report.objects.visible_to(person)) for person in (organiser, reviewer, other, reporter)}
    assert seen == {organiser: [report], reviewer: [], other: [], reporter: []}
    assert list(Report.objects.made_by(reporter)) == [report]
    assert list(Report.objects.visible_to(AnonymousUser())) == []


def test_visitor_reports_nothing(listing: Listing, bridge: Bridge) -> None:
    with pytest.raises(NotAllowed):
        report_abuse(reported_listing(listing), actor=AnonymousUser(), bridge=bridge, category="false", text="Bad.")


def test_own_organisation_is_not_reported(listing: Listing, bridge: Bridge, owner: User) -> None:
    with pytest.raises(InvalidInput):
        report_abuse(reported_listing(listing), actor=owner, bridge=bridge, category="false", text="Bad.")


@pytest.mark.parametrize(("category", "text"), [("nonsense", "Bad."), ("false", "   "), ("false", "x" * 2001)])
def test_report_needs_a_category_and_words(
    listing: Listing, bridge: Bridge, reporter: User, category: str, text: str
) -> None:
    with pytest.raises(InvalidInput):
        report_abuse(reported_listing(listing), actor=reporter, bridge=bridge, category=category, text=text)


def test_same_thing_is_reported_once_until_it_is_decided(
    report: Report, listing: Listing, bridge: Bridge, organiser: User, reporter: User
) -> None:
    def again() -> Report:
        return report_abuse(reported_listing(listing), actor=reporter, bridge=bridge, category="false", text="Still.")

    with pytest.raises(Duplicate):
        again()
    decide_report(report, actor=organiser, upheld=False, reason="It is true.")
    assert again().pk != report.pk


def test_a_person_makes_so_many_reports_a_day(bridge: Bridge, reporter: User) -> None:
    def one(number: int) -> Report:
        return report_abuse(
            Reported("partnerships.message", f"m{number}", "A message", "Words", None),
            actor=reporter, bridge=bridge, category="abuse", text="Rude.",
        )  # fmt: skip

    for number in range(MOST_A_DAY):
        one(number)
    with pytest.raises(InvalidInput, match="many reports"):
        one(99)
    with time_machine.travel(timezone.now() + datetime.timedelta(days=1, seconds=1)):
        assert one(99).subject_type == "partnerships.message"


def test_report_is_taken_in_hand_and_put_back(report: Report, organiser: User) -> None:
    assert look_into_report(report, actor=organiser).looked_into_by == organiser
    assert put_report_back(report, actor=organiser).looked_into_by is None
    report.refresh_from_db()
    assert report.state == "open"


def test_decision_needs_a_reason_is_made_once_and_told_to_the_reporter(
    report: Report, organiser: User, reporter: User
) -> None:
    with pytest.raises(InvalidInput):
        decide_report(report, actor=organiser, upheld=False, reason=" ")
    decide_report(report, actor=organiser, upheld=False, reason="Seen the sensor.", note_to_reporter="It exists.")
    mail = OutgoingMail.objects.get(to=reporter.email)
    assert "It exists." in mail.text
    assert "Seen the sensor." not in mail.text
    assert Notification.objects.get(user=reporter).kind == "report_decided"
    with pytest.raises(TransitionNotAllowed):
        decide_report(report, actor=organiser, upheld=True, reason="No, wait.")


def test_dismissed_report_has_no_measure(report: Report, listing: Listing, organiser: User) -> None:
    with pytest.raises(InvalidInput):
        decide_report(report, actor=organiser, upheld=False, reason="Fine.", measure="suspend")
    report.refresh_from_db()
    assert report.state == "open"


def test_hidden_listing_is_out_of_sight_and_comes_back_through_review(
    report: Report, listing: Listing, owner: User, organiser: User
) -> None:
    assert [*measures_for(report)] == ["none", "hide", "suspend"]
    OutboxEvent.objects.all().delete()
    decide_report(report, actor=organiser, upheld=True, reason="There is no such sensor.", measure="hide")
    listing.refresh_from_db()
    assert listing.state == "withdrawn"
    assert not Listing.objects.live().exists()
    mail = OutgoingMail.objects.get(to=owner.email)
    assert "There is no such sensor." in mail.text
    assert listing.title in mail.text
    assert OutboxEvent.objects.filter(topic="listing.changed", payload={"listing_id": listing.pk}).exists()
    assert reopen_listing(listing, actor=owner).state == "draft"
    assert "hide" not in measures_for(report)


def test_suspension_follows_from_a_report(report: Report, listing: Listing, organiser: User) -> None:
    decide_report(report, actor=organiser, upheld=True, reason="Fraud.", measure="suspend")
    assert Membership.objects.get(organisation=listing.organisation).state == "suspended"


def test_measure_that_cannot_be_taken_decides_nothing(bridge: Bridge, organiser: User, reporter: User) -> None:
    organisation = member(bridge)
    report = report_abuse(
        reported_organisation(organisation, bridge), actor=reporter, bridge=bridge, category="fraud", text="Hm."
    )
    Membership.objects.update(state="left")
    assert [*measures_for(report)] == ["none"]
    for measure in ("hide", "suspend", "exile"):
        with pytest.raises(InvalidInput):
            decide_report(report, actor=organiser, upheld=True, reason="Fraud.", measure=measure)
    assert Report.objects.get().state == "open"


def test_reported_endorsement_is_hidden_by_the_desk(bridge: Bridge, organiser: User, reporter: User) -> None:
    writer = UserFactory()
    endorsement = endorse_organisation(
        member(bridge), actor=writer, by=member(bridge, country="CN", owner=writer), bridge=bridge,
        source="introduction:abc", have_met=True, text="They are swindlers.", language="en",
    )  # fmt: skip
    report = report_abuse(
        reported_endorsement(endorsement), actor=reporter, bridge=bridge, category="abuse", text="Insult."
    )
    assert report.organisation == endorsement.by
    decide_report(report, actor=organiser, upheld=True, reason="An insult.", measure="hide")
    endorsement.refresh_from_db()
    assert endorsement.hidden_by_desk


def test_own_reports_are_in_the_export_of_one_s_data(report: Report, reporter: User) -> None:
    assert [one["text"] for one in personal_data_of(reporter)["reports"]] == ["They have no such sensor."]


def test_report_outlives_who_made_it(report: Report, reporter: User) -> None:
    reporter.delete()
    report.refresh_from_db()
    assert report.reporter is None
