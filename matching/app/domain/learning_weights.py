"""The weights a bridge scores with: the priors, or one of its refits."""

from __future__ import annotations

from matching.app.models import BridgeLearning, ScoringModel
from matching.core.learning.model import weights_from_json
from matching.core.scoring import PRIORS, Weights


def weights_in_use(bridge_id: int) -> Weights:
    """What the bridge scores with now."""
    learning = BridgeLearning.objects.filter(bridge=bridge_id).select_related("in_use").first()
    return PRIORS if learning is None else weights_of(learning.in_use)


def version_in_use(bridge_id: int) -> int:
    """Version of what the bridge scores with now; 0 for the priors."""
    found = BridgeLearning.objects.filter(bridge=bridge_id).values_list("in_use__version", flat=True).first()
    return found or 0


def weights_of(model: ScoringModel | None) -> Weights:
    """Stored weights; the priors where there are none."""
    if model is None or not model.data:
        return PRIORS
    return weights_from_json(model.data, version=model.version, priors=PRIORS)


def lock_learning(bridge_id: int) -> BridgeLearning:
    """How far the bridge has learned, for this transaction alone to change."""
    BridgeLearning.objects.get_or_create(bridge_id=bridge_id)
    return BridgeLearning.objects.select_for_update(of=("self",)).select_related("in_use").get(bridge=bridge_id)
