"""A confirmed address at the website's domain: it comes by itself, and goes by itself."""

from __future__ import annotations

import re

import pytest
from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed, email_removed

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry, OutboxEvent
from qiao.directory.domain.leaving import delete_account
from qiao.directory.domain.organisations import create_organisation, update_organisation
from qiao.directory.domain.people import accept_invitation, change_person_role, invite_colleague, remove_person
from qiao.directory.domain.trust.email_domain import check_email_domain, organisations_to_check
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Organisation, Verification
from qiao.directory.tasks import check_verifications
from qiao.notifications.models import OutgoingMail
from tests.factories import OrganisationFactory, UserFactory, affiliate

pytestmark = pytest.mark.django_db


def held(organisation: Organisation) -> list[str]:
    return list(
        Verification.objects.holding()
        .filter(organisation=organisation, level="email_domain")
        .values_list("domain", flat=True)
    )


@pytest.fixture
def ada() -> User:
    return UserFactory(email="ada@mail.sensors.ac.uk")


@pytest.fixture
def organisation(ada: User) -> Organisation:
    return create_organisation(
        actor=ada, name_en="Sensors", kind="startup", country="GB", website="https://www.sensors.ac.uk/lab"
    )


def test_address_is_confirmed_when_the_organisation_is_made(organisation: Organisation) -> None:
    assert held(organisation) == ["sensors.ac.uk"]
    entry = AuditEntry.objects.get(verb="verify_organisation")
    assert (entry.actor_id, entry.organisation_id, entry.detail) == (None, organisation.pk, {"level": "email_domain"})


def test_address_goes_when_the_website_changes(organisation: Organisation, ada: User) -> None:
    update_organisation(organisation, actor=ada, website="https://elsewhere.org")
    assert held(organisation) == []
    ended = Verification.objects.get(organisation=organisation)
    assert ended.state == "withdrawn"
    assert ended.ended_at is not None
    assert AuditEntry.objects.filter(verb="end_verification", organisation_id=organisation.pk).count() == 1


def test_address_of_another_own_domain_takes_the_place(organisation: Organisation, ada: User) -> None:
    EmailAddress.objects.create(user=ada, email="ada@elsewhere.org", verified=True)
    update_organisation(organisation, actor=ada, website="https://elsewhere.org")
    assert held(organisation) == ["elsewhere.org"]


def test_address_that_is_not_confirmed_counts_for_nothing(ada: User) -> None:
    EmailAddress.objects.update(verified=False)
    made = create_organisation(
        actor=ada, name_en="Sensors", kind="startup", country="GB", website="https://sensors.ac.uk"
    )
    assert held(made) == []
    address = EmailAddress.objects.get(user=ada)
    address.verified = True
    address.save()
    email_confirmed.send(sender=EmailAddress, request=None, email_address=address)
    assert held(made) == ["sensors.ac.uk"]


def test_address_goes_when_it_is_removed_from_the_account(organisation: Organisation, ada: User) -> None:
    address = EmailAddress.objects.get(user=ada)
    address.delete()
    email_removed.send(sender=User, request=None, user=ada, email_address=address)
    assert held(organisation) == []


def test_address_comes_with_a_colleague_and_goes_with_them() -> None:
    founder = UserFactory(email="founder@gmail.com")
    organisation = create_organisation(
        actor=founder, name_en="Sensors", kind="startup", country="GB", website="https://sensors.com"
    )
    assert held(organisation) == []
    colleague = UserFactory(email="bo@sensors.com")
    affiliation = affiliate(colleague, organisation, PersonRole.EDITOR)
    check_email_domain(organisation.pk)
    assert held(organisation) == ["sensors.com"]
    remove_person(affiliation, actor=founder)
    assert held(organisation) == []


def test_viewer_does_not_speak_for_the_organisation() -> None:
    founder = UserFactory(email="founder@gmail.com")
    organisation = OrganisationFactory(owner=founder, website="https://sensors.com")
    guest = affiliate(UserFactory(email="guest@sensors.com"), organisation, PersonRole.VIEWER)
    check_email_domain(organisation.pk)
    assert held(organisation) == []
    change_person_role(guest, actor=founder, role=PersonRole.EDITOR)
    assert held(organisation) == ["sensors.com"]
    change_person_role(guest, actor=founder, role=PersonRole.VIEWER)
    assert held(organisation) == []


def test_invitation_that_is_accepted_is_looked_at() -> None:
    founder = UserFactory(email="founder@gmail.com")
    organisation = OrganisationFactory(owner=founder, website="https://sensors.com")
    invite_colleague(organisation, actor=founder, email="bo@sensors.com", role=PersonRole.EDITOR)
    sent = re.search(r"/invitations/([^/]+)/", OutgoingMail.objects.get(to="bo@sensors.com").text)
    assert sent is not None
    accept_invitation(sent[1], actor=UserFactory(email="bo@sensors.com"))
    assert held(organisation) == ["sensors.com"]


def test_address_goes_with_the_account(organisation: Organisation, ada: User) -> None:
    affiliate(UserFactory(email="other@gmail.com"), organisation)
    delete_account(ada, actor=ada)
    assert held(organisation) == []


def test_looking_again_changes_nothing(organisation: Organisation) -> None:
    acts, events = AuditEntry.objects.count(), OutboxEvent.objects.count()
    assert check_email_domain(organisation.pk) is not None
    assert (AuditEntry.objects.count(), OutboxEvent.objects.count()) == (acts, events)


def test_proposals_are_refreshed_when_an_address_is_confirmed(organisation: Organisation) -> None:
    assert OutboxEvent.objects.filter(
        topic="organisation.changed", payload={"organisation_id": organisation.pk}
    ).exists()


def test_nightly_look_finds_what_changed_by_another_way(organisation: Organisation) -> None:
    OrganisationFactory(website="https://nobody.org")
    Affiliation.objects.filter(organisation=organisation).update(role=PersonRole.VIEWER)
    assert organisations_to_check() == [organisation.pk]
    check_verifications()
    assert held(organisation) == []


def test_organisation_that_is_gone_is_passed_over() -> None:
    assert check_email_domain(0) is None
