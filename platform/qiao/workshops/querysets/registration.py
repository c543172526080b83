"""Reads of registrations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.workshops.enums import AttendanceMode, RegistrationState

if TYPE_CHECKING:
    from qiao.workshops.models import Registration, Workshop


class RegistrationQuerySet(models.QuerySet["Registration"]):
    """Registrations."""

    def visible_to(self, user: Any) -> RegistrationQuerySet:
        """All of a workshop for who runs it; one's own and those of one's delegation; confirmed ones who let
        themselves be listed for others who are confirmed there."""
        from qiao.workshops.models import Registration, Workshop

        if not user.is_authenticated:
            return self.none()
        if user.is_superuser:
            return self
        run = Workshop.objects.all().run_by(user).values("pk")
        with_me = Registration.objects.filter(user=user, state=RegistrationState.CONFIRMED).values("workshop_id")
        return self.filter(
            models.Q(workshop__in=run)
            | models.Q(user=user)
            | models.Q(registered_by=user)
            | models.Q(delegation__leader=user)
            | models.Q(workshop__in=with_me, state=RegistrationState.CONFIRMED, is_listed=True)
        )

    def of_workshop(self, workshop: Workshop) -> RegistrationQuerySet:
        """Of one workshop."""
        return self.filter(workshop=workshop)

    def confirmed(self) -> RegistrationQuerySet:
        """Those who have a place."""
        return self.filter(state=RegistrationState.CONFIRMED)

    def on_site(self) -> RegistrationQuerySet:
        """Those who come in person."""
        return self.filter(mode=AttendanceMode.ON_SITE)

    def remote(self) -> RegistrationQuerySet:
        """Those who take part online."""
        return self.filter(mode=AttendanceMode.REMOTE)

    def waiting(self) -> RegistrationQuerySet:
        """On the waiting list, first come first."""
        return self.filter(state=RegistrationState.WAITING).order_by("queued_at", "id")

    def open_to_meetings(self) -> RegistrationQuerySet:
        """Confirmed, want meetings, and not known to have stayed away."""
        return self.confirmed().filter(wants_meetings=True, no_show_at=None)

    def in_full(self) -> RegistrationQuerySet:
        """With what a page shows of each, in a constant number of queries."""
        return self.select_related("organisation", "user", "delegation", "workshop", "workshop__bridge")
