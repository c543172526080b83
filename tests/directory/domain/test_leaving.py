"""Deleting an account."""

from __future__ import annotations

import pytest

from qiao.accounts.models import User
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.directory.domain.leaving import bridges_that_hold, delete_account, organisations_left_empty
from qiao.directory.domain.people import invite_colleague
from qiao.directory.enums import PersonRole
from qiao.directory.models import Invitation, Organisation
from tests.factories import BridgeFactory, OrganisationFactory, UserFactory, affiliate, member, staff

pytestmark = pytest.mark.django_db


def test_delete_account_is_for_oneself_or_a_superuser() -> None:
    person, other = UserFactory(), UserFactory()
    with pytest.raises(NotAllowed):
        delete_account(person, actor=other)
    delete_account(person, actor=UserFactory(is_superuser=True))
    assert not User.objects.filter(pk=person.pk).exists()


def test_delete_account_leaves_an_organisation_that_has_another_owner() -> None:
    person = UserFactory()
    organisation = member(BridgeFactory(), owner=person)
    affiliate(UserFactory(), organisation, PersonRole.OWNER)
    delete_account(person, actor=person)
    assert organisation.affiliations.count() == 1


def test_delete_account_forgets_invitations_to_its_address_and_keeps_those_it_sent() -> None:
    owner, person = UserFactory(), UserFactory(email="leaving@people.example")
    organisation = member(BridgeFactory(), owner=owner)
    invite_colleague(organisation, actor=owner, email="Leaving@people.example", role="viewer")
    second = member(BridgeFactory(), owner=person)
    affiliate(owner, second, PersonRole.OWNER)
    invite_colleague(second, actor=person, email="other@people.example", role="viewer")
    delete_account(person, actor=person)
    kept = Invitation.objects.get()
    assert (kept.email, kept.invited_by) == ("other@people.example", None)


def test_a_viewer_who_is_the_only_person_leaves_an_empty_organisation() -> None:
    person = UserFactory()
    organisation = OrganisationFactory()
    affiliate(person, organisation, PersonRole.VIEWER)
    assert organisations_left_empty(person) == [organisation]
    with pytest.raises(InvalidInput) as refused:
        delete_account(person, actor=person)
    assert "with_organisations" in refused.value.errors
    delete_account(person, actor=person, with_organisations=True)
    assert not Organisation.objects.exists()


def test_a_second_owner_of_a_bridge_may_go() -> None:
    person, bridge = UserFactory(), BridgeFactory()
    staff(bridge, person, "owner")
    assert bridges_that_hold(person) == [bridge]
    staff(bridge, UserFactory(), "owner")
    assert bridges_that_hold(person) == []
