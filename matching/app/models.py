"""Stored vectors, runs of the matcher, and the proposals they make."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _
from pgvector.django import HalfVectorField

from matching.app.enums import Band, ProposalState, RefitOutcome, ResponseKind, RunState
from matching.app.querysets import MatchRunQuerySet, ProposalQuerySet, ResponseQuerySet
from qiao.common.models import Public, Timestamped


class ListingVector(Timestamped):
    """The meaning of a listing in one of its languages as one encoder sees it, of unit length.

    `content_hash` tells a changed text.
    """

    listing = models.ForeignKey("directory.Listing", on_delete=models.CASCADE, related_name="vectors")
    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="+")
    encoder = models.CharField(max_length=80)
    language = models.CharField(max_length=4)
    content_hash = models.CharField(max_length=64)
    vector = HalfVectorField()
    # The listing's `updated_at` that its proposals stand for: an event that arrives late finds nothing left to do, and
    # one that was lost with its worker is noticed. Empty until they are made.
    matched_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("listing", "encoder", "language"), name="one_vector_a_language"),
        )
        # The indexes of nearest vectors are made for each large bridge by itself: see `domain/vector_index.py`.
        indexes = (models.Index(fields=("bridge", "encoder", "language"), name="vector_by_language"),)

    def __str__(self) -> str:
        return f"{self.listing_id} by {self.encoder}"


class ListingSentences(Timestamped):
    """Sentences of a listing with their vectors, so that explaining a proposal needs no encoder.

    `data` is what `matching.embedding.evidence.SpanVectors` makes of itself.
    """

    listing = models.ForeignKey("directory.Listing", on_delete=models.CASCADE, related_name="sentences")
    encoder = models.CharField(max_length=80)
    # Of the text they are of: another encoder of vectors may quote by the same encoder of sentences.
    text_hash = models.CharField(max_length=64, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "listing sentences"
        constraints = (models.UniqueConstraint(fields=("listing", "encoder"), name="one_set_of_sentences"),)

    def __str__(self) -> str:
        return f"{self.listing_id} by {self.encoder}"


class LanguageStatistics(Timestamped):
    """What removes the bias of one encoder on one bridge towards its own language: means and calibration, as JSON."""

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="+")
    encoder = models.CharField(max_length=80)
    data = models.JSONField(default=dict)
    fitted_on = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name_plural = "language statistics"
        constraints = (models.UniqueConstraint(fields=("bridge", "encoder"), name="one_statistics_an_encoder"),)

    def __str__(self) -> str:
        return f"{self.bridge_id} by {self.encoder}"


class BridgeEncoder(Timestamped):
    """The encoder a bridge is searched and scored by, and how far the one that is to follow it has come.

    While `coming` is not empty, a worker encodes the bridge's texts with it, in parts; then the bridge is switched in
    one step. `turn` counts the parts: a task whose turn has passed has nothing to do.
    """

    bridge = models.OneToOneField("bridges.Bridge", on_delete=models.CASCADE, related_name="encoder")
    in_use = models.CharField(max_length=80)
    in_use_setting = models.CharField(max_length=400)
    coming = models.CharField(max_length=80, blank=True)
    coming_setting = models.CharField(max_length=400, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    # The last listing that was encoded with the coming one, and when a worker was last heard of.
    after = models.BigIntegerField(default=0)
    turn = models.PositiveIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True)
    switched_at = models.DateTimeField(null=True)
    # Vectors of encoders that serve no more are still there.
    has_old = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("encoder of a bridge")
        verbose_name_plural = _("encoders of bridges")

    def __str__(self) -> str:
        return f"{self.bridge_id}: {self.in_use}" + (f" → {self.coming}" if self.coming else "")


class MatchRun(Public):
    """One pass over a whole bridge, in parts that any worker can pick up again after a crash."""

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="runs")
    state = models.CharField(_("state"), max_length=8, choices=RunState, default=RunState.WAITING)
    requested_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    encoder = models.CharField(max_length=80, blank=True)
    policy_version = models.PositiveIntegerField(default=0)
    model_version = models.PositiveIntegerField(default=0)
    problem_digest = models.CharField(max_length=64, blank=True)
    seed = models.IntegerField(default=0)
    parts_total = models.PositiveIntegerField(default=0)
    parts_done = models.PositiveIntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    figures = models.JSONField(default=dict)
    error = models.TextField(blank=True)

    objects = MatchRunQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("run of the matcher")
        verbose_name_plural = _("runs of the matcher")
        constraints = (
            models.UniqueConstraint(
                fields=("bridge",),
                condition=models.Q(state__in=(RunState.WAITING, RunState.RUNNING)),
                name="one_unfinished_run_a_bridge",
            ),
        )

    def __str__(self) -> str:
        return f"{self.public_id} ({self.state})"


class RunPart(models.Model):
    """A slice of a run: the organisations whose proposals it makes. Done once, however often it is tried."""

    run = models.ForeignKey(MatchRun, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    organisation_ids = models.JSONField()
    done_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("run", "number")
        constraints = (models.UniqueConstraint(fields=("run", "number"), name="part_number_in_run"),)

    def __str__(self) -> str:
        return f"{self.run_id}/{self.number}"


class Proposal(Public):
    """Two organisations on different sides of a bridge that should meet, and the evidence for it.

    `first` is always the organisation with the lower id, so a pair has one row. `evidence` are the listings that met:
    `first_listing` of the first organisation and `second_listing` of the second. `reasons` holds, per side, what the
    other side gains: `{"first": [...], "second": [...], "misfits": [...], "unknown": [...]}`; see docs/matching.md.
    """

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="proposals")
    first = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="proposals_as_first")
    second = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="proposals_as_second")
    first_listing = models.ForeignKey("directory.Listing", on_delete=models.CASCADE, related_name="+")
    second_listing = models.ForeignKey("directory.Listing", on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=12, choices=ProposalState, default=ProposalState.CURRENT)
    score = models.FloatField()
    band = models.CharField(max_length=8, choices=Band)
    score_for_first = models.FloatField()
    score_for_second = models.FloatField()
    rank_for_first = models.PositiveIntegerField(null=True)
    rank_for_second = models.PositiveIntegerField(null=True)
    # A side that has saved or dismissed it goes on finding it, also when others have taken its place in the list.
    kept_for_first = models.BooleanField(default=False)
    kept_for_second = models.BooleanField(default=False)
    # Shown though slightly below the choice, to learn of it: `domain/learning_exploration.py`.
    to_try = models.BooleanField(default=False)
    reasons = models.JSONField(default=dict)
    encoder = models.CharField(max_length=80)
    policy_version = models.PositiveIntegerField(default=0)
    model_version = models.PositiveIntegerField(default=0)
    run = models.ForeignKey(MatchRun, null=True, on_delete=models.SET_NULL, related_name="proposals")
    scored_at = models.DateTimeField(null=True)

    objects = ProposalQuerySet.as_manager()

    class Meta:
        ordering = ("-score", "id")
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = (
            models.UniqueConstraint(fields=("bridge", "first", "second"), name="one_proposal_a_pair"),
            models.CheckConstraint(condition=models.Q(first__lt=models.F("second")), name="pair_in_order"),
        )
        indexes = (
            models.Index(fields=("first", "state", "rank_for_first"), name="proposal_for_first"),
            models.Index(fields=("second", "state", "rank_for_second"), name="proposal_for_second"),
            models.Index(fields=("bridge", "state", "-score"), name="proposal_by_bridge"),
        )

    def __str__(self) -> str:
        return f"{self.first_id} ↔ {self.second_id}"


class LocalChoice(models.Model):
    """A note that it was chosen anew around these organisations, for a choice over the whole bridge begun before."""

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="+")
    organisation_ids = models.JSONField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = (models.Index(fields=("bridge", "made_at"), name="local_choice_by_bridge"),)

    def __str__(self) -> str:
        return f"{self.bridge_id} at {self.made_at:%Y-%m-%d %H:%M}"


class Response(Timestamped):
    """What one side did with a proposal, as something to learn from. One that was undone is void.

    `values` are the values of that side's acceptance when the proposal was shown: later edits change nothing of what a
    response was about. Private to the side, as the act itself is.
    """

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="responses")
    proposal = models.ForeignKey(Proposal, null=True, on_delete=models.SET_NULL, related_name="responses")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="responses")
    other = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=12, choices=ResponseKind)
    reason = models.CharField(max_length=24, blank=True)
    values = models.JSONField(default=dict)
    # Place in the list when it was given: not used for learning (docs/learning.md says why), kept for who asks.
    rank = models.PositiveIntegerField(null=True)
    model_version = models.PositiveIntegerField(default=0)
    # Given by somebody who was at the bridge's desk then: a try, not an opinion.
    by_staff = models.BooleanField(default=False)
    voided_at = models.DateTimeField(null=True)

    objects = ResponseQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("response to a proposal")
        verbose_name_plural = _("responses to proposals")
        constraints = (
            models.UniqueConstraint(
                fields=("bridge", "organisation", "other", "kind"),
                condition=models.Q(voided_at=None),
                name="one_standing_response_of_a_kind",
            ),
        )
        indexes = (models.Index(fields=("bridge", "updated_at"), name="response_by_bridge"),)

    def __str__(self) -> str:
        return f"{self.organisation_id} to {self.other_id}: {self.kind}"


class ScoringModel(Timestamped):
    """What one refit of a bridge's weights came to: adopted or not, and why. The priors are version 0, without a row.

    `data` are the weights (empty where responses were too few); `known` counts, for each term, the responses that knew
    its fit; `quality` is of the priors, of what was in use (`base_version`) and of what was fitted, on held-out pairs.
    """

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="scoring_models")
    version = models.PositiveIntegerField()
    base_version = models.PositiveIntegerField(default=0)
    outcome = models.CharField(max_length=12, choices=RefitOutcome)
    adopted = models.BooleanField(default=False)
    data = models.JSONField(default=dict)
    fitted_on = models.PositiveIntegerField(default=0)
    organisations = models.PositiveIntegerField(default=0)
    held_out = models.PositiveIntegerField(default=0)
    known = models.JSONField(default=dict)
    quality = models.JSONField(default=dict)

    class Meta:
        ordering = ("bridge", "-version")
        verbose_name = _("weights of a bridge")
        verbose_name_plural = _("weights of bridges")
        constraints = (models.UniqueConstraint(fields=("bridge", "version"), name="one_model_a_version"),)

    def __str__(self) -> str:
        return f"{self.bridge_id} v{self.version}"


class BridgeLearning(Timestamped):
    """How far a bridge has learned: the weights in use (none: the priors), and whether organisers hold them."""

    bridge = models.OneToOneField("bridges.Bridge", on_delete=models.CASCADE, related_name="learning")
    in_use = models.ForeignKey(ScoringModel, null=True, on_delete=models.SET_NULL, related_name="+")
    # Chosen by an organiser: refits go on and are shown, and none is adopted by itself until it is let go.
    held = models.BooleanField(default=False)
    refitted_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("learning of a bridge")
        verbose_name_plural = _("learning of bridges")

    def __str__(self) -> str:
        return f"{self.bridge_id}: {self.in_use_id}"
