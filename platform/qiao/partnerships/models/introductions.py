"""A request for an introduction, and the introduction that comes of it: one row for two organisations on a bridge."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public, Timestamped
from qiao.partnerships.enums import LIVE, Answer, CloseReason, DismissalReason, IntroductionState, Origin, Stage
from qiao.partnerships.querysets.introductions import IntroductionQuerySet


class CooperationPolicy(Timestamped):
    """How many requests a bridge lets people make and receive, and how long they wait. No row: these defaults."""

    bridge = models.OneToOneField("bridges.Bridge", on_delete=models.CASCADE, related_name="cooperation_policy")
    requests_out = models.PositiveSmallIntegerField(
        _("open requests an organisation may have made"),
        default=6,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
    )
    requests_in = models.PositiveSmallIntegerField(
        _("open requests an organisation receives at a time"),
        default=8,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("Further ones wait in a queue until a place is free, so that the sought-after are not worn out."),
    )
    days_to_answer = models.PositiveSmallIntegerField(
        _("days to answer a request"), default=14, validators=[MinValueValidator(2), MaxValueValidator(90)]
    )
    advisers_for_all = models.BooleanField(_("every request goes through advisers"), default=False)

    class Meta:
        verbose_name = _("rules of requests")
        verbose_name_plural = _("rules of requests")

    def __str__(self) -> str:
        return f"{self.bridge_id}"


class Introduction(Public):
    """Two organisations that may be, or have been, brought together. `first` has the lower id: a pair has one row.

    What each side has said is in its `Party`: a refusal changes nothing here, so that the other side cannot tell.
    """

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="introductions")
    first = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="+")
    second = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="+")
    proposal = models.ForeignKey(
        "matching.Proposal", null=True, on_delete=models.SET_NULL, related_name="introductions"
    )
    first_listing = models.ForeignKey("directory.Listing", null=True, on_delete=models.SET_NULL, related_name="+")
    second_listing = models.ForeignKey("directory.Listing", null=True, on_delete=models.SET_NULL, related_name="+")
    origin = models.CharField(_("origin"), max_length=12, choices=Origin, default=Origin.PROPOSAL)
    state = models.CharField(_("state"), max_length=14, choices=IntroductionState)
    # Where it goes back to after a pause.
    paused_from = models.CharField(max_length=14, choices=IntroductionState, blank=True)
    paused_until = models.DateField(_("paused until"), null=True, blank=True)
    via_advisers = models.BooleanField(_("through advisers"), default=False)
    requested_at = models.DateTimeField(_("requested"), null=True)
    lapses_at = models.DateTimeField(_("lapses"), null=True)
    opened_at = models.DateTimeField(_("introduced"), null=True)
    closed_at = models.DateTimeField(_("closed"), null=True)
    close_reason = models.CharField(_("reason"), max_length=16, choices=CloseReason, blank=True)
    close_note = models.CharField(_("note"), max_length=500, blank=True)
    # What the organiser says to both when introducing by hand.
    note = models.TextField(_("why we introduce you"), max_length=2000, blank=True)
    # The first agenda, as codes with parameters: each side reads it in its language (`wording/agenda.py`).
    agenda = models.JSONField(default=list, blank=True)
    next_step = models.CharField(_("next step"), max_length=300, blank=True)
    next_step_on = models.DateField(_("due on"), null=True, blank=True)
    next_step_by = models.ForeignKey(
        "directory.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    stage = models.CharField(_("stage"), max_length=12, choices=Stage, blank=True)
    # Something keeps it from going on: kept beside it, so that a board of tens of thousands need not look for it.
    # `domain/queries/troubles.py` says what.
    is_held_up = models.BooleanField(default=False)
    # The last thing anybody did: what has lain still longest comes first on the desk.
    stirred_at = models.DateTimeField(db_index=True)

    objects = IntroductionQuerySet.as_manager()

    class Meta:
        ordering = ("-stirred_at", "-id")
        verbose_name = _("introduction")
        verbose_name_plural = _("introductions")
        constraints = (
            models.UniqueConstraint(fields=("bridge", "first", "second"), name="one_introduction_a_pair"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="introduction_in_order"),
            models.CheckConstraint(
                condition=models.Q(stage="") | models.Q(opened_at__isnull=False), name="stage_after_opening"
            ),
        )
        indexes = (
            models.Index(fields=("bridge", "state", "stirred_at"), name="introduction_by_state"),
            models.Index(fields=("bridge", "stage", "stirred_at"), name="introduction_by_stage"),
            models.Index(fields=("lapses_at",), name="introduction_lapsing", condition=models.Q(state="requested")),
        )

    def __str__(self) -> str:
        return f"{self.first_id} ↔ {self.second_id}"

    @property
    def is_live(self) -> bool:
        """Something is still to come of it."""
        return self.state in LIVE

    @property
    def is_introduced(self) -> bool:
        """The two know each other's people: open now, or paused or closed since."""
        return self.opened_at is not None


class Party(Timestamped):
    """One side of an introduction, and what it alone knows: its answer, the reason, its contact person."""

    introduction = models.ForeignKey(Introduction, on_delete=models.CASCADE, related_name="parties")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="parties")
    # It has asked for the introduction, on its own.
    asks = models.BooleanField(default=False)
    # It has done so before: the other side is asked once.
    has_asked = models.BooleanField(default=False)
    # When the other side's interest was put to it; once.
    asked_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    answer = models.CharField(_("answer"), max_length=10, choices=Answer, blank=True, default=Answer.NONE)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.CharField(_("reason"), max_length=24, blank=True)
    comment = models.CharField(_("note"), max_length=500, blank=True)
    later_until = models.DateField(null=True, blank=True)
    # How its own request ended, while a request of the other side is on its way to it, of which it does not know yet:
    # what it reads stays so (`domain/remembering.py`). The last message that was there then.
    ended = models.JSONField(default=dict, blank=True)
    ended_at_message = models.BigIntegerField(null=True, blank=True)
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("contact person"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    adviser = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("adviser"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="advised_parties",
    )

    class Meta:
        ordering = ("organisation_id",)
        verbose_name = _("side of an introduction")
        verbose_name_plural = _("sides of introductions")
        constraints = (models.UniqueConstraint(fields=("introduction", "organisation"), name="one_party_a_side"),)
        indexes = (models.Index(fields=("organisation", "introduction"), name="party_by_organisation"),)

    def __str__(self) -> str:
        return f"{self.organisation_id} in {self.introduction_id}"

    @property
    def reason_label(self) -> str:
        """The reason of a no in words."""
        return str(DismissalReason(self.reason).label) if self.reason in DismissalReason.values else ""

    @property
    def knows(self) -> bool:
        """Whether this side knows of the request: it has asked, or was asked."""
        return self.asks or self.asked_at is not None

    @property
    def remembers(self) -> bool:
        """It knows of a request that has ended, and not yet of the one that is on its way to it."""
        return self.ended_at_message is not None and not self.knows
