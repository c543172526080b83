"""Refitting a bridge's weights from its responses, each night. What foretells better is adopted."""

from __future__ import annotations

from dataclasses import asdict

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils import timezone

from matching.app.domain.learning_responses import examples_of
from matching.app.domain.learning_weights import lock_learning, weights_of
from matching.app.domain.runs import request_run
from matching.app.enums import RefitOutcome
from matching.app.models import Response, ScoringModel
from matching.core.learning.model import weights_to_json
from matching.core.learning.refit import refit
from matching.core.scoring import PRIORS
from qiao.activity.domain.audit import record
from qiao.bridges.enums import BridgeState
from qiao.bridges.models import Bridge


def bridges_to_refit() -> list[int]:
    """Ids of bridges, not closed, with responses given or undone since their last refit."""
    new = Response.objects.filter(bridge=OuterRef("pk")).filter(
        Q(bridge__learning=None)
        | Q(bridge__learning__refitted_at=None)
        | Q(updated_at__gte=F("bridge__learning__refitted_at"))
    )
    bridges = Bridge.objects.exclude(state=BridgeState.CLOSED).filter(Exists(new)).order_by("pk")
    return list(bridges.values_list("pk", flat=True))


@transaction.atomic
def refit_bridge(bridge_id: int) -> ScoringModel | None:
    """Refit a bridge's weights and use them, unless they foretell no better or an organiser holds what is in use.

    Returns what came of it, or None where there are no new responses. On adoption a run over the bridge is asked for.
    """
    learning = lock_learning(bridge_id)
    if bridge_id not in bridges_to_refit():  # another worker has done it
        return None
    began = timezone.now()
    done = refit(examples_of(bridge_id), in_use=weights_of(learning.in_use), priors=PRIORS)
    outcome = RefitOutcome(done.outcome)
    adopted = outcome == RefitOutcome.BETTER and not learning.held
    base = learning.in_use.version if learning.in_use is not None else 0
    model = ScoringModel.objects.create(
        bridge_id=bridge_id,
        version=next_version(bridge_id),
        base_version=base,
        outcome=outcome,
        adopted=adopted,
        data=weights_to_json(done.weights) if done.weights is not None else {},
        fitted_on=done.examples,
        organisations=done.organisations,
        held_out=done.held_out,
        known=done.known,
        quality={name: asdict(quality) for name, quality in done.quality.items()},
    )
    learning.refitted_at = began
    if adopted:
        learning.in_use = model
    learning.save()
    record(
        "adopt_weights" if adopted else "keep_weights",
        model,
        actor=None,
        bridge_id=bridge_id,
        before=str(base),
        after=str(model.version if adopted else base),
        detail={"refit": model.version, "outcome": outcome.value, "responses": done.examples, "quality": model.quality},
    )
    if adopted:
        request_run(learning.bridge, actor=None)
    return model


def next_version(bridge_id: int) -> int:
    """The number of the bridge's next refit. The caller holds its learning."""
    newest = ScoringModel.objects.filter(bridge=bridge_id).order_by("-version").values_list("version", flat=True)
    return (newest.first() or 0) + 1
