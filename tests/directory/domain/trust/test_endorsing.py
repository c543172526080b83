"""Endorsements: after a meeting, once, hidden by who is endorsed, and never shown again against the desk."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry
from qiao.bridges.models import Bridge
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed
from qiao.directory.domain.trust.endorsing import (
    endorse_organisation,
    hide_endorsement,
    show_endorsement,
    withdraw_endorsement,
)
from qiao.directory.models import Endorsement, Membership, Organisation
from qiao.notifications.models import OutgoingMail
from tests.factories import BridgeFactory, UserFactory, member, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory()


@pytest.fixture
def endorser() -> User:
    return UserFactory()


@pytest.fixture
def endorsed() -> User:
    return UserFactory()


@pytest.fixture
def partner(bridge: Bridge, endorser: User) -> Organisation:
    return member(bridge, country="CN", owner=endorser)


@pytest.fixture
def organisation(bridge: Bridge, endorsed: User) -> Organisation:
    return member(bridge, owner=endorsed)


def endorse(organisation: Organisation, partner: Organisation, actor: User, **changes: Any) -> Endorsement:
    values: dict[str, Any] = {
        "by": partner, "bridge": partner.memberships.get().bridge, "source": "introduction:abc", "have_met": True,
        "text": "They keep their word.", "language": "en",
    }  # fmt: skip
    return endorse_organisation(organisation, actor=actor, **(values | changes))


def test_endorsement_is_shown_and_told(
    organisation: Organisation, partner: Organisation, endorser: User, endorsed: User
) -> None:
    made = endorse(organisation, partner, endorser)
    assert list(Endorsement.objects.visible_to(AnonymousUser()).of_organisation(organisation)) == [made]
    assert "They keep their word." in OutgoingMail.objects.get(to=endorsed.email).text
    entry = AuditEntry.objects.get(verb="endorse_organisation")
    assert (entry.organisation_id, entry.also) == (partner.pk, [organisation.pk])


def test_nobody_endorses_whom_they_have_not_met(
    organisation: Organisation, partner: Organisation, endorser: User, endorsed: User
) -> None:
    with pytest.raises(NotAllowed):
        endorse(organisation, partner, endorser, have_met=False)
    with pytest.raises(NotAllowed):
        endorse(organisation, partner, endorsed)
    with pytest.raises(InvalidInput):
        endorse(partner, partner, endorser)
    assert not Endorsement.objects.exists()


@pytest.mark.parametrize("changes", [{"text": " "}, {"text": "x" * 601}, {"language": "tlh"}])
def test_endorsement_needs_words_in_a_language(
    organisation: Organisation, partner: Organisation, endorser: User, changes: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput):
        endorse(organisation, partner, endorser, **changes)


def test_one_endorsement_follows_a_meeting(organisation: Organisation, partner: Organisation, endorser: User) -> None:
    endorse(organisation, partner, endorser)
    with pytest.raises(Duplicate):
        endorse(organisation, partner, endorser)
    assert endorse(organisation, partner, endorser, source="introduction:later")


def test_endorsed_hides_and_shows_it_and_its_author_cannot(
    organisation: Organisation, partner: Organisation, endorser: User, endorsed: User
) -> None:
    made = endorse(organisation, partner, endorser)
    with pytest.raises(NotAllowed):
        hide_endorsement(made, actor=endorser)
    hide_endorsement(made, actor=endorsed)
    seen = {p: Endorsement.objects.visible_to(p).exists() for p in (AnonymousUser(), UserFactory(), endorser, endorsed)}
    assert list(seen.values()) == [False, False, True, True]
    show_endorsement(made, actor=endorsed)
    assert Endorsement.objects.visible_to(AnonymousUser()).exists()


def test_what_the_desk_has_hidden_stays_hidden(
    bridge: Bridge, organisation: Organisation, partner: Organisation, endorser: User, endorsed: User
) -> None:
    made = endorse(organisation, partner, endorser)
    organiser = UserFactory()
    staff(bridge, organiser)
    hide_endorsement(made, actor=endorsed)
    hide_endorsement(made, actor=organiser)
    with pytest.raises(NotAllowed):
        show_endorsement(made, actor=endorsed)
    show_endorsement(made, actor=organiser)
    made.refresh_from_db()
    assert (made.hidden_at, made.hidden_by_desk) == (None, False)


def test_endorsement_by_who_is_no_member_any_more_is_not_shown(
    organisation: Organisation, partner: Organisation, endorser: User
) -> None:
    endorse(organisation, partner, endorser)
    Membership.objects.filter(organisation=partner).update(state="suspended")
    assert not Endorsement.objects.visible_to(AnonymousUser()).exists()


def test_author_s_organisation_takes_it_back(
    organisation: Organisation, partner: Organisation, endorser: User, endorsed: User
) -> None:
    made = endorse(organisation, partner, endorser)
    with pytest.raises(NotAllowed):
        withdraw_endorsement(made, actor=endorsed)
    withdraw_endorsement(made, actor=endorser)
    assert not Endorsement.objects.exists()
