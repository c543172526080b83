"""Reads of entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.bridges.models import Bridge
from qiao.calls.enums import HANDED_IN, STANDING, CallState, EntryState
from qiao.calls.querysets.call import bridges_run_by
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Organisation

if TYPE_CHECKING:
    from qiao.calls.models import Call, CallStage, Entry


def entries_of_people_in(call: Any, *, user: Any) -> models.QuerySet[Entry]:
    """Entries to a call by organisations of a person, drafts among them: who has one reads no other's."""
    from qiao.calls.models import Entry

    own = Affiliation.objects.filter(user=user).values("organisation_id")
    return Entry.objects.filter(call=call, organisation__in=own).exclude(state=EntryState.WITHDRAWN)


class EntryQuerySet(models.QuerySet["Entry"]):
    """Entries to calls."""

    def visible_to(self, user: Any) -> EntryQuerySet:
        """A person's own organisations' entries; those handed in to a call they manage, review or run the bridge of.

        A draft is its own people's alone. A reviewer reads what is in the stage they review, and what they have marked.
        Who reviews or runs the bridge and belongs to one that enters does not read the others' entries.
        """
        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        own = Affiliation.objects.filter(user=user)
        managing = own.filter(role__in=(PersonRole.OWNER, PersonRole.EDITOR))
        run = bridges_run_by(user).values("bridge_id")
        kept = Organisation.objects.filter(managed_by__in=run)
        competes = models.Exists(entries_of_people_in(models.OuterRef("call"), user=user))
        return self.filter(
            models.Q(organisation__in=own.values("organisation_id"))
            | models.Q(organisation__in=kept.values("pk"))
            | models.Q(state__in=HANDED_IN, call__organisation__in=managing.values("organisation_id"))
            | models.Q(state__in=HANDED_IN, call__organisation__in=kept.values("pk"))
            | (models.Q(state__in=HANDED_IN, call__bridge__in=run) & ~competes)
            | models.Q(pk__in=self.model._default_manager.all().to_review_by(user).values("pk"))
        )

    def to_review_by(self, user: Any) -> EntryQuerySet:
        """What a reviewer may read: in the stage that is on, or marked by them before; nothing they keep out of."""
        from qiao.calls.models import Conflict, Mark, Reviewer

        mine = Reviewer.objects.active().filter(user=user, declared_at__isnull=False, call=models.OuterRef("call"))
        conflict = Conflict.objects.filter(reviewer__user=user, reviewer__removed_at=None, entry=models.OuterRef("pk"))
        marked = Mark.objects.filter(reviewer__user=user, entry=models.OuterRef("pk"))
        competes = entries_of_people_in(models.OuterRef("call"), user=user)
        in_stage = models.Q(
            state__in=STANDING, call__state=CallState.DECIDING, stage=models.F("call__stage"), stage__gt=0
        )
        return self.filter(
            models.Exists(mine), ~models.Exists(conflict), ~models.Exists(competes), state__in=HANDED_IN
        ).filter(in_stage | models.Exists(marked))

    def handed_in(self) -> EntryQuerySet:
        """Before the owner of the call, whatever became of them."""
        return self.filter(state__in=HANDED_IN)

    def standing(self) -> EntryQuerySet:
        """Still in the running."""
        return self.filter(state__in=STANDING)

    def in_stage(self, stage: CallStage) -> EntryQuerySet:
        """Those that are being judged in a stage."""
        return self.standing().filter(call=stage.call_id, stage=stage.position)

    def of_organisation(self, organisation: Organisation) -> EntryQuerySet:
        """Of one organisation."""
        return self.filter(organisation=organisation)

    def on_bridge(self, bridge: Bridge) -> EntryQuerySet:
        """To calls of one bridge."""
        return self.filter(call__bridge=bridge)

    def to_call(self, call: Call) -> EntryQuerySet:
        """To one call."""
        return self.filter(call=call)
