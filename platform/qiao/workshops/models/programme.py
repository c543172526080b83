"""Sessions of a workshop, who is in them, and the releases of the programme."""

from __future__ import annotations

import datetime

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from qiao.common.models import Public, Timestamped
from qiao.workshops.enums import AnswerToInvitation, RunState, SessionKind, SessionRole, SessionState
from qiao.workshops.models.registration import Registration
from qiao.workshops.models.workshop import Room, Workshop
from qiao.workshops.querysets.programme import ReleaseQuerySet, SessionQuerySet


class Session(Public):
    """An item of the programme: the draft that organisers work on. What others see is the last release.

    `edition` counts the changes: who changes it says which one they saw, and learns of another's change in between.
    """

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="sessions")
    kind = models.CharField(_("kind"), max_length=16, choices=SessionKind)
    title = I18nCharField(_("title"), max_length=240)
    description = I18nTextField(_("what it is about"), blank=True)
    track = models.CharField(_("track"), max_length=80, blank=True)
    minutes = models.PositiveSmallIntegerField(
        _("minutes"), default=45, validators=[MinValueValidator(5), MaxValueValidator(720)]
    )
    starts_at = models.DateTimeField(_("starts"), null=True, blank=True)
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.SET_NULL, related_name="sessions")
    is_locked = models.BooleanField(_("keeps its room and time"), default=False)
    capacity = models.PositiveIntegerField(_("places"), null=True, blank=True, validators=[MinValueValidator(1)])
    expected = models.PositiveIntegerField(_("people expected"), null=True, blank=True)
    needs_interpreting = models.BooleanField(_("needs interpreting"), default=False)
    # Nobody has meetings meanwhile.
    is_for_all = models.BooleanField(_("for everybody: no meetings meanwhile"), default=False)
    online_url = models.URLField(_("link to join online"), blank=True)
    state = models.CharField(_("state"), max_length=10, choices=SessionState, default=SessionState.ACTIVE)
    edition = models.PositiveIntegerField(default=1, editable=False)
    # Places are kept for those who are invited until then.
    answer_by = models.DateField(_("answers wanted by"), null=True, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ("starts_at", "id")
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        indexes = (models.Index(fields=("workshop", "starts_at"), name="session_by_time"),)

    def __str__(self) -> str:
        return str(self.title)

    @property
    def ends_at(self) -> datetime.datetime | None:
        """When it ends, if it has a time."""
        return None if self.starts_at is None else self.starts_at + datetime.timedelta(minutes=self.minutes)


class SessionPerson(Timestamped):
    """Somebody in a session: who speaks, moderates or interprets, who is invited, who wants to come.

    A speaker from outside is a name without a registration.
    """

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="people")
    registration = models.ForeignKey(
        Registration, null=True, blank=True, on_delete=models.CASCADE, related_name="session_places"
    )
    name = models.CharField(_("name"), max_length=120, blank=True)
    affiliation = models.CharField(_("organisation"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=12, choices=SessionRole, default=SessionRole.PARTICIPANT)
    answer = models.CharField(
        _("answer"), max_length=10, choices=AnswerToInvitation, default=AnswerToInvitation.INVITED
    )
    answered_at = models.DateTimeField(null=True, editable=False)
    position = models.PositiveSmallIntegerField(default=0)
    # Why they are asked, in the organisers' words.
    note = models.CharField(_("why you ask them"), max_length=300, blank=True)
    # Letters that have asked them, and when the last one did.
    letters = models.PositiveSmallIntegerField(default=0, editable=False)
    asked_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("role", "position", "id")
        verbose_name = _("person in a session")
        verbose_name_plural = _("people in sessions")
        constraints = (
            models.UniqueConstraint(
                fields=("session", "registration", "role"),
                condition=models.Q(registration__isnull=False),
                name="in_session_once",
            ),
        )

    def __str__(self) -> str:
        return self.name or f"{self.registration_id}"


class CalendarEntry(Timestamped):
    """What a person's calendar was last told of a session by mail, so that only what differs is told again."""

    session = models.ForeignKey(Session, on_delete=models.CASCADE, related_name="calendar_entries")
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="calendar_entries")
    # As in the message (RFC 5545): it rises with every further one.
    sequence = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    is_cancelled = models.BooleanField(default=False)

    class Meta:
        ordering = ("id",)
        verbose_name = _("entry in a calendar")
        verbose_name_plural = _("entries in calendars")
        constraints = (models.UniqueConstraint(fields=("session", "registration"), name="in_calendar_once"),)

    def __str__(self) -> str:
        return f"{self.registration_id}: {self.session_id} {self.sequence}"


class Release(Public):
    """A named state of the programme that participants see. `content` holds every session as it was then.

    `changes` are codes with parameters, against the release before: added, cancelled, moved, room, title, people.
    """

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="releases")
    number = models.PositiveIntegerField()
    name = models.CharField(_("name of the release"), max_length=80)
    note = models.TextField(_("what changes, in your words"), blank=True, max_length=2000)
    content = models.JSONField(default=dict)
    changes = models.JSONField(default=list)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    released_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, editable=False)

    objects = ReleaseQuerySet.as_manager()

    class Meta:
        ordering = ("-number",)
        verbose_name = _("release of the programme")
        verbose_name_plural = _("releases of the programme")
        constraints = (models.UniqueConstraint(fields=("workshop", "number"), name="release_number_once"),)

    def __str__(self) -> str:
        return f"{self.number} {self.name}"


class PlacementRun(Public):
    """One automatic placement of sessions: what was asked, what came out, and the places before, to go back to."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="placement_runs")
    state = models.CharField(max_length=12, choices=RunState, default=RunState.QUEUED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    options = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    seed = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    # Places by session: {"public id": {"room": …, "starts_at": …, "edition": …}}.
    before = models.JSONField(default=dict)
    placed = models.JSONField(default=dict)
    unplaced = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("placement of the programme")
        verbose_name_plural = _("placements of the programme")

    def __str__(self) -> str:
        return f"{self.workshop_id}: {self.state}"
