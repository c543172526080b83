"""Who may read which entry of the audit log."""

from __future__ import annotations

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser

from qiao.activity.domain.audit import record
from qiao.activity.models import AuditEntry
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from qiao.directory.domain.saved import block_organisation, save_item
from qiao.directory.enums import PersonRole
from tests.factories import BridgeFactory, OrganisationFactory, UserFactory, affiliate, member, staff

pytestmark = pytest.mark.django_db

#: What is recorded, and by what name.
ENTRIES = ("of one", "private of one", "of both", "private to one, though both are named", "of the bridge", "nobody's")


class Place:
    """Two organisations on a bridge, entries of each sort, and people of each sort."""

    def __init__(self) -> None:
        self.bridge: Bridge = BridgeFactory()
        self.one, self.other = member(self.bridge), member(self.bridge, country="CN")
        self.people: dict[str, Any] = {
            "anonymous": AnonymousUser(),
            "stranger": UserFactory(),
            "superuser": UserFactory(is_superuser=True),
        }
        for role in PersonRole.values:
            self.people[f"{role} of one"] = affiliate(UserFactory(), self.one, role).user
            self.people[f"{role} of other"] = affiliate(UserFactory(), self.other, role).user
        for role in BridgeRole.values:
            self.people[f"bridge's {role}"] = staff(self.bridge, UserFactory(), role).user
        self.people["organiser elsewhere"] = staff(BridgeFactory(), UserFactory()).user
        self.people["person of a third"] = affiliate(UserFactory(), member(self.bridge)).user
        ids: dict[str, Any] = {"bridge_id": self.bridge.pk}
        both = [self.other.pk]
        rows: dict[str, dict[str, Any]] = {
            "of one": {"organisation_id": self.one.pk},
            "private of one": {"organisation_id": self.one.pk, "private": True},
            "of both": {"organisation_id": self.one.pk, "also": both},
            "private to one, though both are named": {"organisation_id": self.one.pk, "also": both, "private": True},
            "of the bridge": {},
            "nobody's": {"private": True},
        }
        self.names = {record("try", self.bridge, actor=None, **ids, **row).pk: name for name, row in rows.items()}

    def read_by(self, who: str) -> set[str]:
        return {self.names[pk] for pk in AuditEntry.objects.visible_to(self.people[who]).values_list("pk", flat=True)}


OF_ONE = {"of one", "private of one", "of both", "private to one, though both are named"}
OF_THE_BRIDGE = {"of one", "of both", "of the bridge"}
READ = {
    "anonymous": set(),
    "stranger": set(),
    "person of a third": set(),
    "organiser elsewhere": set(),
    "bridge's reviewer": set(),
    "bridge's adviser": set(),
    "superuser": set(ENTRIES),
    **{f"{role} of one": OF_ONE for role in PersonRole.values},
    **{f"{role} of other": {"of both"} for role in PersonRole.values},
    "bridge's owner": OF_THE_BRIDGE,
    "bridge's organiser": OF_THE_BRIDGE,
}


def test_each_role_reads_what_is_for_it_and_no_more() -> None:
    place = Place()
    assert set(READ) == set(place.people)
    assert {who: place.read_by(who) for who in place.people} == READ


def test_the_door_opens_in_few_queries_however_many_organisations(django_assert_num_queries: Any) -> None:
    person = UserFactory()
    for _ in range(5):
        organisation = affiliate(person, OrganisationFactory()).organisation
        record("try", organisation, actor=person, organisation_id=organisation.pk)
    with django_assert_num_queries(2):
        assert len(AuditEntry.objects.visible_to(person)) == 5


def test_who_has_left_reads_no_more() -> None:
    person = UserFactory()
    affiliation = affiliate(person, OrganisationFactory())
    record("try", affiliation.organisation, actor=person, organisation_id=affiliation.organisation_id)
    assert AuditEntry.objects.visible_to(person).count() == 1
    affiliation.delete()
    assert AuditEntry.objects.visible_to(person).count() == 0


def test_who_keeps_a_profile_reads_of_it_until_it_is_claimed() -> None:
    bridge: Bridge = BridgeFactory()
    organiser = staff(bridge, UserFactory()).user
    reviewer = staff(bridge, UserFactory(), BridgeRole.REVIEWER).user
    profile = member(bridge, managed_by=bridge)
    record("dismiss", profile, actor=organiser, organisation_id=profile.pk, private=True)
    assert AuditEntry.objects.visible_to(organiser).count() == 1
    assert AuditEntry.objects.visible_to(reviewer).count() == 0
    profile.managed_by = None
    profile.save()
    assert AuditEntry.objects.visible_to(organiser).count() == 0


def test_private_acts_of_old_are_kept_from_organisers_though_they_do_not_say_so() -> None:
    """Entries from before there was a mark of privacy cannot be changed any more: their verb tells."""
    place = Place()
    old = record("dismiss_proposal", place.bridge, actor=None, bridge_id=place.bridge.pk, organisation_id=place.one.pk)
    seen = AuditEntry.objects.filter(pk=old.pk)
    assert seen.visible_to(place.people["owner of one"]).exists()
    assert not seen.visible_to(place.people["bridge's organiser"]).exists()
    assert not AuditEntry.objects.on_bridge(place.bridge.pk).filter(pk=old.pk).exists()


def test_what_a_person_saves_or_blocks_is_private() -> None:
    place = Place()
    save_item(place.other, actor=place.people["owner of one"], bridge=place.bridge)
    block_organisation(place.one, actor=place.people["owner of one"], blocked=place.other)
    acts = AuditEntry.objects.filter(verb__in=("save_item", "block_organisation"))
    assert acts.count() == 2
    assert {entry.private for entry in acts} == {True}
    assert not acts.visible_to(place.people["bridge's owner"]).exists()
    assert not acts.visible_to(place.people["owner of other"]).exists()
    assert acts.visible_to(place.people["viewer of one"]).get().verb == "block_organisation"
