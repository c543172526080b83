"""A challenge that an organisation publishes, what entries are judged by, and the stages they pass."""

from __future__ import annotations

import datetime
import zoneinfo

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qiao.calls.enums import CallState
from qiao.calls.querysets.call import CallQuerySet
from qiao.common.languages import TextLanguage, preferred
from qiao.common.models import Public, Timestamped
from qiao.common.time_zones import time_zone
from qiao.directory.enums import ListingKind, OrganisationKind

TITLE_LENGTH = 160
BRIEF_LENGTH = 8000
OFFERS_LENGTH = 3000
NAME_LENGTH = 100
EXPLANATION_LENGTH = 600


class Call(Public):
    """What an organisation asks the members of a bridge to solve, between two moments of its own time zone."""

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="calls")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="calls")
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("contact person"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    language = models.CharField(_("language of the text"), max_length=4, choices=TextLanguage)
    title = models.CharField(_("title"), max_length=TITLE_LENGTH)
    brief = models.TextField(_("the challenge"), validators=[MaxLengthValidator(BRIEF_LENGTH)])
    offers = models.TextField(_("what you offer"), validators=[MaxLengthValidator(OFFERS_LENGTH)])
    other_title = models.CharField(_("title in the other language"), max_length=TITLE_LENGTH, blank=True)
    other_brief = models.TextField(
        _("the challenge in the other language"), blank=True, validators=[MaxLengthValidator(BRIEF_LENGTH)]
    )
    other_offers = models.TextField(
        _("what you offer, in the other language"), blank=True, validators=[MaxLengthValidator(OFFERS_LENGTH)]
    )
    # What the matcher takes it for: a need of this kind.
    kind = models.CharField(_("kind"), max_length=24, choices=ListingKind)
    sectors = models.ManyToManyField("directory.Sector", verbose_name=_("sectors"), blank=True, related_name="+")
    partner_kinds = ArrayField(
        models.CharField(max_length=24, choices=OrganisationKind),
        verbose_name=_("who may enter"),
        default=list,
        blank=True,
    )
    time_zone = models.CharField(_("time zone"), max_length=60, default="UTC")
    opens_at = models.DateTimeField(_("opens"))
    closes_at = models.DateTimeField(_("closes"))
    decision_by = models.DateField(_("decision by"))
    most_entries = models.PositiveSmallIntegerField(
        _("entries in all"), null=True, blank=True, validators=[MinValueValidator(1), MaxValueValidator(1000)]
    )
    words_per_answer = models.PositiveSmallIntegerField(
        _("words per answer"), default=300, validators=[MinValueValidator(20), MaxValueValidator(1000)]
    )
    most_invited = models.PositiveSmallIntegerField(
        _("organisations invited at most"), default=20, validators=[MaxValueValidator(100)]
    )
    state = models.CharField(_("state"), max_length=12, choices=CallState, default=CallState.DRAFT)
    # The stage its entries are in; 0 until they are before the reviewers.
    stage = models.PositiveSmallIntegerField(default=0, editable=False)
    review_note = models.TextField(blank=True, editable=False)
    published_at = models.DateTimeField(null=True, editable=False)
    invited_at = models.DateTimeField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    withdrawn_reason = models.TextField(blank=True, editable=False)

    objects = CallQuerySet.as_manager()

    class Meta:
        ordering = ("closes_at", "id")
        verbose_name = _("call")
        verbose_name_plural = _("calls")
        constraints = (
            models.CheckConstraint(condition=models.Q(opens_at__lt=models.F("closes_at")), name="call_opens_first"),
        )
        indexes = (
            models.Index(fields=("bridge", "state", "closes_at"), name="call_by_bridge"),
            models.Index(fields=("organisation", "state"), name="call_by_organisation"),
            models.Index(fields=("state", "closes_at"), name="call_by_date"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def zone(self) -> datetime.tzinfo:
        """The owner's time zone: its dates are meant in it."""
        return time_zone(self.time_zone) or zoneinfo.ZoneInfo("UTC")

    @property
    def takes_entries(self) -> bool:
        """Whether an entry handed in at this moment is in time: from the first second to before the last."""
        return self.state == CallState.OPEN and self.opens_at <= timezone.now() < self.closes_at

    @property
    def is_to_come(self) -> bool:
        """Published, and not open for entries yet."""
        return self.state == CallState.OPEN and timezone.now() < self.opens_at

    @property
    def is_past_its_date(self) -> bool:
        """Whether the moment has gone by, to the second."""
        return timezone.now() >= self.closes_at

    @property
    def title_en(self) -> str:
        """The title in English, if there is one."""
        return self.title if self.language == TextLanguage.ENGLISH else self.other_title

    @property
    def title_zh(self) -> str:
        """The title in Chinese, if there is one."""
        return self.title if self.language == TextLanguage.CHINESE else self.other_title

    def title_in(self, language: str) -> str:
        """The title for a reader of a language of the interface, else the other one."""
        return preferred(self.title_en, self.title_zh, "zh" if language.startswith("zh") else "en")[0]


class Criterion(Timestamped):
    """What entries are judged by, in the order it is asked. An entry answers each."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("criterion"), max_length=NAME_LENGTH)
    explanation = models.CharField(_("what it asks"), max_length=EXPLANATION_LENGTH, blank=True)
    other_name = models.CharField(_("criterion in the other language"), max_length=NAME_LENGTH, blank=True)
    other_explanation = models.CharField(
        _("what it asks, in the other language"), max_length=EXPLANATION_LENGTH, blank=True
    )
    weight = models.PositiveSmallIntegerField(
        _("weight"), default=1, validators=[MinValueValidator(1), MaxValueValidator(100)]
    )

    class Meta:
        ordering = ("call", "position")
        verbose_name = _("criterion")
        verbose_name_plural = _("criteria")
        constraints = (models.UniqueConstraint(fields=("call", "position"), name="criterion_place_in_call"),)

    def __str__(self) -> str:
        return self.name


class CallStage(Timestamped):
    """A round of reviewing. Of the last one the winners come."""

    call = models.ForeignKey(Call, on_delete=models.CASCADE, related_name="stages")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("stage"), max_length=NAME_LENGTH)
    other_name = models.CharField(_("stage in the other language"), max_length=NAME_LENGTH, blank=True)
    advances = models.PositiveSmallIntegerField(
        _("how many advance at most"), default=1, validators=[MinValueValidator(1), MaxValueValidator(200)]
    )
    started_at = models.DateTimeField(null=True, editable=False)
    # From here on marks are fixed, and reviewers and the owner see them.
    marked_at = models.DateTimeField(null=True, editable=False)
    ended_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        ordering = ("call", "position")
        verbose_name = _("stage of a call")
        verbose_name_plural = _("stages of calls")
        constraints = (models.UniqueConstraint(fields=("call", "position"), name="stage_place_in_call"),)

    def __str__(self) -> str:
        return self.name
