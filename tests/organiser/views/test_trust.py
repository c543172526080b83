"""The desk's pages of verification, reports and appeals: who may, what they do, and how many queries they take."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.directory.domain.suspending import suspend_membership
from qiao.directory.domain.trust.appealing import appeal_against
from qiao.directory.domain.trust.hiding import hide_listing
from qiao.directory.domain.trust.reporting import report_abuse, reported_listing, reported_organisation
from qiao.directory.domain.trust.verifying import ask_for_verification, record_document
from qiao.directory.models import Appeal, Listing, Membership, Report, Verification, VerificationRequest
from qiao.notifications.models import OutgoingMail
from tests.factories import BridgeFactory, UserFactory, affiliate, member, member_listing, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    bridge: Bridge = BridgeFactory(slug="north")
    side = bridge.sides.get(code="gb")
    side.guiding_body = "Department of Trade"
    side.save()
    return bridge


@pytest.fixture
def organiser(bridge: Bridge) -> User:
    person: User = UserFactory()
    staff(bridge, person, "owner")
    return person


@pytest.fixture
def owner() -> User:
    return UserFactory()


@pytest.fixture
def listing(bridge: Bridge, owner: User) -> Listing:
    return member_listing(bridge, owner=owner, title="Perpetual motion")


@pytest.fixture
def report(bridge: Bridge, listing: Listing) -> Report:
    return report_abuse(
        reported_listing(listing), actor=UserFactory(), bridge=bridge, category="false", text="It cannot exist."
    )


@pytest.fixture
def appeal(bridge: Bridge, listing: Listing, owner: User, organiser: User) -> Appeal:
    membership = Membership.objects.get(organisation=listing.organisation)
    suspend_membership(membership, actor=organiser, reason="Fraud.")
    membership.refresh_from_db()
    return appeal_against(membership, actor=owner, text="It was not us.")


def browser(user: User | None) -> Client:
    client = Client()
    if user is not None:
        client.force_login(user)
    return client


def at(name: str, *args: str) -> str:
    return reverse(f"organiser:{name}", args=["north", *args])


def every_page(listing: Listing, report: Report, appeal: Appeal) -> list[str]:
    return [
        at("verification_list"), at("verification", listing.organisation.public_id), at("report_list"),
        at("report", report.public_id), at("appeal_list"), at("appeal", appeal.public_id),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("role", "status"),
    [("owner", 200), ("organiser", 200), ("adviser", 403), ("reviewer", 403), ("participant", 404), (None, 302)],
)
def test_pages_are_for_who_runs_the_bridge(
    bridge: Bridge, listing: Listing, report: Report, appeal: Appeal, owner: User, role: str | None, status: int
) -> None:
    person: User | None = owner if role == "participant" else None
    if role in ("owner", "organiser", "adviser", "reviewer"):
        person = UserFactory()
        staff(bridge, person, role)
    client = browser(person)
    for address in every_page(listing, report, appeal):
        assert client.get(address).status_code == status, address
    for address in (
        at("verification_act", listing.organisation.public_id, "document"), at("report_take", report.public_id),
        at("report", report.public_id), at("appeal", appeal.public_id),
    ):  # fmt: skip
        if status != 200:
            assert client.post(address, {"document_kind": "tax"}).status_code == status, address
    if status != 200:
        assert not Verification.objects.exists()
        assert Report.objects.get().state == "open"


def test_organiser_of_another_bridge_sees_nothing(listing: Listing, report: Report, appeal: Appeal) -> None:
    stranger = UserFactory()
    elsewhere = BridgeFactory()
    staff(elsewhere, stranger)
    client = browser(stranger)
    for address in every_page(listing, report, appeal):
        assert client.get(address).status_code == 404
    for address in (f"reports/{report.public_id}/", f"appeals/{appeal.public_id}/",
                    f"verification/{listing.organisation.public_id}/"):  # fmt: skip
        assert client.get(f"/organiser/{elsewhere.slug}/{address}").status_code == 404


def test_document_is_recorded_and_withdrawn(bridge: Bridge, listing: Listing, owner: User, organiser: User) -> None:
    ask_for_verification(listing.organisation, actor=owner, bridge=bridge, note="Register no. 12")
    client = browser(organiser)
    assert "Register no. 12" in client.get(at("verification_list")).content.decode()
    page = at("verification", listing.organisation.public_id)
    act = at("verification_act", listing.organisation.public_id, "document")
    past = timezone.localdate() - datetime.timedelta(days=1)
    assert client.post(act, {"document_kind": "tax", "expires_on": past.isoformat()}).status_code == 422
    assert client.post(act, {"document_kind": "tax", "note": "By post."}).status_code == 302
    assert VerificationRequest.objects.get().state == "granted"
    held = Verification.objects.get()
    assert "By post." in client.get(page).content.decode()
    withdraw = at("verification_act", listing.organisation.public_id, "withdraw")
    client.post(withdraw, {"verification": held.public_id, "reason": ""})
    assert Verification.objects.get().state == "held"
    client.post(withdraw, {"verification": held.public_id, "reason": "It was forged."})
    assert Verification.objects.get().state == "withdrawn"
    assert "It was forged." in client.get(page).content.decode()
    assert client.post(withdraw, {"verification": "\x00nothing"}).status_code == 404


def test_guiding_body_vouches_and_request_is_declined(
    bridge: Bridge, listing: Listing, owner: User, organiser: User
) -> None:
    organisation = listing.organisation
    client = browser(organiser)
    assert "Department of Trade" in client.get(at("verification", organisation.public_id)).content.decode()
    ask_for_verification(organisation, actor=owner, bridge=bridge, note="Please")
    decline = at("verification_act", organisation.public_id, "decline")
    assert client.post(decline, {"answer": ""}).status_code == 422
    assert client.post(decline, {"answer": "Which register?"}).status_code == 302
    assert VerificationRequest.objects.get().answer == "Which register?"
    vouch = at("verification_act", organisation.public_id, "vouch")
    assert client.post(vouch, {"side": bridge.sides.get(code="cn").pk}).status_code == 422
    assert client.post(vouch, {"side": bridge.sides.get(code="gb").pk}).status_code == 302
    assert Verification.objects.get().level == "vouched"
    assert client.post(at("verification_act", organisation.public_id, "bless")).status_code == 302


def test_organiser_without_a_side_vouches_for_none(bridge: Bridge, listing: Listing) -> None:
    person = UserFactory()
    staff(bridge, person)
    client = browser(person)
    assert "id_vouch_side" not in client.get(at("verification", listing.organisation.public_id)).content.decode()
    vouch = at("verification_act", listing.organisation.public_id, "vouch")
    assert client.post(vouch, {"side": bridge.sides.get(code="gb").pk}).status_code == 422
    assert not Verification.objects.exists()


def test_own_organisation_is_verified_by_somebody_else(bridge: Bridge, listing: Listing, organiser: User) -> None:
    affiliate(organiser, listing.organisation, "viewer")
    client = browser(organiser)
    assert "<textarea" not in client.get(at("verification", listing.organisation.public_id)).content.decode()
    act = at("verification_act", listing.organisation.public_id, "document")
    assert client.post(act, {"document_kind": "tax"}).status_code == 403


def test_parts_of_the_verification_list(bridge: Bridge, listing: Listing, organiser: User) -> None:
    soon = member(bridge, name_en="Soon House")
    record_document(
        soon, actor=organiser, bridge=bridge, document_kind="tax",
        expires_on=timezone.localdate() + datetime.timedelta(days=10),
    )  # fmt: skip
    client = browser(organiser)
    names = {
        part: [name for name in ("Soon House", listing.organisation.name) if name in page]
        for part in ("requests", "soon", "without")
        for page in [client.get(f"{at('verification_list')}?show={part}").content.decode()]
    }
    assert names == {"requests": [], "soon": ["Soon House"], "without": [listing.organisation.name]}


def test_report_is_taken_in_hand_and_upheld(report: Report, listing: Listing, organiser: User, owner: User) -> None:
    client = browser(organiser)
    page = client.get(at("report", report.public_id)).content.decode()
    assert report.reporter is not None
    for words in ("It cannot exist.", "Perpetual motion", report.reporter.email, listing.text):
        assert words in page
    client.post(at("report_take", report.public_id))
    assert Report.objects.get().looked_into_by == organiser
    client.post(at("report_take", report.public_id), {"back": "1"})
    assert Report.objects.get().state == "open"
    decide = {"reason": "Physics.", "note_to_reporter": "Thanks.", "measure": "hide", "decision": "uphold"}
    assert client.post(at("report", report.public_id), decide | {"reason": ""}).status_code == 422
    assert client.post(at("report", report.public_id), decide).status_code == 302
    assert Listing.objects.get().state == "withdrawn"
    assert report.reporter.email not in "".join(
        OutgoingMail.objects.filter(to=owner.email).values_list("text", flat=True)
    )
    assert client.post(at("report", report.public_id), decide | {"measure": "none"}).status_code == 422
    assert "Perpetual motion" in client.get(f"{at('report_list')}?show=decided").content.decode()
    assert "Perpetual motion" not in client.get(at("report_list")).content.decode()


def test_dismissing_takes_no_measure_whatever_is_chosen(report: Report, organiser: User) -> None:
    values = {"reason": "It exists.", "measure": "suspend", "decision": "dismiss"}
    assert browser(organiser).post(at("report", report.public_id), values).status_code == 302
    assert (Report.objects.get().state, Membership.objects.get().state) == ("dismissed", "approved")


def test_reports_are_narrowed_by_category(report: Report, organiser: User) -> None:
    client = browser(organiser)
    assert "Perpetual motion" in client.get(f"{at('report_list')}?category=false").content.decode()
    assert "Perpetual motion" not in client.get(f"{at('report_list')}?category=spam").content.decode()


def test_report_on_one_s_own_organisation_is_not_there(report: Report, listing: Listing, bridge: Bridge) -> None:
    friend = UserFactory()
    staff(bridge, friend)
    affiliate(friend, listing.organisation, "viewer")
    client = browser(friend)
    assert "Perpetual motion" not in client.get(at("report_list")).content.decode()
    assert client.get(at("report", report.public_id)).status_code == 404


def test_appeal_is_answered_by_another_organiser(bridge: Bridge, appeal: Appeal, organiser: User) -> None:
    another = UserFactory()
    staff(bridge, another)
    answer = {"answer": "We were wrong.", "decision": "grant"}
    address = at("appeal", appeal.public_id)
    assert "<textarea" not in browser(organiser).get(address).content.decode()
    assert browser(organiser).post(address, answer).status_code == 403
    client = browser(another)
    assert client.post(address, {"answer": "", "decision": "grant"}).status_code == 422
    assert client.post(address, answer).status_code == 302
    assert Membership.objects.get().state == "approved"
    assert client.post(address, answer).status_code == 422
    assert appeal.organisation.name in client.get(f"{at('appeal_list')}?show=answered").content.decode()


@pytest.mark.parametrize(
    "page",
    ["verification/", "verification/?show=soon", "verification/?show=without", "reports/", "reports/?show=decided",
     "appeals/"],
)  # fmt: skip
def test_queries_do_not_grow(bridge: Bridge, organiser: User, page: str) -> None:
    def more() -> None:
        person = UserFactory()
        asking, without = member(bridge, owner=person), member(bridge)
        ask_for_verification(asking, actor=person, bridge=bridge, note="Please")
        record_document(
            member(bridge), actor=organiser, bridge=bridge, document_kind="tax",
            expires_on=timezone.localdate() + datetime.timedelta(days=10),
        )  # fmt: skip
        for state in ("open", "upheld"):
            made = report_abuse(
                reported_organisation(without, bridge), actor=UserFactory(), bridge=bridge, category="spam", text="Ads."
            )
            Report.objects.filter(pk=made.pk).update(state=state, decided_by=organiser, looked_into_by=organiser)
        hidden = member_listing(bridge, organisation=asking)
        hide_listing(hidden, actor=organiser, reason="False.")
        appeal_against(Listing.objects.get(pk=hidden.pk), actor=person, text="It is true.")

    counts, made = [], 0
    client = browser(organiser)
    for rows in (1, 3, 12):
        while made < rows:
            more()
            made += 1
        client.get(f"/organiser/north/{page}")
        with CaptureQueriesContext(connection) as queries:
            assert client.get(f"/organiser/north/{page}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
