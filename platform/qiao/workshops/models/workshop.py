"""A workshop of a bridge, who runs it, and what it takes place in: rooms, tables, slots for meetings."""

from __future__ import annotations

import datetime
import zoneinfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from qiao.common.models import Public, Timestamped
from qiao.common.time_zones import time_zone
from qiao.directory.enums import OrganisationKind
from qiao.workshops.enums import (
    ANNOUNCED,
    QuestionKind,
    RegistrationMode,
    SessionKind,
    WorkshopFormat,
    WorkshopRole,
    WorkshopState,
)
from qiao.workshops.querysets.workshop import WorkshopQuerySet


def all_session_kinds() -> list[str]:
    """Every kind of session, for a workshop that has left none out."""
    return list(SessionKind.values)


class Workshop(Public):
    """What a bridge's people meet for, on some days at a place, online, or both.

    Dates are days of its own time zone. All moments are stored in UTC: a clock change at night moves none of them.
    """

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="workshops")
    copied_from = models.ForeignKey("self", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    name = I18nCharField(_("name"), max_length=160)
    theme = I18nCharField(_("theme"), max_length=240, blank=True)
    description = I18nTextField(_("what it is about"), blank=True)
    format = models.CharField(_("format"), max_length=12, choices=WorkshopFormat, default=WorkshopFormat.IN_PERSON)
    venue = I18nCharField(_("venue"), max_length=240, blank=True)
    venue_address = I18nTextField(_("address and how to get there"), blank=True)
    online_url = models.URLField(_("link for those online"), blank=True)
    first_day = models.DateField(_("first day"))
    last_day = models.DateField(_("last day"))
    time_zone = models.CharField(_("time zone"), max_length=60)
    capacity = models.PositiveIntegerField(
        _("places on site"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(20000)]
    )
    remote_capacity = models.PositiveIntegerField(
        _("places online"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(20000)]
    )
    places_per_organisation = models.PositiveSmallIntegerField(
        _("people of one organisation at most"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    registration_mode = models.CharField(
        _("registration"), max_length=12, choices=RegistrationMode, default=RegistrationMode.OPEN
    )
    registration_opens_at = models.DateTimeField(_("registration opens"), null=True, blank=True)
    registration_closes_at = models.DateTimeField(_("registration closes"), null=True, blank=True)
    session_kinds = ArrayField(
        models.CharField(max_length=16, choices=SessionKind),
        verbose_name=_("kinds of session"),
        default=all_session_kinds,
        blank=True,
    )
    # Meetings.
    has_meetings = models.BooleanField(_("one-to-one meetings"), default=True)
    meeting_requests_open_at = models.DateTimeField(_("requests for meetings open"), null=True, blank=True)
    meeting_requests_close_at = models.DateTimeField(_("requests for meetings close"), null=True, blank=True)
    hours_to_answer = models.PositiveSmallIntegerField(
        _("hours to answer a request for a meeting"),
        default=72,
        validators=[MinValueValidator(1), MaxValueValidator(720)],
    )
    meetings_per_person = models.PositiveSmallIntegerField(
        _("meetings a person has at most"), default=8, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    least_meetings = models.PositiveSmallIntegerField(
        _("meetings everyone should have"),
        default=2,
        validators=[MaxValueValidator(20)],
        help_text=_("Everyone reaches this many, where it can be, before anybody has more."),
    )
    requests_per_person = models.PositiveSmallIntegerField(
        _("open requests a person may have made"),
        default=10,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
    )
    longest_run = models.PositiveSmallIntegerField(
        _("meetings in a row at most"), null=True, blank=True, validators=[MinValueValidator(1)]
    )
    minutes_between = models.PositiveSmallIntegerField(
        _("minutes to move between a session and a meeting"), default=0, validators=[MaxValueValidator(120)]
    )
    interpreters = models.PositiveSmallIntegerField(
        _("interpreters for meetings at a time"), default=0, validators=[MaxValueValidator(500)]
    )
    state = models.CharField(_("state"), max_length=12, choices=WorkshopState, default=WorkshopState.DRAFT)
    cancelled_reason = models.TextField(blank=True, editable=False)
    # Written after the days themselves.
    highlights = I18nTextField(_("highlights"), blank=True)
    minutes = I18nTextField(_("minutes"), blank=True)
    after_is_public = models.BooleanField(_("show minutes and highlights to everybody"), default=False)

    objects = WorkshopQuerySet.as_manager()

    class Meta:
        ordering = ("-first_day", "id")
        verbose_name = _("workshop")
        verbose_name_plural = _("workshops")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(first_day__lte=models.F("last_day")), name="workshop_days_in_order"
            ),
        )
        indexes = (models.Index(fields=("bridge", "state", "first_day"), name="workshop_by_bridge"),)

    def __str__(self) -> str:
        return str(self.name)

    @property
    def zone(self) -> datetime.tzinfo:
        """The time zone its days and clock times are meant in."""
        return time_zone(self.time_zone) or zoneinfo.ZoneInfo("UTC")

    @property
    def days(self) -> list[datetime.date]:
        """Its days in order."""
        return [self.first_day + datetime.timedelta(days=n) for n in range((self.last_day - self.first_day).days + 1)]

    @property
    def starts_at(self) -> datetime.datetime:
        """The first moment of its first day."""
        return datetime.datetime.combine(self.first_day, datetime.time.min, tzinfo=self.zone)

    @property
    def ends_at(self) -> datetime.datetime:
        """The first moment after its last day."""
        return datetime.datetime.combine(
            self.last_day + datetime.timedelta(days=1), datetime.time.min, tzinfo=self.zone
        )

    @property
    def is_announced(self) -> bool:
        """Others than those who run it may read of it."""
        return self.state in ANNOUNCED

    @property
    def takes_registrations(self) -> bool:
        """Whether somebody can register at this moment."""
        now = timezone.now()
        return (
            self.state == WorkshopState.PUBLISHED
            and (self.registration_opens_at is None or self.registration_opens_at <= now)
            and now < (self.registration_closes_at or self.ends_at)
        )

    @property
    def takes_meeting_requests(self) -> bool:
        """Whether a participant can ask for a meeting at this moment."""
        now = timezone.now()
        return (
            self.state == WorkshopState.PUBLISHED
            and self.has_meetings
            and (self.meeting_requests_open_at is None or self.meeting_requests_open_at <= now)
            and now < (self.meeting_requests_close_at or self.ends_at)
        )

    @property
    def is_on(self) -> bool:
        """Whether this moment is within its days."""
        return self.state == WorkshopState.PUBLISHED and self.starts_at <= timezone.now() < self.ends_at

    @property
    def has_remote(self) -> bool:
        """Some may take part online."""
        return self.format != WorkshopFormat.IN_PERSON

    @property
    def has_venue(self) -> bool:
        """Some may take part on site."""
        return self.format != WorkshopFormat.ONLINE


class WorkshopStaff(Timestamped):
    """What somebody does for a workshop. One person may have several roles."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="staff")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="workshop_roles")
    role = models.CharField(_("role"), max_length=12, choices=WorkshopRole)

    class Meta:
        ordering = ("role", "id")
        verbose_name = _("organiser of a workshop")
        verbose_name_plural = _("organisers of workshops")
        constraints = (models.UniqueConstraint(fields=("workshop", "user", "role"), name="workshop_role_once"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"


class Room(Public):
    """Where sessions take place. `site` groups rooms that are near each other; moving between sites takes time."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="rooms")
    name = I18nCharField(_("name"), max_length=120)
    site = models.CharField(_("building or site"), max_length=80, blank=True)
    capacity = models.PositiveIntegerField(_("seats"), null=True, blank=True, validators=[MinValueValidator(1)])
    has_interpreting = models.BooleanField(_("booth for interpreting"), default=False)
    online_url = models.URLField(_("link to join online"), blank=True)
    position = models.PositiveSmallIntegerField(default=0)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("position", "id")
        verbose_name = _("room")
        verbose_name_plural = _("rooms")

    def __str__(self) -> str:
        return str(self.name)


class MeetingTable(Timestamped):
    """A table, or a numbered place online, at which one meeting at a time is held."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="tables")
    room = models.ForeignKey(Room, null=True, blank=True, on_delete=models.SET_NULL, related_name="tables")
    number = models.PositiveSmallIntegerField(_("number"))
    seats = models.PositiveSmallIntegerField(_("seats"), default=4, validators=[MinValueValidator(2)])
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("number", "id")
        verbose_name = _("table")
        verbose_name_plural = _("tables")
        constraints = (models.UniqueConstraint(fields=("workshop", "number"), name="table_number_once"),)

    def __str__(self) -> str:
        return f"{self.number}"


class Slot(Timestamped):
    """A stretch of time in which meetings are held. Slots of a workshop do not overlap."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="slots")
    starts_at = models.DateTimeField(_("starts"))
    ends_at = models.DateTimeField(_("ends"))

    class Meta:
        ordering = ("starts_at", "id")
        verbose_name = _("slot")
        verbose_name_plural = _("slots")
        constraints = (
            models.CheckConstraint(condition=models.Q(starts_at__lt=models.F("ends_at")), name="slot_in_order"),
            models.UniqueConstraint(fields=("workshop", "starts_at"), name="slot_once"),
        )

    def __str__(self) -> str:
        return f"{self.starts_at:%Y-%m-%d %H:%M}"


class RegistrationQuestion(Timestamped):
    """What a workshop asks of those who register, besides what every workshop asks."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="questions")
    position = models.PositiveSmallIntegerField(default=0)
    text = I18nCharField(_("question"), max_length=300)
    help_text = I18nCharField(_("explanation"), max_length=300, blank=True)
    kind = models.CharField(_("kind of answer"), max_length=8, choices=QuestionKind, default=QuestionKind.LINE)
    # Lines of choices, each in both languages as {"en": …, "zh-hans": …}.
    choices = models.JSONField(default=list, blank=True)
    is_required = models.BooleanField(_("must be answered"), default=False)

    class Meta:
        ordering = ("position", "id")
        verbose_name = _("question")
        verbose_name_plural = _("questions")

    def __str__(self) -> str:
        return str(self.text)


class AskingRule(Timestamped):
    """Who may ask whom for a meeting: people of these sides and kinds, those of the others. Empty means any.

    A workshop without rules lets everybody ask people of other organisations.
    """

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="asking_rules")
    position = models.PositiveSmallIntegerField(default=0)
    asking_sides = models.ManyToManyField("bridges.Side", blank=True, related_name="+")
    asking_kinds = ArrayField(models.CharField(max_length=24, choices=OrganisationKind), default=list, blank=True)
    asked_sides = models.ManyToManyField("bridges.Side", blank=True, related_name="+")
    asked_kinds = ArrayField(models.CharField(max_length=24, choices=OrganisationKind), default=list, blank=True)

    class Meta:
        ordering = ("position", "id")
        verbose_name = _("rule of who may ask whom")
        verbose_name_plural = _("rules of who may ask whom")

    def __str__(self) -> str:
        return f"{self.workshop_id}: {self.position}"
