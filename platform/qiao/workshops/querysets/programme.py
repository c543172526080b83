"""Reads of sessions and releases."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.workshops.enums import SessionState

if TYPE_CHECKING:
    from qiao.workshops.models import Release, Session, Workshop


class SessionQuerySet(models.QuerySet["Session"]):
    """Sessions, as the draft has them."""

    def visible_to(self, user: Any) -> SessionQuerySet:
        """The draft is for those who run the workshop. Others read releases."""
        from qiao.workshops.models import Workshop

        return self.filter(workshop__in=Workshop.objects.all().run_by(user).values("pk"))

    def of_workshop(self, workshop: Workshop) -> SessionQuerySet:
        """Of one workshop."""
        return self.filter(workshop=workshop)

    def active(self) -> SessionQuerySet:
        """Not cancelled."""
        return self.filter(state=SessionState.ACTIVE)

    def placed(self) -> SessionQuerySet:
        """With a time."""
        return self.filter(starts_at__isnull=False)


class ReleaseQuerySet(models.QuerySet["Release"]):
    """Releases of programmes."""

    def visible_to(self, user: Any) -> ReleaseQuerySet:
        """Whoever sees the workshop."""
        from qiao.workshops.models import Workshop

        return self.filter(workshop__in=Workshop.objects.all().visible_to(user).values("pk"))

    def of_workshop(self, workshop: Workshop) -> ReleaseQuerySet:
        """Of one workshop, last first."""
        return self.filter(workshop=workshop).order_by("-number")
