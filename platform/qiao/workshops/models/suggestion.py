"""Sessions that the matcher proposes from what registered organisations need, offer and hope for."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField

from qiao.common.models import Public, Timestamped
from qiao.workshops.enums import RunState, SuggestionState
from qiao.workshops.models.programme import Session
from qiao.workshops.models.registration import Registration
from qiao.workshops.models.workshop import Workshop


class SuggestionRun(Public):
    """One grouping of the registered people: what was asked of it and what came out."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="suggestion_runs")
    state = models.CharField(max_length=12, choices=RunState, default=RunState.QUEUED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # How many people a session has, and how many sessions.
    options = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    model_name = models.CharField(max_length=120, blank=True)
    seed = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("proposing of sessions")
        verbose_name_plural = _("proposings of sessions")

    def __str__(self) -> str:
        return f"{self.workshop_id}: {self.state}"


class SuggestedSession(Public):
    """A roundtable that might be: its people belong together by topic. Locked ones stay when the rest is run again."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="suggested_sessions")
    run = models.ForeignKey(SuggestionRun, null=True, on_delete=models.SET_NULL, related_name="suggestions")
    title = I18nCharField(_("title"), max_length=240)
    # Words that distinguish it, best first, by language: {"en": […], "zh": […]}.
    topics = models.JSONField(default=dict)
    # Codes with parameters: why these people.
    reasons = models.JSONField(default=list)
    coherence = models.FloatField(null=True)
    state = models.CharField(max_length=10, choices=SuggestionState, default=SuggestionState.PROPOSED)
    is_locked = models.BooleanField(_("stays as it is"), default=False)
    is_renamed = models.BooleanField(default=False)
    session = models.ForeignKey(Session, null=True, on_delete=models.SET_NULL, related_name="suggestions")
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "id")
        verbose_name = _("proposed session")
        verbose_name_plural = _("proposed sessions")

    def __str__(self) -> str:
        return str(self.title)


class SuggestedMember(Timestamped):
    """Somebody whom a proposed session is for, and why."""

    suggestion = models.ForeignKey(SuggestedSession, on_delete=models.CASCADE, related_name="members")
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="suggested_for")
    is_moderator = models.BooleanField(_("should moderate"), default=False)
    reasons = models.JSONField(default=list)
    fit = models.FloatField(null=True)

    class Meta:
        ordering = ("-is_moderator", "-fit", "id")
        verbose_name = _("person of a proposed session")
        verbose_name_plural = _("people of proposed sessions")
        constraints = (models.UniqueConstraint(fields=("suggestion", "registration"), name="suggested_once"),)

    def __str__(self) -> str:
        return f"{self.suggestion_id}: {self.registration_id}"
