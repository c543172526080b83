"""Help for the small: mentors, training and funding."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from qiao.common.models import Public
from qiao.directory.enums import OrganisationKind, OrganisationSize
from qiao.standards.enums import MentorState, NoticeKind
from qiao.standards.models.committee import Committee
from qiao.standards.querysets.helping import MentorPairingQuerySet, SupportNoticeQuerySet


class MentorPairing(Public):
    """A small firm and an experienced organisation that shows it the way into standards work."""

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="mentor_pairings")
    mentee = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="mentored")
    mentor = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="mentoring")
    committee = models.ForeignKey(Committee, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=MentorState, default=MentorState.PROPOSED)
    score = models.FloatField(null=True, blank=True)
    reasons = models.JSONField(default=list)
    words = models.TextField(_("what you would like to learn"), blank=True, max_length=1000)
    answer_by = models.DateField(_("to be answered by"), null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    objects = MentorPairingQuerySet.as_manager()

    class Meta:
        ordering = ("-updated_at", "-id")
        verbose_name = _("mentor")
        verbose_name_plural = _("mentors")
        constraints = (models.UniqueConstraint(fields=("bridge", "mentee", "mentor"), name="mentored_once"),)

    def __str__(self) -> str:
        return f"{self.mentee_id}: {self.mentor_id}"


class SupportNotice(Public):
    """Training or funding for taking part in standards work, and who may have it; empty means any."""

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="support_notices")
    kind = models.CharField(_("kind"), max_length=10, choices=NoticeKind)
    title = I18nCharField(_("title"), max_length=200)
    text = I18nTextField(_("text"), blank=True)
    url = models.URLField(_("link"), blank=True)
    starts_on = models.DateField(_("on"), null=True, blank=True)
    closes_on = models.DateField(_("closes on"), null=True, blank=True)
    kinds = ArrayField(
        models.CharField(max_length=24, choices=OrganisationKind),
        verbose_name=_("kinds of organisation"),
        default=list,
        blank=True,
    )
    sizes = ArrayField(
        models.CharField(max_length=12, choices=OrganisationSize), verbose_name=_("sizes"), default=list, blank=True
    )
    sides = models.ManyToManyField("bridges.Side", verbose_name=_("sides"), blank=True, related_name="+")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = SupportNoticeQuerySet.as_manager()

    class Meta:
        ordering = ("closes_on", "id")
        verbose_name = _("training or funding")
        verbose_name_plural = _("training and funding")

    def __str__(self) -> str:
        return str(self.title)
