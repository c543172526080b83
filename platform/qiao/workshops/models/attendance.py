"""Who came, and what they say of it afterwards."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nTextField

from qiao.common.models import Public, Timestamped
from qiao.workshops.enums import CheckInKind
from qiao.workshops.models.programme import Session
from qiao.workshops.models.registration import Registration
from qiao.workshops.models.workshop import Workshop


class CheckIn(Timestamped):
    """Somebody came or left, to the workshop or to one session of it.

    `happened_at` is the clock of the device that saw it, which may have been without a network; `device_key` is that
    device's own name for the act, so that sending it twice counts once.
    """

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="check_ins")
    session = models.ForeignKey(Session, null=True, blank=True, on_delete=models.CASCADE, related_name="check_ins")
    kind = models.CharField(max_length=4, choices=CheckInKind, default=CheckInKind.IN)
    happened_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    device_key = models.CharField(max_length=64, unique=True)
    undone_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("happened_at", "id")
        verbose_name = _("check-in")
        verbose_name_plural = _("check-ins")
        indexes = (models.Index(fields=("registration", "happened_at"), name="check_in_by_time"),)

    def __str__(self) -> str:
        return f"{self.registration_id}: {self.kind}"


class DayNotice(Public):
    """A change that organisers tell everybody of on the day: it stands above now and next until it is taken down."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="notices")
    text = I18nTextField(_("what changes"))
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("-created_at", "-id")
        verbose_name = _("notice of a change")
        verbose_name_plural = _("notices of changes")

    def __str__(self) -> str:
        return str(self.text)


class CalendarKey(Public):
    """The secret address of somebody's calendar feed, as a hash. A new one ends the old."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="calendar_keys")
    key_hash = models.CharField(max_length=64, unique=True)
    revoked_at = models.DateTimeField(null=True, editable=False)
    used_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        verbose_name = _("key of a calendar")
        verbose_name_plural = _("keys of calendars")

    def __str__(self) -> str:
        return self.public_id


class Feedback(Timestamped):
    """What a participant says of the workshop, or of one session: marks from 1 to 5, and words."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="feedback")
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="feedback")
    session = models.ForeignKey(Session, null=True, blank=True, on_delete=models.CASCADE, related_name="feedback")
    mark = models.PositiveSmallIntegerField(
        _("mark"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(5)]
    )
    good = models.TextField(_("what was good"), blank=True, validators=[MaxLengthValidator(2000)])
    better = models.TextField(_("what should be better"), blank=True, validators=[MaxLengthValidator(2000)])
    # Shown to organisers without a name.
    is_anonymous = models.BooleanField(_("without my name"), default=False)

    class Meta:
        ordering = ("-created_at", "id")
        verbose_name = _("feedback")
        verbose_name_plural = _("feedback")
        constraints = (
            models.UniqueConstraint(fields=("registration", "session"), name="feedback_once", nulls_distinct=False),
        )

    def __str__(self) -> str:
        return f"{self.registration_id}: {self.mark}"
