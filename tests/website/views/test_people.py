"""People of an organisation: inviting, roles, leaving, the last owner."""

from __future__ import annotations

import pytest
from django.test import Client

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.directory.domain.people import MOST_OPEN
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Invitation, Organisation
from qiao.notifications.models import OutgoingMail
from tests.factories import BridgeFactory, UserFactory, affiliate, member

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory()


@pytest.fixture
def owner(client: Client) -> User:
    user: User = UserFactory()
    client.force_login(user)
    return user


@pytest.fixture
def organisation(bridge: Bridge, owner: User) -> Organisation:
    return member(bridge, owner=owner, name_en="Tidewell Surgical")


def at(bridge: Bridge, *parts: str) -> str:
    return f"/{bridge.slug}/my/people/" + "".join(f"{part}/" for part in parts)


def test_an_owner_invites_a_colleague_by_mail(client: Client, bridge: Bridge, organisation: Organisation) -> None:
    client.post(at(bridge), {"email": " Colleague@Tidewell.example ", "role": "editor"})
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == ("colleague@tidewell.example", "editor")
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.template) == ("colleague@tidewell.example", "invitation_colleague")
    assert "/invitations/" in mail.text
    assert "colleague@tidewell.example" in client.get(at(bridge)).content.decode()


@pytest.mark.parametrize(
    ("field", "values"),
    [
        ("email", {"email": "no address", "role": "editor"}),
        ("email", {"email": "a\x00@b.example", "role": "editor"}),
        ("email", {"email": "x" * 300 + "@b.example", "role": "editor"}),
        ("role", {"email": "a@b.example", "role": "emperor"}),
    ],
)
def test_bad_invitations_are_refused(
    client: Client, bridge: Bridge, organisation: Organisation, field: str, values: dict[str, str]
) -> None:
    page = client.post(at(bridge), values)
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not Invitation.objects.exists()


def test_somebody_who_is_there_is_not_invited_again(
    client: Client, bridge: Bridge, organisation: Organisation, owner: User
) -> None:
    assert "email" in client.post(at(bridge), {"email": owner.email, "role": "editor"}).context["form"].errors


def test_a_second_invitation_takes_the_place_of_the_first(
    client: Client, bridge: Bridge, organisation: Organisation
) -> None:
    for role in ("editor", "viewer"):
        client.post(at(bridge), {"email": "a@b.example", "role": role})
    assert Invitation.objects.open().get().role == "viewer"


def test_invitations_of_one_organisation_are_limited(
    client: Client, bridge: Bridge, organisation: Organisation
) -> None:
    for number in range(MOST_OPEN + 1):
        page = client.post(at(bridge), {"email": f"a{number}@b.example", "role": "viewer"})
    assert page.status_code == 422
    assert Invitation.objects.open().count() == MOST_OPEN


def test_an_invitation_is_taken_back(client: Client, bridge: Bridge, organisation: Organisation) -> None:
    client.post(at(bridge), {"email": "a@b.example", "role": "viewer"})
    client.post(f"/{bridge.slug}/my/invitations/{Invitation.objects.get().public_id}/revoke/")
    assert not Invitation.objects.open().exists()


def test_the_address_of_who_asked_to_join_is_filled_in(
    client: Client, bridge: Bridge, organisation: Organisation
) -> None:
    page = client.get(at(bridge), {"email": 'a@b.example"><script>'})
    assert "<script>&quot;" not in page.content.decode()
    assert page.context["form"]["email"].value() == 'a@b.example"><script>'
    assert '"><script>' not in page.content.decode()


def test_an_owner_changes_roles_and_removes_people(client: Client, bridge: Bridge, organisation: Organisation) -> None:
    colleague: User = UserFactory()
    affiliate(colleague, organisation, PersonRole.VIEWER)
    client.post(at(bridge, colleague.public_id, "role"), {"role": "editor"})
    assert Affiliation.objects.get(user=colleague).role == PersonRole.EDITOR
    client.post(at(bridge, colleague.public_id, "role"), {"role": "emperor"})
    assert Affiliation.objects.get(user=colleague).role == PersonRole.EDITOR
    assert client.get(at(bridge, colleague.public_id, "remove")).status_code == 200
    client.post(at(bridge, colleague.public_id, "remove"))
    assert not Affiliation.objects.filter(user=colleague).exists()


def test_the_last_owner_stays(client: Client, bridge: Bridge, organisation: Organisation, owner: User) -> None:
    for address, values in (("role", {"role": "viewer"}), ("remove", {})):
        page = client.post(at(bridge, owner.public_id, address), values, follow=True)
        assert "An organisation needs an owner." in page.content.decode()
    assert Affiliation.objects.get(user=owner).role == PersonRole.OWNER


def test_one_leaves_an_organisation_oneself(client: Client, bridge: Bridge, organisation: Organisation) -> None:
    viewer: User = UserFactory()
    affiliate(viewer, organisation, PersonRole.VIEWER)
    client.force_login(viewer)
    page = client.post(at(bridge, viewer.public_id, "remove"), follow=True)
    assert "You are not with an organisation yet" in page.content.decode()


@pytest.mark.parametrize("role", [PersonRole.EDITOR, PersonRole.VIEWER])
def test_who_is_not_an_owner_changes_nobody(
    client: Client, bridge: Bridge, organisation: Organisation, owner: User, role: str
) -> None:
    client.post(at(bridge), {"email": "a@b.example", "role": "viewer"})
    invitation = Invitation.objects.get()
    person: User = UserFactory()
    affiliate(person, organisation, role)
    client.force_login(person)
    page = client.get(at(bridge)).content.decode()
    assert "a@b.example" not in page
    assert client.post(at(bridge), {"email": "c@d.example", "role": "owner"}).status_code == 403
    assert client.post(at(bridge, person.public_id, "role"), {"role": "owner"}).status_code == 403
    assert client.post(at(bridge, owner.public_id, "remove")).status_code == 403
    assert client.post(f"/{bridge.slug}/my/invitations/{invitation.public_id}/revoke/").status_code == 403
    assert Affiliation.objects.get(user=person).role == role
    assert Invitation.objects.open().count() == 1


def test_an_owner_does_not_reach_the_people_of_another_organisation(
    client: Client, bridge: Bridge, organisation: Organisation
) -> None:
    other: User = UserFactory()
    theirs = member(bridge, owner=other)
    assert client.post(at(bridge, other.public_id, "remove")).status_code == 404
    assert theirs.affiliations.count() == 1
