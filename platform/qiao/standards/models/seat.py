"""Who sits in a group, and how they come to: interest, nomination, endorsement, seat."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public, Timestamped
from qiao.standards.enums import (
    OPEN_NOMINATIONS,
    GroupRole,
    NominationState,
    SeatState,
    StakeholderCategory,
)
from qiao.standards.models.committee import Committee, CommitteeEvent
from qiao.standards.models.group import Group
from qiao.standards.querysets.seat import NominationQuerySet, SeatQuerySet


class Seat(Public):
    """Somebody's place in a group, for a term. `side` and `region` are kept as they were when seated."""

    group = models.ForeignKey(Group, on_delete=models.PROTECT, related_name="seats")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.PROTECT, related_name="standards_seats")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="standards_seats"
    )
    person_name = models.CharField(_("name"), max_length=120)
    role = models.CharField(_("role"), max_length=16, choices=GroupRole, default=GroupRole.EXPERT)
    category = models.CharField(_("stakeholder category"), max_length=24, choices=StakeholderCategory)
    side = models.ForeignKey("bridges.Side", null=True, on_delete=models.SET_NULL, related_name="+")
    region = models.CharField(_("region"), max_length=80, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=SeatState, default=SeatState.ACTIVE)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    conflicts = models.TextField(_("conflicts of interest"), blank=True, max_length=2000)
    conflicts_declared_at = models.DateTimeField(null=True, blank=True, editable=False)
    patents = models.TextField(_("patents that may bear on the work"), blank=True, max_length=2000)
    patents_declared_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)
    ended_reason = models.CharField(_("why it ended"), max_length=300, blank=True)

    objects = SeatQuerySet.as_manager()

    class Meta:
        ordering = ("group", "role", "id")
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        constraints = (
            models.UniqueConstraint(
                fields=("group", "role"),
                condition=models.Q(role__in=("convenor", "secretary")) & ~models.Q(state=SeatState.ENDED),
                name="one_convenor_one_secretary",
            ),
            models.UniqueConstraint(
                fields=("group", "user"),
                condition=models.Q(user__isnull=False) & ~models.Q(state=SeatState.ENDED),
                name="seated_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.group_id}: {self.person_name}"


class Attendance(Timestamped):
    """Whether a seat was filled at a meeting of the group."""

    seat = models.ForeignKey(Seat, on_delete=models.CASCADE, related_name="attendances")
    event = models.ForeignKey(CommitteeEvent, on_delete=models.CASCADE, related_name="attendances")
    was_there = models.BooleanField(_("was there"))
    is_excused = models.BooleanField(_("excused"), default=False)

    class Meta:
        ordering = ("event", "seat")
        verbose_name = _("attendance")
        verbose_name_plural = _("attendances")
        constraints = (models.UniqueConstraint(fields=("seat", "event"), name="attended_once"),)

    def __str__(self) -> str:
        return f"{self.seat_id}: {self.was_there}"


class Nomination(Public):
    """An organisation's way to a seat: interest, its own nomination, an endorsement, the seat.

    `endorsing` is the mirror committee in whose name it was endorsed; empty when the bridge's organisers did it.
    `answer_by` is the date on which an unanswered step lapses, which all concerned see.
    """

    group = models.ForeignKey(Group, on_delete=models.CASCADE, related_name="nominations")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="nominations")
    role = models.CharField(_("role"), max_length=16, choices=GroupRole, default=GroupRole.EXPERT)
    category = models.CharField(_("stakeholder category"), max_length=24, choices=StakeholderCategory, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=NominationState, default=NominationState.INTEREST)
    words = models.TextField(_("what you bring, and what you want there"), blank=True, max_length=2000)
    nominee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="nominations"
    )
    nominee_name = models.CharField(_("who is nominated"), max_length=120, blank=True)
    nominee_email = models.EmailField(_("their e-mail address"), blank=True)
    nominee_expertise = models.TextField(_("their expertise"), blank=True, max_length=2000)
    replaces = models.ForeignKey(Seat, null=True, blank=True, on_delete=models.SET_NULL, related_name="replacements")
    seat = models.OneToOneField(Seat, null=True, blank=True, on_delete=models.SET_NULL, related_name="nomination")
    answer_by = models.DateField(_("to be answered by"), null=True, blank=True)
    endorsing = models.ForeignKey(Committee, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Written by who declined it, for the organisation.
    reason = models.TextField(_("reason"), blank=True, max_length=1000)
    interested_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    interested_at = models.DateTimeField(null=True, editable=False)
    nominated_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    nominated_at = models.DateTimeField(null=True, editable=False)
    endorsed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    endorsed_at = models.DateTimeField(null=True, editable=False)
    closed_at = models.DateTimeField(null=True, editable=False)

    objects = NominationQuerySet.as_manager()

    class Meta:
        ordering = ("-updated_at", "-id")
        verbose_name = _("nomination")
        verbose_name_plural = _("nominations")
        constraints = (
            models.UniqueConstraint(
                fields=("group", "organisation", "role"),
                condition=models.Q(state__in=OPEN_NOMINATIONS),
                name="one_open_nomination",
            ),
        )

    def __str__(self) -> str:
        return f"{self.group_id}: {self.organisation_id}"
