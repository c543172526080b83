"""Who comes to a workshop, when they are there and what they hope for."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from qiao.common.languages import TextLanguage
from qiao.common.models import Public, Timestamped
from qiao.workshops.enums import AttendanceMode, RegistrationState
from qiao.workshops.models.workshop import RegistrationQuestion, Workshop
from qiao.workshops.querysets.registration import RegistrationQuerySet


class Delegation(Public):
    """People whom one person registers together."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="delegations")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="+")
    name = models.CharField(_("name of the delegation"), max_length=160)
    leader = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("delegation")
        verbose_name_plural = _("delegations")

    def __str__(self) -> str:
        return self.name


class Registration(Public):
    """One person at one workshop, for one organisation.

    Somebody registered by others may have no account yet: `user` is set once one with that address is confirmed.
    """

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="registrations")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="registrations")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="registrations"
    )
    delegation = models.ForeignKey(
        Delegation, null=True, blank=True, on_delete=models.SET_NULL, related_name="registrations"
    )
    registered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail"))
    job_title = models.CharField(_("position"), max_length=120, blank=True)
    mode = models.CharField(_("takes part"), max_length=8, choices=AttendanceMode, default=AttendanceMode.ON_SITE)
    languages = ArrayField(models.CharField(max_length=8), verbose_name=_("languages spoken"), default=list, blank=True)
    needs_interpreter = models.BooleanField(_("needs an interpreter"), default=False)
    access_needs = models.TextField(_("access needs"), blank=True, validators=[MaxLengthValidator(1000)])
    goals = models.TextField(_("goals for this workshop"), blank=True, validators=[MaxLengthValidator(1500)])
    goals_language = models.CharField(max_length=4, choices=TextLanguage, blank=True)
    wants_meetings = models.BooleanField(_("open to meetings"), default=True)
    is_listed = models.BooleanField(_("shown in the list of participants"), default=True)
    # None: as many as the workshop allows.
    most_meetings = models.PositiveSmallIntegerField(_("meetings at most"), null=True, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=60, blank=True)
    # Somebody who takes part online has no meetings in their own night, unless they say that they would.
    at_any_hour = models.BooleanField(_("meetings at any hour of my own clock"), default=False)
    state = models.CharField(_("state"), max_length=10, choices=RegistrationState)
    # The moment that its place on the waiting list counts from.
    queued_at = models.DateTimeField(null=True, editable=False)
    confirmed_at = models.DateTimeField(null=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    note = models.TextField(_("note of the organisers"), blank=True)
    # Set when somebody who was to come is known not to.
    no_show_at = models.DateTimeField(null=True, editable=False)

    objects = RegistrationQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        verbose_name = _("registration")
        verbose_name_plural = _("registrations")
        constraints = (
            models.UniqueConstraint("workshop", Lower("email"), name="registered_once_by_address"),
            models.UniqueConstraint(
                fields=("workshop", "user"), condition=models.Q(user__isnull=False), name="registered_once"
            ),
        )
        indexes = (
            models.Index(fields=("workshop", "state", "name"), name="registration_by_state"),
            models.Index(fields=("workshop", "organisation"), name="registration_by_org"),
        )

    def __str__(self) -> str:
        return self.name


class Presence(Timestamped):
    """A stretch of time in which somebody is there. Without any they are there from the beginning to the end."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="presences")
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))

    class Meta:
        ordering = ("starts_at", "id")
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = (
            models.CheckConstraint(condition=models.Q(starts_at__lt=models.F("ends_at")), name="presence_in_order"),
        )

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class QuestionAnswer(Timestamped):
    """What somebody answered to a question of the workshop: a text, a list of choices by number, or yes or no."""

    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="answers")
    question = models.ForeignKey(RegistrationQuestion, on_delete=models.CASCADE, related_name="answers")
    value = models.JSONField(null=True)

    class Meta:
        ordering = ("question__position", "id")
        verbose_name = _("answer")
        verbose_name_plural = _("answers")
        constraints = (models.UniqueConstraint(fields=("registration", "question"), name="answered_once"),)

    def __str__(self) -> str:
        return f"{self.registration_id}: {self.question_id}"
