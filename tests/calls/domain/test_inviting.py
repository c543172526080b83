"""Whom the matcher invites, why, and how often."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.utils import timezone

from matching.app.domain.refreshing import refresh_listing
from matching.app.models import ListingVector, Proposal
from qiao.activity.models import AuditEntry
from qiao.calls.domain.invitations import decline_invitation, undo_decline
from qiao.calls.domain.inviting import invite_members
from qiao.calls.domain.watching import calls_to_invite_to
from qiao.calls.models import Call, CallInvitation
from qiao.common.errors import NotAllowed
from qiao.directory.models import Block, Listing, Organisation
from qiao.notifications.models import OutgoingMail
from tests.calls.scene import CallScene
from tests.calls.told import told
from tests.matching.app.sensors import NEED_TEXT, NEED_TITLE, sensor_offer

SENSOR = {"title": NEED_TITLE, "brief": NEED_TEXT, "kind": "clinical_validation", "other_title": ""}


@pytest.fixture
def offers(scene: CallScene) -> list[Listing]:
    """Offers that answer the call: of `a` and `b`, across the bridge from its owner, and of `c`, on the same side."""
    made = [
        sensor_offer(scene.bridge, organisation=organisation, country=country)
        for organisation, country in ((scene.a, "CN"), (scene.b, "CN"), (scene.c, "GB"))
    ]
    for listing in made:
        refresh_listing(listing.pk)
    return made


def invited() -> set[Organisation]:
    return {one.organisation for one in CallInvitation.objects.all()}


def test_members_whose_offers_answer_are_invited_with_reasons(scene: CallScene, offers: list[Listing]) -> None:
    call = scene.opened(**SENSOR)
    assert invite_members(call.pk) == 2
    assert invited() == {scene.a, scene.b}
    invitation = CallInvitation.objects.get(organisation=scene.a)
    codes = {reason["code"] for reason in invitation.reasons["reasons"]}
    assert "complement" in codes
    assert any(reason["mine"] for reason in invitation.reasons["reasons"])
    assert told("call_invited") == ["a.editor", "a.owner", "b.editor", "b.owner"]
    mail = OutgoingMail.objects.get(template="call_invited", to="a.owner@calls.example")
    assert "What one of you seeks, the other offers" in mail.text


def test_call_leaves_nothing_behind_in_the_matcher(scene: CallScene, offers: list[Listing]) -> None:
    before = Listing.objects.count(), ListingVector.objects.count(), Proposal.objects.count()
    invite_members(scene.opened(**SENSOR).pk)
    assert (Listing.objects.count(), ListingVector.objects.count(), Proposal.objects.count()) == before


def test_a_task_that_runs_twice_invites_once(scene: CallScene, offers: list[Listing]) -> None:
    call = scene.opened(**SENSOR)
    assert calls_to_invite_to() == [call.pk]
    assert invite_members(call.pk) == 2
    assert invite_members(call.pk) == 0
    assert calls_to_invite_to() == []
    assert told("call_invited") == ["a.editor", "a.owner", "b.editor", "b.owner"]


def test_nobody_is_invited_before_it_opens_or_after_it_has_closed(scene: CallScene, offers: list[Listing]) -> None:
    to_come = scene.opened(**SENSOR, opens_at=timezone.now() + timedelta(days=1))
    closed = scene.close(scene.opened(**SENSOR))
    assert calls_to_invite_to() == []
    assert invite_members(to_come.pk) == invite_members(closed.pk) == invite_members(scene.draft().pk) == 0


@pytest.mark.parametrize(
    ("changes", "number"),
    [({"most_invited": 1}, 1), ({"most_invited": 0}, 0), ({"partner_kinds": ["sme"]}, 0), ({"kind": "investment"}, 0)],
)
def test_limits_of_the_call_hold(
    scene: CallScene, offers: list[Listing], changes: dict[str, object], number: int
) -> None:
    assert invite_members(scene.opened(**(SENSOR | changes)).pk) == number


def test_who_does_not_want_to_meet_is_not_invited(scene: CallScene, offers: list[Listing]) -> None:
    Block.objects.create(organisation=scene.owner, blocked=scene.a)
    invite_members(scene.opened(**SENSOR).pk)
    assert invited() == {scene.b}


def test_who_has_begun_an_entry_is_not_invited(scene: CallScene, offers: list[Listing]) -> None:
    call = scene.opened(**SENSOR)
    scene.write(call, "a")
    invite_members(call.pk)
    assert invited() == {scene.b}


def test_invitations_are_spread_and_few_for_each(scene: CallScene, offers: list[Listing]) -> None:
    """Eight calls with one place each, and two who suit them equally: each gets three, in turn."""
    for _ in range(8):
        invite_members(scene.opened(**SENSOR, most_invited=1).pk)
    order = [one.organisation for one in CallInvitation.objects.order_by("pk")]
    assert [order.count(one) for one in (scene.a, scene.b)] == [3, 3]
    assert all(one != following for one, following in pairwise(order))
    # After a month they are asked again.
    CallInvitation.objects.update(created_at=timezone.now() - timedelta(days=31))
    assert invite_members(scene.opened(**SENSOR, most_invited=1).pk) == 1


def test_saying_no_is_private_and_counted(scene: CallScene, offers: list[Listing]) -> None:
    call = scene.opened(**SENSOR)
    invite_members(call.pk)
    invitation = CallInvitation.objects.get(organisation=scene.a)
    for who in ("a.viewer", "b.owner", "owner.owner", "organiser"):
        with pytest.raises(NotAllowed):
            decline_invitation(invitation, actor=scene.user(who))
    decline_invitation(invitation, actor=scene.user("a.editor"))
    counted: Any = Call.objects.with_counts().get(pk=call.pk)
    assert (counted.invited_count, counted.declined_invitation_count, counted.entry_count) == (2, 1, 0)
    for who in ("owner.owner", "organiser", "b.owner"):
        assert not CallInvitation.objects.visible_to(scene.user(who)).filter(pk=invitation.pk).exists()
        assert not AuditEntry.objects.visible_to(scene.user(who)).filter(verb="decline_call_invitation").exists()
    undo_decline(invitation, actor=scene.user("a.owner"))
    counted = Call.objects.with_counts().get(pk=call.pk)
    assert counted.declined_invitation_count == 0


def test_entering_takes_a_no_back(scene: CallScene, offers: list[Listing]) -> None:
    call = scene.opened(**SENSOR)
    invite_members(call.pk)
    decline_invitation(CallInvitation.objects.get(organisation=scene.a), actor=scene.user("a.owner"))
    scene.write(call, "a")
    assert CallInvitation.objects.get(organisation=scene.a).declined_at is None
