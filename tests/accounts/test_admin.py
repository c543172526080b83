"""The administration site: behind the same sign-in, and to look at only where domain functions write."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client
from django.urls import reverse

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry
from tests.factories import BridgeFactory, UserFactory, member_listing, staff

pytestmark = pytest.mark.django_db
OURS = [model for model in admin.site._registry if model.__module__.startswith("qiao.")]


def test_its_sign_in_is_the_sites(client: Client) -> None:
    assert client.get("/admin/login/").headers["Location"].startswith("/accounts/login/")
    assert client.get("/admin/", follow=True).redirect_chain[-1][0].startswith("/accounts/login/")


@pytest.mark.parametrize("role", ["person", "organiser"])
def test_it_is_closed_to_everybody_else(client: Client, role: str) -> None:
    person: User = UserFactory()
    if role == "organiser":
        staff(BridgeFactory(), person)
    client.force_login(person)
    assert client.get("/admin/directory/organisation/").status_code in (302, 403)


@pytest.mark.parametrize("model", OURS, ids=lambda model: model._meta.label)
def test_each_list_and_page_opens(client: Client, model: type[Model]) -> None:
    superuser: User = UserFactory(is_staff=True, is_superuser=True)
    bridge = BridgeFactory()
    member_listing(bridge, owner=superuser)
    staff(bridge, superuser)
    client.force_login(superuser)
    name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
    assert client.get(reverse(f"{name}_changelist"), {"q": "x"}).status_code == 200
    row = model._default_manager.first()
    if row is not None:
        assert client.get(reverse(f"{name}_change", args=[row.pk])).status_code == 200


def test_what_domain_functions_write_cannot_be_changed_there(client: Client) -> None:
    superuser: User = UserFactory(is_staff=True, is_superuser=True)
    listing = member_listing(BridgeFactory())
    client.force_login(superuser)
    for model, row in (("listing", listing.pk), ("organisation", listing.organisation.pk)):
        assert client.post(f"/admin/directory/{model}/{row}/change/", {"title": "x"}).status_code == 403
        assert client.post(f"/admin/directory/{model}/{row}/delete/", {"post": "yes"}).status_code == 403


def test_a_person_is_changed_with_an_audit_row(client: Client) -> None:
    superuser: User = UserFactory(is_staff=True, is_superuser=True)
    person: User = UserFactory()
    client.force_login(superuser)
    values = {"email": person.email, "name": "New Name", "language": "en", "is_active": "on"}
    answer = client.post(f"/admin/accounts/user/{person.pk}/change/", values)
    assert answer.status_code == 302
    person.refresh_from_db()
    assert person.name == "New Name"
    assert AuditEntry.objects.get(verb="change_person").actor_id == superuser.pk


def test_a_policy_changed_there_grows_its_version(client: Client) -> None:
    superuser: User = UserFactory(is_staff=True, is_superuser=True)
    policy = BridgeFactory().policy
    client.force_login(superuser)
    values = {"proposals_per_organisation": "8", "least_score": "0.4", "newcomer_floor": "2",
              "requests_per_organisation": "6", "one_try_in": "12", "trust_weight": "0.3"}  # fmt: skip
    client.post(f"/admin/bridges/matchingpolicy/{policy.pk}/change/", values)
    policy.refresh_from_db()
    assert (policy.version, policy.proposals_per_organisation) == (2, 8)
