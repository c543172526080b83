"""What no group covers: proposals for work before and in standardisation, and where the sides' rules differ."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from qiao.common.models import Public, Timestamped
from qiao.standards.enums import DevelopmentTrack, WorkKind, WorkState
from qiao.standards.models.committee import Committee
from qiao.standards.querysets.gap import WorkProposalQuerySet


class WorkProposal(Public):
    """A gap that becomes work: a workshop session, a white paper, or a new work item with ISO's fields for one.

    `benefits` says what each stakeholder category gains: {category: {"en": …, "zh-hans": …}}. Listings are those whose
    need or offer no group covers. `session` is the public id of the workshop session made of it.
    """

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="work_proposals")
    kind = models.CharField(_("what it becomes"), max_length=16, choices=WorkKind, default=WorkKind.SESSION)
    state = models.CharField(_("state"), max_length=10, choices=WorkState, default=WorkState.SUGGESTED)
    title = I18nCharField(_("title"), max_length=240)
    scope = I18nTextField(_("scope"), blank=True)
    justification = I18nTextField(_("purpose and justification"), blank=True)
    similar_work = I18nTextField(_("existing work on the subject"), blank=True)
    benefits = models.JSONField(_("benefit for each stakeholder category"), default=dict, blank=True)
    committee = models.ForeignKey(
        Committee, null=True, blank=True, on_delete=models.SET_NULL, related_name="work_proposals"
    )
    track = models.PositiveSmallIntegerField(_("development track"), choices=DevelopmentTrack, null=True, blank=True)
    leader = models.ForeignKey(
        "directory.Organisation", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    leader_name = models.CharField(_("proposed project leader"), max_length=120, blank=True)
    listings = models.ManyToManyField("directory.Listing", blank=True, related_name="work_proposals")
    terms = models.JSONField(default=list, blank=True)
    session = models.CharField(max_length=12, blank=True)
    reference = models.CharField(_("reference of the work item"), max_length=80, blank=True)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    submitted_at = models.DateTimeField(null=True, editable=False)
    accepted_at = models.DateTimeField(null=True, editable=False)

    objects = WorkProposalQuerySet.as_manager()

    class Meta:
        ordering = ("-updated_at", "-id")
        verbose_name = _("proposal for new work")
        verbose_name_plural = _("proposals for new work")

    def __str__(self) -> str:
        return str(self.title)


class WorkSupport(Timestamped):
    """An organisation that supports a proposal for new work, and whether it would take part."""

    proposal = models.ForeignKey(WorkProposal, on_delete=models.CASCADE, related_name="supports")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="work_supports")
    would_take_part = models.BooleanField(_("would take part in the work"), default=False)
    words = models.TextField(_("why"), blank=True, max_length=1000)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("proposal", "id")
        verbose_name = _("support of new work")
        verbose_name_plural = _("support of new work")
        constraints = (models.UniqueConstraint(fields=("proposal", "organisation"), name="work_supported_once"),)

    def __str__(self) -> str:
        return f"{self.proposal_id}: {self.organisation_id}"


class RegulatoryNote(Public):
    """A topic on which the rules of a bridge's sides differ, recorded by organisers."""

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="regulatory_notes")
    topic = I18nCharField(_("topic"), max_length=200)
    difference = I18nTextField(_("where they differ, and what follows"), blank=True)
    ics_codes = ArrayField(models.CharField(max_length=12), verbose_name=_("ICS codes"), default=list, blank=True)
    committees = models.ManyToManyField(Committee, blank=True, related_name="regulatory_notes")
    written_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ("-updated_at", "-id")
        verbose_name = _("regulatory note")
        verbose_name_plural = _("regulatory notes")

    def __str__(self) -> str:
        return str(self.topic)


class RegulatoryPosition(Timestamped):
    """What one side's rules say on the topic of a note, with where it is written."""

    note = models.ForeignKey(RegulatoryNote, on_delete=models.CASCADE, related_name="positions")
    side = models.ForeignKey("bridges.Side", on_delete=models.CASCADE, related_name="+")
    text = I18nTextField(_("what the rules say"), blank=True)
    source = models.CharField(_("act or standard"), max_length=200, blank=True)
    url = models.URLField(_("link"), blank=True)

    class Meta:
        ordering = ("note", "side")
        verbose_name = _("rules of one side")
        verbose_name_plural = _("rules of the sides")
        constraints = (models.UniqueConstraint(fields=("note", "side"), name="position_once"),)

    def __str__(self) -> str:
        return f"{self.note_id}: {self.side_id}"
