"""An organisation's profile."""

from __future__ import annotations

import datetime

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxLengthValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.languages import preferred
from qiao.common.models import Public
from qiao.common.regions import country_name
from qiao.directory.enums import OrganisationKind, OrganisationSize
from qiao.directory.querysets.organisation import OrganisationQuerySet
from qiao.directory.validators import validate_country, validate_founding_year

SUMMARY_LENGTH = 300
DESCRIPTION_LENGTH = 6000


class Organisation(Public):
    """A firm, fund, university, hospital, public body … in English, Chinese or both."""

    name_en = models.CharField(_("name in English"), max_length=160, blank=True)
    name_zh = models.CharField(_("name in Chinese"), max_length=80, blank=True)
    kind = models.CharField(_("kind"), max_length=24, choices=OrganisationKind)
    size = models.CharField(_("size"), max_length=12, choices=OrganisationSize, blank=True)
    founded = models.PositiveSmallIntegerField(
        _("founded in"), null=True, blank=True, validators=[MinValueValidator(1000), validate_founding_year]
    )
    country = models.CharField(_("country"), max_length=2, validators=[validate_country])
    region_en = models.CharField(_("region in English"), max_length=80, blank=True)
    region_zh = models.CharField(_("region in Chinese"), max_length=40, blank=True)
    city_en = models.CharField(_("city in English"), max_length=80, blank=True)
    city_zh = models.CharField(_("city in Chinese"), max_length=40, blank=True)
    website = models.URLField(_("website"), blank=True)
    summary_en = models.CharField(_("in one or two sentences, in English"), max_length=SUMMARY_LENGTH, blank=True)
    summary_zh = models.CharField(_("in one or two sentences, in Chinese"), max_length=SUMMARY_LENGTH, blank=True)
    description_en = models.TextField(
        _("description in English"), blank=True, validators=[MaxLengthValidator(DESCRIPTION_LENGTH)]
    )
    description_zh = models.TextField(
        _("description in Chinese"), blank=True, validators=[MaxLengthValidator(DESCRIPTION_LENGTH)]
    )
    sectors = models.ManyToManyField("directory.Sector", verbose_name=_("sectors"), blank=True, related_name="+")
    managed_by = models.ForeignKey(
        "bridges.Bridge",
        verbose_name=_("managed by"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="managed_organisations",
        help_text=_("A profile that organisers keep until the organisation claims it."),
    )
    source = models.CharField(max_length=40, blank=True, editable=False)
    external_id = models.CharField(max_length=120, blank=True, editable=False)
    search = SearchVectorField(null=True, editable=False)

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        ordering = ("name_en", "name_zh", "id")
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        constraints = (
            models.CheckConstraint(
                condition=~models.Q(name_en="") | ~models.Q(name_zh=""), name="organisation_has_a_name"
            ),
            models.UniqueConstraint(
                fields=("source", "external_id"),
                condition=~models.Q(external_id=""),
                name="organisation_external_id",
            ),
        )
        indexes = (GinIndex(fields=("search",), name="organisation_search"),)

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the interface's language, else the other one."""
        return preferred(self.name_en, self.name_zh)[0]

    @property
    def place(self) -> str:
        """City or region, and country, in the interface's language."""
        city = preferred(self.city_en, self.city_zh)[0] or preferred(self.region_en, self.region_zh)[0]
        return f"{city}, {country_name(self.country)}" if city else country_name(self.country)

    @property
    def age(self) -> int | None:
        """Full calendar years since it was founded, if known."""
        return None if self.founded is None else datetime.datetime.now(datetime.UTC).year - self.founded
