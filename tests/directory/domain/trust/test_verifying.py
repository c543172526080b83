"""What organisers verify: who may, what it replaces, when it ends, and who hears of it."""

from __future__ import annotations

import datetime

import pytest
from django.utils import timezone
from i18nfield.strings import LazyI18nString

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry, OutboxEvent
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge, Side
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.directory.domain.trust.verifying import (
    ask_for_verification,
    decline_request,
    expire_verification,
    record_document,
    take_back_request,
    vouch_for,
    withdraw_verification,
)
from qiao.directory.models import Organisation, Verification, VerificationRequest
from qiao.directory.tasks import check_verifications
from qiao.notifications.models import Notification, OutgoingMail
from tests.factories import BridgeFactory, OrganisationFactory, UserFactory, affiliate, member, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory()


@pytest.fixture
def owner() -> User:
    return UserFactory()


@pytest.fixture
def organisation(bridge: Bridge, owner: User) -> Organisation:
    return member(bridge, owner=owner)


@pytest.fixture
def organiser(bridge: Bridge) -> User:
    person: User = UserFactory()
    staff(bridge, person)
    return person


def side_of(bridge: Bridge, guiding_body: str = "Department of Trade") -> Side:
    side = bridge.sides.get(code="gb")
    side.guiding_body = LazyI18nString({"en": guiding_body})
    side.save()
    return side


def test_document_that_was_seen_is_held_told_and_logged(
    bridge: Bridge, organisation: Organisation, owner: User, organiser: User
) -> None:
    until = timezone.localdate() + datetime.timedelta(days=300)
    made = record_document(
        organisation, actor=organiser, bridge=bridge, document_kind="registration", note="No. 12", expires_on=until
    )
    assert list(Verification.objects.holding().on_bridge(bridge)) == [made]
    assert (made.verified_by, made.expires_on, made.note) == (organiser, until, "No. 12")
    entry = AuditEntry.objects.get(verb="verify_organisation")
    assert (entry.actor_id, entry.bridge_id, entry.organisation_id) == (organiser.pk, bridge.pk, organisation.pk)
    assert Notification.objects.get(user=owner).kind == "verification_recorded"
    assert OutgoingMail.objects.get(to=owner.email).template == "verification_recorded"
    assert OutboxEvent.objects.filter(topic="organisation.changed").count() == 1


def test_document_checked_on_one_bridge_is_not_held_on_another(
    bridge: Bridge, organisation: Organisation, organiser: User
) -> None:
    record_document(organisation, actor=organiser, bridge=bridge, document_kind="charter")
    assert not Verification.objects.holding().on_bridge(BridgeFactory()).exists()


def test_later_check_takes_the_place_of_the_earlier(
    bridge: Bridge, organisation: Organisation, organiser: User
) -> None:
    first = record_document(organisation, actor=organiser, bridge=bridge, document_kind="charter")
    second = record_document(organisation, actor=organiser, bridge=bridge, document_kind="tax")
    first.refresh_from_db()
    assert first.state == "withdrawn"
    assert list(Verification.objects.holding().on_bridge(bridge)) == [second]


@pytest.mark.parametrize("days", [-1, 4 * 366])
def test_date_must_lie_within_three_years(
    bridge: Bridge, organisation: Organisation, organiser: User, days: int
) -> None:
    with pytest.raises(InvalidInput) as refused:
        record_document(
            organisation,
            actor=organiser,
            bridge=bridge,
            document_kind="tax",
            expires_on=timezone.localdate() + datetime.timedelta(days=days),
        )
    assert list(refused.value.errors) == ["expires_on"]


def test_unknown_kind_of_document_is_refused(bridge: Bridge, organisation: Organisation, organiser: User) -> None:
    with pytest.raises(InvalidInput):
        record_document(organisation, actor=organiser, bridge=bridge, document_kind="selfie")
    assert not Verification.objects.exists()


def test_only_members_are_verified(bridge: Bridge, organiser: User) -> None:
    with pytest.raises(InvalidInput):
        record_document(OrganisationFactory(), actor=organiser, bridge=bridge, document_kind="tax")


@pytest.mark.parametrize("role", [BridgeRole.REVIEWER, BridgeRole.ADVISER, None])
def test_who_does_not_run_the_bridge_verifies_nobody(
    bridge: Bridge, organisation: Organisation, role: str | None
) -> None:
    person = UserFactory()
    if role:
        staff(bridge, person, role)
    with pytest.raises(NotAllowed):
        record_document(organisation, actor=person, bridge=bridge, document_kind="tax")


def test_nobody_verifies_their_own_organisation(bridge: Bridge, organisation: Organisation, organiser: User) -> None:
    affiliate(organiser, organisation, "viewer")
    with pytest.raises(NotAllowed):
        record_document(organisation, actor=organiser, bridge=bridge, document_kind="tax")


