"""Reads of meetings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.workshops.enums import MeetingState

if TYPE_CHECKING:
    from qiao.workshops.models import Meeting, Registration, Workshop


class MeetingQuerySet(models.QuerySet["Meeting"]):
    """Meetings."""

    def visible_to(self, user: Any) -> MeetingQuerySet:
        """Those one is in, and all of a workshop for who runs it."""
        from qiao.workshops.models import MeetingMember, Workshop

        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        run = Workshop.objects.all().run_by(user).values("pk")
        mine = MeetingMember.objects.filter(registration__user=user).values("meeting_id")
        return self.filter(models.Q(workshop__in=run) | models.Q(pk__in=mine))

    def of_workshop(self, workshop: Workshop) -> MeetingQuerySet:
        """Of one workshop."""
        return self.filter(workshop=workshop)

    def with_person(self, registration: Registration) -> MeetingQuerySet:
        """Those that somebody is in."""
        return self.filter(members__registration=registration)

    def scheduled(self) -> MeetingQuerySet:
        """With a time."""
        return self.filter(state=MeetingState.SCHEDULED)

    def live(self) -> MeetingQuerySet:
        """Asked for, agreed or scheduled."""
        return self.filter(state__in=(MeetingState.REQUESTED, MeetingState.AGREED, MeetingState.SCHEDULED))

    def in_full(self) -> MeetingQuerySet:
        """With what a page shows of each, in a constant number of queries."""
        return self.select_related(
            "workshop", "workshop__bridge", "slot", "wished_slot", "table", "table__room"
        ).prefetch_related("members", "members__registration", "members__registration__organisation")
