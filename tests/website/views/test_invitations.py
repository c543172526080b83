"""The page behind an invitation's link."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.directory.domain.people import invite_colleague, invite_to_claim
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Organisation
from qiao.notifications.models import Notification, OutgoingMail
from tests.factories import BridgeFactory, OrganisationFactory, UserFactory, member, staff

pytestmark = pytest.mark.django_db


def link() -> str:
    found = re.search(r"(/invitations/\S+/)", OutgoingMail.objects.latest("id").text)
    assert found is not None
    return found[1]


@pytest.fixture
def invited(client: Client) -> tuple[str, User, Organisation, Bridge]:
    bridge: Bridge = BridgeFactory()
    owner: User = UserFactory()
    organisation = member(bridge, owner=owner, name_en="Tidewell Surgical")
    colleague: User = UserFactory(email="colleague@tidewell.example")
    invite_colleague(organisation, actor=owner, email="colleague@tidewell.example", role=PersonRole.EDITOR)
    return link(), colleague, organisation, bridge


def test_signed_out_one_is_asked_to_sign_up_and_come_back(
    client: Client, invited: tuple[str, User, Organisation, Bridge]
) -> None:
    url = invited[0]
    page = client.get(url)
    assert page.status_code == 200
    assert f"next={url}" in page.content.decode()
    assert "email=colleague%40tidewell.example" in page.content.decode()
    assert "no-store" in page["Cache-Control"]
    answer = client.post(url)
    assert answer["Location"] == f"/accounts/login/?next={url}"
    assert not Affiliation.objects.filter(role=PersonRole.EDITOR).exists()


def test_the_person_invited_joins_with_the_role(
    client: Client, invited: tuple[str, User, Organisation, Bridge]
) -> None:
    url, colleague, organisation, bridge = invited
    client.force_login(colleague)
    assert client.get(url).status_code == 200
    assert client.post(url)["Location"] == f"/{bridge.slug}/my/"
    assert Affiliation.objects.get(user=colleague).role == PersonRole.EDITOR
    assert Notification.objects.get().kind == "colleague_joined"
    assert client.get(f"/{bridge.slug}/my/").context["organisation"] == organisation
    assert client.get(url).status_code == 404


def test_another_person_cannot_use_the_link(client: Client, invited: tuple[str, User, Organisation, Bridge]) -> None:
    url, _colleague, organisation, _bridge = invited
    stranger: User = UserFactory()
    client.force_login(stranger)
    page = client.get(url)
    assert "This was sent to another address" in page.content.decode()
    assert client.post(url).status_code == 403
    assert organisation.affiliations.count() == 1


def test_a_link_runs_out(client: Client, invited: tuple[str, User, Organisation, Bridge]) -> None:
    url, colleague, organisation, _bridge = invited
    client.force_login(colleague)
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        client.force_login(colleague)
        assert client.get(url).status_code == 404
        assert client.post(url).status_code == 404
    assert organisation.affiliations.count() == 1


@pytest.mark.parametrize("token", ["nonsense", "x" * 2000, "%00", "..%2F"])
def test_unknown_links_are_not_found(client: Client, token: str) -> None:
    assert client.get(f"/invitations/{token}/").status_code == 404


def test_a_managed_profile_is_claimed_by_invitation(client: Client) -> None:
    bridge: Bridge = BridgeFactory()
    organiser: User = UserFactory()
    staff(bridge, organiser)
    managed: Organisation = OrganisationFactory(name_en="Managed House", managed_by=bridge)
    invite_to_claim(managed, actor=organiser, email="founder@managed.example")
    founder: User = UserFactory(email="founder@managed.example")
    client.force_login(founder)
    assert "Take over the profile" in client.get(link()).content.decode()
    client.post(link())
    managed.refresh_from_db()
    assert managed.managed_by is None
    assert managed.affiliations.get().role == PersonRole.OWNER
