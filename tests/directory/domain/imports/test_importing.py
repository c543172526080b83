"""From a file to the directory: checked, confirmed, applied; and again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry, OutboxEvent
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.directory.domain.imports import applying
from qiao.directory.domain.imports.applying import apply_import
from qiao.directory.domain.imports.jobs import cancel_import, confirm_import, request_check, start_import
from qiao.directory.enums import ImportState, ListingState, MembershipState, RowOutcome
from qiao.directory.models import ImportFile, ImportJob, Listing, Membership, Organisation
from tests.directory.importing import HEADER, TIDEWELL, checked, csv_file, figures, imported, json_lines, reasons
from tests.factories import BridgeFactory, MembershipFactory, OrganisationFactory, UserFactory, member, staff

pytestmark = pytest.mark.django_db

NEEDS = [
    "需求编号",
    "企业名称",
    "国家",
    "企业类型",
    "供需类型",
    "需求类型",
    "需求名称",
    "需求内容",
    "技术就绪度",
    "截止日期",
]
NEED = [
    "N1",
    "珠江生物",
    "中国",
    "初创企业",
    "需求",
    "技术",
    "寻找微创手术机器人",
    "用于基层医院的微创手术机器人。",
    "６",
    "2099年9月1日",
]


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory.create()


def test_organisations_become_managed_members_and_are_found_by_words(bridge: Bridge) -> None:
    job = imported(bridge, csv_file(HEADER, TIDEWELL))
    organisation = Organisation.objects.get()
    assert figures(job) == (1, 0, 0, 0)
    assert (organisation.name_en, organisation.kind, organisation.website) == (
        "Tidewell Surgical", "startup", "https://tidewell.example",
    )  # fmt: skip
    assert organisation.managed_by == bridge
    membership = Membership.objects.get()
    assert (membership.organisation, membership.side.code, membership.state) == (organisation, "gb", "approved")
    assert list(Organisation.objects.matching_words("keyhole robot")) == [organisation]
    assert set(AuditEntry.objects.values_list("verb", flat=True)) >= {
        "start_import", "confirm_import", "apply_import", "import_organisation", "import_membership",
    }  # fmt: skip


def test_needs_in_chinese_are_published_and_found(bridge: Bridge) -> None:
    imported(bridge, csv_file(NEEDS, NEED, encoding="gb18030"))
    listing = Listing.objects.live().get()
    assert (listing.direction, listing.kind, listing.language, listing.trl, listing.stage) == (
        "need", "technology", "zh", 6, "prototype",
    )  # fmt: skip
    assert (listing.organisation.name_zh, listing.organisation.kind) == ("珠江生物", "startup")
    assert listing.valid_until is not None
    assert listing.valid_until.isoformat() == "2099-09-01"
    assert listing.published_at is not None
    assert list(Listing.objects.matching_words("手术机器人")) == [listing]


def test_many_needs_of_one_organisation_share_its_profile(bridge: Bridge) -> None:
    second = ["N2", "珠江生物", "中国", "初创企业", "供给", "技术", "提供抗体", "单克隆抗体。", "", ""]
    job = imported(bridge, csv_file(NEEDS, NEED, second))
    assert figures(job) == (2, 0, 0, 0)
    assert Organisation.objects.get().listings.count() == 2


def test_importing_again_changes_nothing_and_then_only_what_changed(bridge: Bridge) -> None:
    other = ["2", "Norwell", "GB", "sme", "", "Sensors."]
    imported(bridge, csv_file(HEADER, TIDEWELL, other))
    before = dict(Organisation.objects.values_list("external_id", "updated_at"))
    assert figures(imported(bridge, csv_file(HEADER, TIDEWELL, other))) == (0, 0, 2, 0)
    assert dict(Organisation.objects.values_list("external_id", "updated_at")) == before
    job = imported(bridge, csv_file(HEADER, TIDEWELL, ["2", "Norwell", "GB", "sme", "", "Sensors for gait."]))
    assert figures(job) == (0, 1, 1, 0)
    after = dict(Organisation.objects.values_list("external_id", "updated_at"))
    assert after["1"] == before["1"]
    assert after["2"] > before["2"]
    assert Organisation.objects.matching_words("gait").get().external_id == "2"


def test_changed_listing_is_a_new_version_and_is_matched_again(bridge: Bridge) -> None:
    imported(bridge, csv_file(NEEDS, NEED))
    OutboxEvent.objects.all().delete()
    changed = [*NEED[:7], "改用单孔手术机器人。", *NEED[8:]]
    assert figures(imported(bridge, csv_file(NEEDS, changed))) == (0, 1, 0, 0)
    listing = Listing.objects.get()
    assert listing.version == 2
    events = OutboxEvent.objects.filter(topic="listing.changed").values_list("payload", flat=True)
    assert list(events) == [{"listing_id": listing.pk}]


def test_many_changes_ask_for_one_run(bridge: Bridge) -> None:
    rows = [[str(n), f"Firm {n}", "GB", "sme", "", ""] for n in range(applying.FEW + 1)]
    imported(bridge, csv_file(HEADER, *rows))
    topics = list(OutboxEvent.objects.exclude(topic__startswith="import.").values_list("topic", "payload"))
    assert topics == [("run.requested", {"bridge_id": bridge.pk})]


def test_check_changes_nothing(bridge: Bridge) -> None:
    job = checked(bridge, csv_file(HEADER, TIDEWELL))
    assert (job.state, figures(job)) == (ImportState.CHECKED, (1, 0, 0, 0))
    assert not Organisation.objects.exists()
    assert not ImportFile.objects.exists()
    assert job.rows.get().outcome == RowOutcome.NEW


def test_each_bad_row_is_named_with_column_and_reason(bridge: Bridge) -> None:
    job = checked(
        bridge,
        csv_file(
            HEADER,
            TIDEWELL,
            ["2", "", "GB", "sme", "", ""],
            ["3", "Circus", "GB", "circus", "", ""],
            ["4", "Far", "FR", "sme", "", ""],
            ["5", "x" * 161, "GB", "sme", "", ""],
            ["1", "Another", "GB", "sme", "", ""],
            ["7", "<script>alert(1)</script>", "GB", "sme", "", ""],
            ["8", "Web", "GB", "sme", "not a site", ""],
            ["9", "tidewell surgical", "GB", "sme", "", ""],
            ["x" * 121, "Long number", "GB", "sme", "", ""],
        ),
    )
    assert figures(job) == (1, 0, 0, 9)
    found = {row: columns[0][0] for row, columns in reasons(job).items()}
    assert found == {2: "Name", 3: "Type", 4: "Country", 5: "Name", 6: "ID", 7: "Name", 8: "Website", 9: "Name", 10: ""}
    assert "row 1" in reasons(job)[6][0][1]
    assert "no side in France" in reasons(job)[4][0][1]


def test_null_bytes_direction_marks_and_markup_do_no_harm(bridge: Bridge) -> None:
    job = checked(
        bridge,
        csv_file(
            HEADER,
            ["1", "Null\x00Byte", "GB", "sme", "", ""],
            ["2", "Right\u202eleft", "GB", "sme", "", ""],
            ["3", "Marked", "GB", "sme", "", "We <b>build</b> robots"],
        ),
    )
    assert "null byte" in reasons(job)[1][0][1]
    assert [row.notes for row in job.rows.all()][1:] == [
        ["Name in English: invisible control or direction characters were removed."],
        ["Summary in English: HTML markup is shown as plain text."],
    ]
    confirm_import(job, actor=None, leave_out_bad=True)
    apply_import(job.pk)
    assert set(Organisation.objects.values_list("name_en", flat=True)) == {"Rightleft", "Marked"}


def test_bad_rows_stop_the_import_until_they_are_left_out_on_purpose(bridge: Bridge) -> None:
    job = checked(bridge, csv_file(HEADER, TIDEWELL, ["2", "", "GB", "sme", "", ""]))
    with pytest.raises(InvalidInput) as refusal:
        confirm_import(job, actor=None)
    assert list(refusal.value.errors) == ["leave_out_bad"]
    confirm_import(job, actor=None, leave_out_bad=True)
    apply_import(job.pk)
    assert Organisation.objects.count() == 1
    assert list(job.rows.values_list("outcome", flat=True)) == [RowOutcome.NEW, RowOutcome.LEFT_OUT]


def test_file_with_only_bad_rows_cannot_be_imported(bridge: Bridge) -> None:
    job = checked(bridge, csv_file(HEADER, ["2", "", "GB", "sme", "", ""]))
    with pytest.raises(InvalidInput):
        confirm_import(job, actor=None, leave_out_bad=True)


def test_failure_in_the_middle_leaves_nothing_behind(bridge: Bridge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qiao.directory.domain.imports.checking.BATCH", 2)
    rows = [[str(n), f"Firm {n}", "GB", "sme", "", ""] for n in range(5)]
    job = checked(bridge, csv_file(HEADER, *rows))
    confirm_import(job, actor=None)
    # Somebody takes the last name between the check and the import.
    MembershipFactory.create(bridge=bridge, organisation=OrganisationFactory.create(name_en="Firm 4"))
    assert not apply_import(job.pk)
    job.refresh_from_db()
    assert job.state == ImportState.FAILED
    assert "Nothing was imported" in job.error
    assert Organisation.objects.count() == 1
    # The rows are there still: a second check needs no upload.
    request_check(job, actor=None, mapping=job.mapping)
    from qiao.directory.domain.imports.checking import check_import

    assert check_import(job.pk)
    job.refresh_from_db()
    assert figures(job) == (4, 0, 0, 1)


def test_corrected_mapping_is_applied_without_a_second_upload(bridge: Bridge) -> None:
    job = checked(bridge, csv_file(["Firm", "Land", "Sort"], ["Tidewell", "英国", "初创公司"]), mapping={
        "columns": {"Sort": "organisation.name"}, "constants": {"organisation.kind": "sme"},
    })  # fmt: skip
    assert job.rows_bad == 1
    right = {"Firm": "organisation.name", "Land": "organisation.country", "Sort": "organisation.kind"}
    request_check(job, actor=None, mapping={"columns": right})
    from qiao.directory.domain.imports.checking import check_import

    check_import(job.pk)
    job.refresh_from_db()
    assert figures(job) == (1, 0, 0, 0)


def test_side_chosen_for_the_file_places_rows_and_refuses_those_of_the_other_side(bridge: Bridge) -> None:
    side = bridge.sides.get(code="gb")
    job = checked(
        bridge,
        csv_file(HEADER, ["1", "No country", "", "sme", "", ""], ["2", "Irish", "IE", "sme", "", ""],
                 ["3", "Chinese", "CN", "sme", "", ""]),
        side=side,
    )  # fmt: skip
    assert list(reasons(job)) == [3]
    assert "another side" in reasons(job)[3][0][1]
    confirm_import(job, actor=None, leave_out_bad=True)
    apply_import(job.pk)
    assert set(Membership.objects.values_list("organisation__country", "side__code")) == {("GB", "gb"), ("IE", "gb")}


def test_unpublished_import_goes_to_review(bridge: Bridge) -> None:
    imported(bridge, csv_file(NEEDS, NEED), publish=False)
    listing = Listing.objects.get()
    assert (listing.state, listing.published_at) == (ListingState.IN_REVIEW, None)


def test_listing_past_its_date_is_kept_as_expired_and_lives_again_with_a_new_date(bridge: Bridge) -> None:
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    job = imported(bridge, csv_file(NEEDS, [*NEED[:9], yesterday]))
    assert Listing.objects.get().state == ListingState.EXPIRED
    assert job.rows.get().notes == ["Its date has gone by: kept as expired."]
    imported(bridge, csv_file(NEEDS, NEED))
    assert Listing.objects.get().state == ListingState.PUBLISHED
    imported(bridge, csv_file(NEEDS, [*NEED[:9], yesterday]))
    assert Listing.objects.get().state == ListingState.EXPIRED


def test_claimed_profile_is_never_touched(bridge: Bridge) -> None:
    imported(bridge, csv_file(NEEDS, NEED))
    Organisation.objects.update(managed_by=None)
    job = imported(bridge, csv_file(NEEDS, [*NEED[:7], "别的文字。", *NEED[8:]]))
    assert figures(job) == (0, 0, 1, 0)
    assert Listing.objects.get().text == NEED[7]
    assert "runs its own profile" in job.rows.get().notes[0]


def test_nobody_can_speak_for_a_member_who_runs_its_own_profile(bridge: Bridge) -> None:
    member(bridge, country="CN", name_en="", name_zh="珠江生物", owner=UserFactory.create())
    job = checked(bridge, csv_file(NEEDS, NEED))
    assert "runs its own profile" in reasons(job)[1][0][1]


def test_need_finds_the_profile_that_organisers_made_by_hand(bridge: Bridge) -> None:
    organisation = member(bridge, country="CN", name_en="", name_zh="珠江生物", managed_by=bridge, kind="hospital")
    imported(bridge, csv_file(NEEDS, NEED))
    organisation.refresh_from_db()
    assert Listing.objects.get().organisation == organisation
    assert organisation.kind == "hospital"


def test_same_numbers_on_two_bridges_are_two_organisations(bridge: Bridge) -> None:
    other = BridgeFactory.create()
    imported(bridge, csv_file(HEADER, TIDEWELL))
    job = imported(other, csv_file(HEADER, TIDEWELL))
    assert figures(job) == (1, 0, 0, 0)
    assert {o.managed_by for o in Organisation.objects.all()} == {bridge, other}


def test_suspended_member_stays_suspended(bridge: Bridge) -> None:
    imported(bridge, csv_file(HEADER, TIDEWELL))
    Membership.objects.update(state=MembershipState.SUSPENDED)
    job = imported(bridge, csv_file(HEADER, TIDEWELL))
    assert Membership.objects.get().state == MembershipState.SUSPENDED
    assert job.rows.get().notes == ["Its membership stays as it is: Suspended."]


def test_withdrawn_listing_stays_as_it_is(bridge: Bridge) -> None:
    imported(bridge, csv_file(NEEDS, NEED))
    Listing.objects.update(state=ListingState.WITHDRAWN)
    job = imported(bridge, csv_file(NEEDS, [*NEED[:7], "别的文字。", *NEED[8:]]))
    assert figures(job) == (0, 0, 1, 0)
    assert Listing.objects.get().text == NEED[7]


def test_sectors_are_known_by_code_and_by_name_in_both_languages(bridge: Bridge) -> None:
    row = {
        "name": "A",
        "country": "GB",
        "kind": "sme",
        "sectors": ["ict-ai", "Robotics and automation", "体外诊断", "Magic"],
    }
    job = imported(bridge, json_lines(row))
    codes = set(Organisation.objects.get().sectors.values_list("code", flat=True))
    assert codes == {"ict-ai", "manufacturing-robotics", "health-ivd"}
    assert "Magic" in job.rows.get().notes[0]
    row["sectors"] = ["ict-ai"]
    assert figures(imported(bridge, json_lines(row))) == (0, 1, 0, 0)
    assert Organisation.objects.get().sectors.get().code == "ict-ai"


def test_long_texts_are_refused_unless_they_may_be_cut(bridge: Bridge) -> None:
    file = [HEADER, ["1", "Wordy", "GB", "sme", "", "word " * 100]]
    assert reasons(checked(bridge, csv_file(*file)))[1][0][0] == "Summary"
    job = imported(bridge, csv_file(*file), mend=True)
    assert len(Organisation.objects.get().summary_en) <= 300
    assert "cut from 499 to 300" in job.rows.get().notes[0]


def test_values_that_contradict_each_other_are_refused(bridge: Bridge) -> None:
    header = [
        "name",
        "country",
        "org type",
        "direction",
        "kind",
        "title",
        "text",
        "stage",
        "trl",
        "amount from",
        "amount to",
    ]
    row = ["A", "GB", "investor", "offer", "investment", "T", "Text.", "concept", "9", "500", "100"]
    job = checked(bridge, csv_file(header, row), kind="listings")
    assert {column for column, _reason in reasons(job)[1]} == {"trl", "amount to", "Currency"}


def test_only_those_who_run_the_bridge_import(bridge: Bridge) -> None:
    reviewer: User = UserFactory.create()
    organiser: User = UserFactory.create()
    staff(bridge, reviewer, BridgeRole.REVIEWER)
    staff(bridge, organiser)
    for stranger in (UserFactory.create(), reviewer):
        with pytest.raises(NotAllowed):
            start_import(bridge, actor=stranger, file_name="f", stream=csv_file(HEADER, TIDEWELL))
    job = imported(bridge, csv_file(HEADER, TIDEWELL), actor=organiser)
    assert job.started_by == organiser
    assert list(ImportJob.objects.visible_to(organiser)) == [job]
    with pytest.raises(NotAllowed):
        cancel_import(job, actor=reviewer)


def test_cancelled_import_forgets_its_rows_and_cannot_be_confirmed(bridge: Bridge) -> None:
    job = checked(bridge, csv_file(HEADER, TIDEWELL))
    cancel_import(job, actor=None)
    assert not job.rows.exists()
    with pytest.raises(TransitionNotAllowed):
        confirm_import(job, actor=None)


def test_import_that_is_done_is_not_applied_twice(bridge: Bridge) -> None:
    job = imported(bridge, csv_file(HEADER, TIDEWELL))
    assert not apply_import(job.pk)
    with pytest.raises(TransitionNotAllowed):
        confirm_import(job, actor=None)


def test_batch_costs_the_same_however_many_rows_it_has(bridge: Bridge) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number in (3, 300):
        rows = [[f"{number}-{n}", f"Firm {number} {n}", "GB", "sme", "", ""] for n in range(number)]
        with CaptureQueriesContext(connection) as queries:
            imported(bridge, csv_file(HEADER, *rows))
        counts.append(len(queries))
    # Bulk writes come in statements of a bounded size, and one run is asked for: never a statement a row.
    assert counts[1] - counts[0] < 20
