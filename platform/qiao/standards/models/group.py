"""Groups that a bridge seats people in: their policy, and how they are balanced over time."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nTextField

from qiao.common.models import Public, Timestamped
from qiao.standards.enums import BalanceDimension
from qiao.standards.models.committee import Committee
from qiao.standards.querysets.group import GroupQuerySet


class Group(Public):
    """A committee or working group that a bridge seats people in, with the bridge's policy for it.

    Places are those that the bridge's organisations fill. `topics` are the fields of expertise that must be covered:
    lines {"en": …, "zh-hans": …}.
    """

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="standards_groups")
    committee = models.ForeignKey(Committee, on_delete=models.PROTECT, related_name="groups")
    note = I18nTextField(_("what the bridge wants there"), blank=True)
    places_min = models.PositiveSmallIntegerField(_("places to fill at least"), default=0)
    places_max = models.PositiveSmallIntegerField(
        _("places"), default=8, validators=[MinValueValidator(1), MaxValueValidator(500)]
    )
    term_months = models.PositiveSmallIntegerField(
        _("term in months"), default=36, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    topics = models.JSONField(_("expertise to be covered"), default=list, blank=True)
    languages = ArrayField(
        models.CharField(max_length=4), verbose_name=_("languages it works in"), default=list, blank=True
    )
    hours_a_month = models.PositiveSmallIntegerField(_("hours of work a month"), null=True, blank=True)
    asks_conflicts = models.BooleanField(_("asks for a declaration of conflicts of interest"), default=True)
    asks_patents = models.BooleanField(_("asks for a declaration of patents"), default=True)
    # Who misses more meetings in a row has no vote until the next one attended; empty takes nothing away.
    missed_at_most = models.PositiveSmallIntegerField(_("meetings in a row that may be missed"), null=True, blank=True)
    nominations_close_on = models.DateField(_("nominations close on"), null=True, blank=True)
    is_open = models.BooleanField(_("takes nominations"), default=True)

    objects = GroupQuerySet.as_manager()

    class Meta:
        ordering = ("committee__reference", "id")
        verbose_name = _("group")
        verbose_name_plural = _("groups")
        constraints = (models.UniqueConstraint(fields=("bridge", "committee"), name="group_once_on_bridge"),)

    def __str__(self) -> str:
        return self.committee.reference


class BalanceRule(Timestamped):
    """At least and at most so many seats of a category, side or region; or at most so many of any one organisation."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="rules")
    dimension = models.CharField(_("counts"), max_length=12, choices=BalanceDimension)
    # A StakeholderCategory, the code of a side, a region's name; empty for ORGANISATION.
    value = models.CharField(_("of"), max_length=80, blank=True)
    minimum = models.PositiveSmallIntegerField(_("at least"), null=True, blank=True)
    maximum = models.PositiveSmallIntegerField(_("at most"), null=True, blank=True)

    class Meta:
        ordering = ("dimension", "value", "id")
        verbose_name = _("rule of balance")
        verbose_name_plural = _("rules of balance")
        constraints = (
            models.UniqueConstraint(fields=("group", "dimension", "value"), name="balance_rule_once"),
            models.CheckConstraint(
                condition=models.Q(minimum__isnull=False) | models.Q(maximum__isnull=False), name="balance_rule_says"
            ),
        )

    def __str__(self) -> str:
        return f"{self.dimension} {self.value}"


class BalanceSnapshot(models.Model):
    """Who sat in a group on a day, counted: {"category": {…}, "side": {…}, "region": {…}, "seats": n}."""

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="snapshots")
    day = models.DateField()
    figures = models.JSONField(default=dict)

    class Meta:
        ordering = ("group", "day")
        verbose_name = _("balance on a day")
        verbose_name_plural = _("balance on days")
        constraints = (models.UniqueConstraint(fields=("group", "day"), name="balance_day_once"),)

    def __str__(self) -> str:
        return f"{self.group_id}: {self.day}"
