"""Appeals: by owners, once against each decision, answered by another organiser if there is one."""

from __future__ import annotations

import pytest

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.common.errors import Duplicate, InvalidInput, NotAllowed, TransitionNotAllowed
from qiao.directory.domain.listings import reopen_listing
from qiao.directory.domain.suspending import restore_membership, suspend_membership
from qiao.directory.domain.trust.appealing import answer_appeal, appeal_against, decisions_against, may_answer
from qiao.directory.domain.trust.hiding import hide_listing, unhide_listing
from qiao.directory.models import Appeal, Listing, Membership
from qiao.notifications.models import Notification, OutgoingMail
from tests.factories import BridgeFactory, UserFactory, affiliate, member_listing, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory()


@pytest.fixture
def owner() -> User:
    return UserFactory()


@pytest.fixture
def listing(bridge: Bridge, owner: User) -> Listing:
    return member_listing(bridge, owner=owner)


@pytest.fixture
def organiser(bridge: Bridge) -> User:
    person: User = UserFactory()
    staff(bridge, person)
    return person


@pytest.fixture
def membership(listing: Listing, organiser: User) -> Membership:
    return suspend_membership(
        Membership.objects.get(organisation=listing.organisation), actor=organiser, reason="Fraud."
    )


def test_only_owners_appeal_and_only_once(membership: Membership, owner: User, organiser: User) -> None:
    editor = UserFactory()
    affiliate(editor, membership.organisation, "editor")
    for person in (editor, organiser):
        with pytest.raises(NotAllowed):
            appeal_against(membership, actor=person, text="It was not us.")
    appeal = appeal_against(membership, actor=owner, text="It was not us.")
    assert appeal.decided_by == organiser
    with pytest.raises(Duplicate):
        appeal_against(membership, actor=owner, text="Really not.")
    assert Notification.objects.get(kind="appeal_made").user == organiser


def test_next_suspension_can_be_appealed_against_again(membership: Membership, owner: User, organiser: User) -> None:
    first = appeal_against(membership, actor=owner, text="It was not us.")
    answer_appeal(first, actor=organiser, granted=True, answer="Right.")
    membership.refresh_from_db()
    suspend_membership(membership, actor=organiser, reason="Fraud again.")
    second = appeal_against(membership, actor=owner, text="It was not us either.")
    assert second.decision != first.decision


def test_nothing_stands_that_could_be_appealed_against(
    membership: Membership, listing: Listing, owner: User, organiser: User
) -> None:
    restore_membership(membership, actor=organiser)
    for subject in (membership, listing):
        with pytest.raises(InvalidInput):
            appeal_against(subject, actor=owner, text="Why?")


def test_who_decided_answers_only_if_nobody_else_could(
    bridge: Bridge, membership: Membership, owner: User, organiser: User
) -> None:
    appeal = appeal_against(membership, actor=owner, text="It was not us.")
    reviewer, friend = UserFactory(), UserFactory()
    staff(bridge, reviewer, "reviewer")
    staff(bridge, friend)
    affiliate(friend, membership.organisation, "viewer")
    assert not may_answer(reviewer, appeal)
    assert not may_answer(friend, appeal)
    assert may_answer(organiser, appeal)
    another = UserFactory()
    staff(bridge, another)
    assert not may_answer(organiser, appeal)
    with pytest.raises(NotAllowed):
        answer_appeal(appeal, actor=organiser, granted=False, answer="It stands.")
    answer_appeal(appeal, actor=another, granted=False, answer="It stands.")
    with pytest.raises(TransitionNotAllowed):
        answer_appeal(appeal, actor=another, granted=True, answer="Or not.")
    membership.refresh_from_db()
    assert membership.state == "suspended"
    assert "It stands." in OutgoingMail.objects.filter(to=owner.email, template="appeal_answered").get().text


def test_granted_appeal_restores_the_member(membership: Membership, owner: User, organiser: User) -> None:
    appeal = appeal_against(membership, actor=owner, text="It was not us.")
    with pytest.raises(InvalidInput):
        answer_appeal(appeal, actor=organiser, granted=True, answer="")
    answer_appeal(appeal, actor=organiser, granted=True, answer="It was their neighbour.")
    membership.refresh_from_db()
    assert membership.state == "approved"


def test_granted_appeal_after_the_member_was_restored_changes_nothing(
    membership: Membership, owner: User, organiser: User
) -> None:
    appeal = appeal_against(membership, actor=owner, text="It was not us.")
    restore_membership(membership, actor=organiser)
    assert answer_appeal(appeal, actor=organiser, granted=True, answer="Done.").state == "granted"


def test_granted_appeal_shows_the_listing_again(listing: Listing, owner: User, organiser: User) -> None:
    hide_listing(listing, actor=organiser, reason="False.")
    appeal = appeal_against(listing, actor=owner, text="It is true.")
    answer_appeal(appeal, actor=organiser, granted=True, answer="So it is.")
    listing.refresh_from_db()
    assert listing.state == "published"


def test_what_was_not_published_comes_back_as_a_draft(listing: Listing, owner: User, organiser: User) -> None:
    Listing.objects.update(state="in_review")
    hide_listing(listing, actor=organiser, reason="False.")
    assert unhide_listing(listing, actor=organiser).state == "draft"


def test_listing_that_its_people_reopened_stays_as_they_left_it(listing: Listing, owner: User, organiser: User) -> None:
    hide_listing(listing, actor=organiser, reason="False.")
    appeal = appeal_against(listing, actor=owner, text="It is true.")
    reopen_listing(Listing.objects.get(), actor=owner)
    answer_appeal(appeal, actor=organiser, granted=True, answer="So it is.")
    listing.refresh_from_db()
    assert listing.state == "draft"


def test_what_stands_against_an_organisation_is_listed_with_its_appeal(
    bridge: Bridge, listing: Listing, membership: Membership, owner: User, organiser: User
) -> None:
    hide_listing(listing, actor=organiser, reason="False.")
    appeal = appeal_against(membership, actor=owner, text="It was not us.")
    suspension, hiding = decisions_against(listing.organisation, bridge)
    assert (suspension.membership, suspension.listing, suspension.appeal) == (membership, None, appeal)
    assert (hiding.membership, hiding.listing, hiding.appeal) == (None, listing, None)
    assert decisions_against(listing.organisation, BridgeFactory()) == []


def test_appeals_are_seen_by_owners_and_who_runs_the_bridge(
    bridge: Bridge, membership: Membership, owner: User, organiser: User
) -> None:
    appeal = appeal_against(membership, actor=owner, text="It was not us.")
    reviewer, stranger, editor = UserFactory(), UserFactory(), UserFactory()
    staff(bridge, reviewer, "reviewer")
    affiliate(editor, membership.organisation, "editor")
    seen = {p: list(Appeal.objects.visible_to(p)) for p in (owner, organiser, reviewer, stranger, editor)}
    assert seen == {owner: [appeal], organiser: [appeal], reviewer: [], stranger: [], editor: []}


def test_nobody_hides_a_listing_of_their_own_as_an_organiser(listing: Listing, bridge: Bridge, owner: User) -> None:
    staff(bridge, owner)
    with pytest.raises(NotAllowed):
        hide_listing(listing, actor=owner, reason="Mine.")
