"""Meetings of two or more participants, and the runs of the scheduler."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public, Timestamped
from qiao.workshops.enums import MeetingAnswer, MeetingOrigin, MeetingOutcome, MeetingState, RunState
from qiao.workshops.models.registration import Registration
from qiao.workshops.models.workshop import MeetingTable, Slot, Workshop
from qiao.workshops.querysets.meetings import MeetingQuerySet


class ScheduleRun(Public):
    """One run of the scheduler, kept with its figures and with what was there before, to go back to in one step."""

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="schedule_runs")
    state = models.CharField(max_length=12, choices=RunState, default=RunState.QUEUED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # {"scope": "all" | "unbooked" | "repair", "seconds": …, "invite_unasked": …, …}
    options = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    seed = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    # Participants see it and may comment before it is applied.
    provisional_until = models.DateTimeField(null=True, blank=True)
    # What meets when, where: [{"meeting": public id or None, "members": […], "slot": id, "table": id, "score": …}].
    placed = models.JSONField(default=list)
    # Meetings as they were: [{"meeting": …, "state": …, "slot": …, "table": …}].
    before = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("run of the scheduler")
        verbose_name_plural = _("runs of the scheduler")

    def __str__(self) -> str:
        return f"{self.workshop_id}: {self.state}"


class Meeting(Public):
    """Two or more participants who are to meet, or whom somebody has asked to.

    A request holds a time softly: it never keeps others from asking, and lapses at `lapses_at`.
    """

    workshop = models.ForeignKey(Workshop, on_delete=models.CASCADE, related_name="meetings")
    origin = models.CharField(_("origin"), max_length=10, choices=MeetingOrigin, default=MeetingOrigin.REQUEST)
    state = models.CharField(_("state"), max_length=10, choices=MeetingState, default=MeetingState.REQUESTED)
    slot = models.ForeignKey(Slot, null=True, blank=True, on_delete=models.PROTECT, related_name="meetings")
    table = models.ForeignKey(MeetingTable, null=True, blank=True, on_delete=models.SET_NULL, related_name="meetings")
    # The time a request asks for; the scheduler is not bound to it.
    wished_slot = models.ForeignKey(Slot, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # Walk-ins are held outside the slots.
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    join_url = models.URLField(_("link to join online"), blank=True)
    message = models.TextField(_("message"), blank=True, validators=[MaxLengthValidator(1000)])
    score = models.FloatField(null=True, blank=True)
    # Codes with parameters by organisation: {"organisation id": [reasons]}.
    reasons = models.JSONField(default=dict, blank=True)
    needs_interpreter = models.BooleanField(default=False)
    is_locked = models.BooleanField(_("keeps its time"), default=False)
    run = models.ForeignKey(ScheduleRun, null=True, blank=True, on_delete=models.SET_NULL, related_name="meetings")
    requested_at = models.DateTimeField(null=True)
    lapses_at = models.DateTimeField(null=True)
    cancelled_reason = models.CharField(max_length=300, blank=True)
    outcome = models.CharField(_("outcome"), max_length=16, choices=MeetingOutcome, blank=True)
    next_step = models.CharField(_("next step"), max_length=300, blank=True)
    next_step_on = models.DateField(_("due on"), null=True, blank=True)
    # The step as it went on into the collaboration: one that was changed there since is left alone.
    carried_step = models.CharField(max_length=300, blank=True, editable=False)
    # Counts changes of time or place, for calendars (RFC 5545 SEQUENCE).
    sequence = models.PositiveIntegerField(default=0, editable=False)

    objects = MeetingQuerySet.as_manager()

    class Meta:
        ordering = ("slot__starts_at", "id")
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        constraints = (
            models.UniqueConstraint(
                fields=("slot", "table"),
                condition=models.Q(state="scheduled", slot__isnull=False, table__isnull=False),
                name="one_meeting_a_table",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="scheduled")
                | models.Q(slot__isnull=False)
                | models.Q(starts_at__isnull=False),
                name="scheduled_has_time",
            ),
        )
        indexes = (
            models.Index(fields=("workshop", "state"), name="meeting_by_state"),
            models.Index(fields=("lapses_at",), name="meeting_lapsing", condition=models.Q(state="requested")),
        )

    def __str__(self) -> str:
        return self.public_id


class MeetingMember(Timestamped):
    """Somebody in a meeting, what they answered, and what they alone wrote down."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="members")
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="meeting_places")
    is_asking = models.BooleanField(default=False)
    answer = models.CharField(max_length=6, choices=MeetingAnswer, default=MeetingAnswer.ASKED)
    answered_at = models.DateTimeField(null=True, editable=False)
    decline_reason = models.CharField(_("reason"), max_length=300, blank=True)
    outcome = models.CharField(max_length=16, choices=MeetingOutcome, blank=True)
    outcome_at = models.DateTimeField(null=True, editable=False)
    # Private to this member's organisation.
    notes = models.TextField(_("notes"), blank=True, validators=[MaxLengthValidator(4000)])
    # The notes as they went on into the collaboration, to find them there again.
    carried_notes = models.TextField(blank=True, editable=False)
    # The slot they hold while the meeting has one: no person meets twice at a time.
    held_slot = models.ForeignKey(Slot, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("-is_asking", "id")
        verbose_name = _("member of a meeting")
        verbose_name_plural = _("members of meetings")
        constraints = (
            models.UniqueConstraint(fields=("meeting", "registration"), name="in_meeting_once"),
            models.UniqueConstraint(
                fields=("registration", "held_slot"),
                condition=models.Q(held_slot__isnull=False),
                name="one_meeting_a_slot",
            ),
        )

    def __str__(self) -> str:
        return f"{self.meeting_id}: {self.registration_id}"


class ScheduleComment(Timestamped):
    """What a participant says of a provisional schedule."""

    run = models.ForeignKey(ScheduleRun, on_delete=models.CASCADE, related_name="comments")
    registration = models.ForeignKey(Registration, on_delete=models.CASCADE, related_name="+")
    text = models.TextField(_("comment"), max_length=1000)
    answered_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("created_at", "id")
        verbose_name = _("comment on a schedule")
        verbose_name_plural = _("comments on schedules")

    def __str__(self) -> str:
        return f"{self.run_id}: {self.registration_id}"