def test_guiding_body_is_spoken_for_by_its_own_side(bridge: Bridge, organisation: Organisation) -> None:
    side = side_of(bridge)
    ours, theirs, chair = UserFactory(), UserFactory(), UserFactory()
    for person, of in ((ours, side), (theirs, bridge.sides.get(code="cn"))):
        one = staff(bridge, person)
        one.side = of
        one.save()
    staff(bridge, chair, BridgeRole.OWNER)
    with pytest.raises(NotAllowed):
        vouch_for(organisation, actor=theirs, side=side)
    made = vouch_for(organisation, actor=ours, side=side)
    assert (made.level, made.side, made.bridge) == ("vouched", side, bridge)
    assert vouch_for(organisation, actor=chair, side=side).pk != made.pk


def test_nobody_vouches_without_a_guiding_body(bridge: Bridge, organisation: Organisation) -> None:
    chair = UserFactory()
    staff(bridge, chair, BridgeRole.OWNER)
    with pytest.raises(InvalidInput):
        vouch_for(organisation, actor=chair, side=bridge.sides.get(code="gb"))


def test_withdrawal_needs_a_reason_and_tells_it(
    bridge: Bridge, organisation: Organisation, owner: User, organiser: User
) -> None:
    made = record_document(organisation, actor=organiser, bridge=bridge, document_kind="tax")
    with pytest.raises(InvalidInput):
        withdraw_verification(made, actor=organiser, reason="  ")
    OutgoingMail.objects.all().delete()
    withdraw_verification(made, actor=organiser, reason="The register says it was dissolved.")
    made.refresh_from_db()
    assert (made.state, made.end_reason) == ("withdrawn", "The register says it was dissolved.")
    mail = OutgoingMail.objects.get(to=owner.email)
    assert "The register says it was dissolved." in mail.text
    with pytest.raises(TransitionNotAllowed):
        withdraw_verification(made, actor=organiser, reason="Again.")


def test_verification_runs_out_on_its_date(bridge: Bridge, organisation: Organisation, organiser: User) -> None:
    made = record_document(
        organisation, actor=organiser, bridge=bridge, document_kind="tax", expires_on=timezone.localdate()
    )
    assert not expire_verification(made.pk)
    Verification.objects.update(expires_on=timezone.localdate() - datetime.timedelta(days=1))
    assert not Verification.objects.holding().exists()
    assert check_verifications() == 1
    assert not expire_verification(made.pk)
    made.refresh_from_db()
    assert made.state == "expired"


def test_request_waits_once_and_is_answered_by_a_check(
    bridge: Bridge, organisation: Organisation, owner: User, organiser: User
) -> None:
    request = ask_for_verification(organisation, actor=owner, bridge=bridge, note="Companies House no. 12")
    with pytest.raises(Duplicate):
        ask_for_verification(organisation, actor=owner, bridge=bridge, note="Please")
    record_document(organisation, actor=organiser, bridge=bridge, document_kind="tax")
    request.refresh_from_db()
    assert (request.state, request.decided_by) == ("granted", organiser)
    assert ask_for_verification(organisation, actor=owner, bridge=bridge, note="Renew it").pk != request.pk


def test_request_is_declined_with_what_is_missing(
    bridge: Bridge, organisation: Organisation, owner: User, organiser: User
) -> None:
    request = ask_for_verification(organisation, actor=owner, bridge=bridge, note="See our website")
    with pytest.raises(InvalidInput):
        decline_request(request, actor=organiser, answer="")
    decline_request(request, actor=organiser, answer="Send the certificate.")
    assert "Send the certificate." in OutgoingMail.objects.get(to=owner.email).text
    with pytest.raises(TransitionNotAllowed):
        take_back_request(request, actor=owner)


def test_request_is_made_by_owners_alone_and_can_be_taken_back(
    bridge: Bridge, organisation: Organisation, owner: User, organiser: User
) -> None:
    editor = UserFactory()
    affiliate(editor, organisation, "editor")
    for person in (editor, organiser):
        with pytest.raises(NotAllowed):
            ask_for_verification(organisation, actor=person, bridge=bridge, note="Please")
    request = ask_for_verification(organisation, actor=owner, bridge=bridge, note="Please")
    with pytest.raises(NotAllowed):
        take_back_request(request, actor=editor)
    take_back_request(request, actor=owner)
    assert not VerificationRequest.objects.waiting().exists()


def test_request_is_seen_by_who_writes_and_by_the_desk(
    bridge: Bridge, organisation: Organisation, owner: User, organiser: User
) -> None:
    request = ask_for_verification(organisation, actor=owner, bridge=bridge, note="Please")
    stranger, viewer = UserFactory(), UserFactory()
    affiliate(viewer, organisation, "viewer")
    seen = {
        person.pk: list(VerificationRequest.objects.visible_to(person))
        for person in (owner, organiser, stranger, viewer)
    }
    assert seen == {owner.pk: [request], organiser.pk: [request], stranger.pk: [], viewer.pk: []}
