"""The two-level taxonomy of sectors."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.languages import preferred


class Sector(models.Model):
    """A sector (no parent) or a branch of one. Loaded from `directory/data/sectors.yaml`; a code never changes."""

    code = models.SlugField(max_length=40, unique=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    name_en = models.CharField(max_length=100)
    name_zh = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position",)
        verbose_name = _("sector")
        verbose_name_plural = _("sectors")

    def __str__(self) -> str:
        return preferred(self.name_en, self.name_zh)[0]
