"""Groups that the matcher proposes to organisations, and how it would fill the seats of all groups together."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public, Timestamped
from qiao.common.runs import RunState
from qiao.standards.enums import GroupRole, PairingAnswer
from qiao.standards.models.committee import Committee
from qiao.standards.querysets.pairing import PairingQuerySet


class DeclaredInterest(Timestamped):
    """What an organisation says it wants to take part in: a committee, or a field of standards in its own words."""

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="declared_interests")
    organisation = models.ForeignKey(
        "directory.Organisation", on_delete=models.CASCADE, related_name="declared_interests"
    )
    committee = models.ForeignKey(
        Committee, null=True, blank=True, on_delete=models.CASCADE, related_name="declared_interests"
    )
    # A patent's or publication's abstract, or words of their own.
    text = models.TextField(_("text"), blank=True, max_length=6000)
    source = models.CharField(_("where the text is from"), max_length=12, blank=True)
    declared_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("organisation", "id")
        verbose_name = _("declared interest")
        verbose_name_plural = _("declared interests")

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.committee_id}"


class Pairing(Public):
    """A committee or group proposed to an organisation: how well they fit, why, and what is missing.

    `score` is 0 to 1. `reasons` are codes with their evidence and share, best first; `missing` are codes with
    parameters (membership of the national body, a language, expertise); `influence` is what can still be shaped.
    """

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="pairings")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="pairings")
    committee = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="pairings")
    rank = models.PositiveSmallIntegerField()
    score = models.FloatField()
    role = models.CharField(_("role"), max_length=16, choices=GroupRole, default=GroupRole.EXPERT)
    reasons = models.JSONField(default=list)
    missing = models.JSONField(default=list)
    answer = models.CharField(_("answer"), max_length=12, choices=PairingAnswer, blank=True, default=PairingAnswer.NONE)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    answered_at = models.DateTimeField(null=True, editable=False)
    # The digest of what the score was made from, the encoder and the policy.
    digest = models.CharField(max_length=64, blank=True, editable=False)
    encoder = models.CharField(max_length=120, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, editable=False)

    objects = PairingQuerySet.as_manager()

    class Meta:
        ordering = ("organisation", "rank", "id")
        verbose_name = _("pairing with a group")
        verbose_name_plural = _("pairings with groups")
        constraints = (models.UniqueConstraint(fields=("bridge", "organisation", "committee"), name="pairing_once"),)
        indexes = (models.Index(fields=("bridge", "committee", "rank"), name="pairing_by_committee"),)

    def __str__(self) -> str:
        return f"{self.organisation_id}: {self.committee_id}"


class SeatingRun(Public):
    """One filling of all groups of a bridge together: whom to invite, what each rule costs, what cannot be met.

    `proposed` is {group id: [{"organisation": …, "role": …, "fit": …}]}, `alternates` alike; `prices` say what each
    rule costs in fit; `unmet` names the rules that cannot be kept, and why.
    """

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="seating_runs")
    state = models.CharField(max_length=12, choices=RunState, default=RunState.QUEUED)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    options = models.JSONField(default=dict)
    digest = models.CharField(max_length=64, blank=True)
    seed = models.BigIntegerField(default=0)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    applied_at = models.DateTimeField(null=True)
    proposed = models.JSONField(default=dict)
    alternates = models.JSONField(default=dict)
    prices = models.JSONField(default=list)
    unmet = models.JSONField(default=list)
    figures = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    class Meta:
        ordering = ("-id",)
        verbose_name = _("filling of seats")
        verbose_name_plural = _("fillings of seats")

    def __str__(self) -> str:
        return f"{self.bridge_id}: {self.state}"
