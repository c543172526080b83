"""Filters of the board that organisers come back to."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public
from qiao.partnerships.querysets.saved_views import SavedViewQuerySet


class SavedView(Public):
    """A name for a set of filters, for oneself or for everybody who brokers on the bridge."""

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="saved_views")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name"), max_length=60)
    filters = models.CharField(max_length=500, blank=True)
    is_shared = models.BooleanField(_("for everybody at the desk"), default=False)

    objects = SavedViewQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("saved view")
        verbose_name_plural = _("saved views")
        constraints = (models.UniqueConstraint(fields=("bridge", "owner", "name"), name="one_view_a_name"),)

    def __str__(self) -> str:
        return self.name
