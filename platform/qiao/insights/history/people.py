"""Who did what is in the log, as the reader may know it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import BridgeStaff
from qiao.directory.models import Affiliation, Organisation
from qiao.insights.history.sentences import ORGANISERS_ACTS
from qiao.partnerships.models import Introduction

_INTRODUCTION = Introduction._meta.label_lower


class Named:
    """At the desk: who runs a bridge reads the name of everybody who acted on it."""

    def __init__(self, entries: Iterable[AuditEntry]) -> None:
        people = User.objects.only("name", "name_zh", "email", "is_superuser")
        self.people: dict[Any, User] = people.in_bulk({entry.actor_id for entry in entries if entry.actor_id})

    def who(self, entry: AuditEntry) -> str:
        """A name; "Qiao" for what the site does itself."""
        if entry.actor_id is None:
            return _("Qiao")
        person = self.people.get(entry.actor_id)
        return person.display_name if person is not None else _("A former member")


class Unnamed(Named):
    """For participants: colleagues are named, and the other side once introduced; organisers are by their role."""

    def __init__(self, entries: list[AuditEntry], own: set[int]) -> None:
        super().__init__(entries)
        self.own = own
        self.organisations: dict[int, set[int]] = {}
        for user_id, organisation_id in Affiliation.objects.filter(user__in=self.people).values_list(
            "user_id", "organisation_id"
        ):
            self.organisations.setdefault(user_id, set()).add(organisation_id)
        self.roles: dict[int, dict[int, str]] = {}
        for user_id, bridge_id, role in BridgeStaff.objects.filter(user__in=self.people).values_list(
            "user_id", "bridge_id", "role"
        ):
            self.roles.setdefault(user_id, {})[bridge_id] = role
        others = {entry.organisation_id for entry in entries if entry.organisation_id is not None} | {
            pk for entry in entries for pk in entry.also
        }
        self.names = {one.pk: one.name for one in Organisation.objects.filter(pk__in=others - own)}
        introductions = {int(entry.subject_id) for entry in entries if entry.subject_type == _INTRODUCTION}
        self.introduced = (
            {one.pk for one in Introduction.objects.filter(pk__in=introductions) if one.is_introduced}
            if introductions
            else set()
        )

    def who(self, entry: AuditEntry) -> str:
        """A name, a role, or the other organisation."""
        actor_id = entry.actor_id
        if actor_id is None:
            return _("Qiao")
        if entry.verb in ORGANISERS_ACTS:
            return self._role(entry)
        person = self.people.get(actor_id)
        if person is None:
            return _("A former member")
        belongs = self.organisations.get(actor_id, set())
        if belongs & self.own or entry.verb == "ask_to_join":
            return person.display_name
        theirs = belongs & {entry.organisation_id or 0, *entry.also}
        if theirs:
            return self._other_side(entry, person, theirs)
        if person.is_superuser or actor_id in self.roles:
            return self._role(entry)
        return _("A former member")

    def _other_side(self, entry: AuditEntry, person: User, theirs: set[int]) -> str:
        if entry.subject_type != _INTRODUCTION:
            return next(
                (self.names[pk] for pk in sorted(filter(None, theirs)) if pk in self.names), _("The other side")
            )
        return person.display_name if int(entry.subject_id) in self.introduced else _("The other side")

    def _role(self, entry: AuditEntry) -> str:
        roles = self.roles.get(entry.actor_id or 0, {})
        return {BridgeRole.ADVISER: _("An adviser"), BridgeRole.REVIEWER: _("A reviewer")}.get(
            BridgeRole(roles[entry.bridge_id]) if entry.bridge_id in roles else BridgeRole.ORGANISER, _("An organiser")
        )
