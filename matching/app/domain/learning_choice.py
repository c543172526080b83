"""What organisers decide about learning: the weights to score with, and whether refits are adopted by themselves."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from matching.app.domain.learning_weights import lock_learning
from matching.app.domain.runs import request_run
from matching.app.models import BridgeLearning, ScoringModel
from qiao.activity.domain.audit import record
from qiao.bridges.models import Bridge
from qiao.bridges.rules import runs_bridge
from qiao.common.errors import InvalidInput, NotAllowed


@transaction.atomic
def use_weights(bridge: Bridge, *, actor: Any, version: int) -> BridgeLearning:
    """Score with one of the bridge's refits, or with the priors (0), and hold it: refits adopt themselves no longer.

    A run over the bridge is asked for. Raises `NotAllowed`, and `InvalidInput` for a refit that has no weights.
    """
    if not runs_bridge(actor, bridge):
        raise NotAllowed
    learning = lock_learning(bridge.pk)
    model = None
    if version:
        model = ScoringModel.objects.filter(bridge=bridge, version=version).exclude(data={}).first()
        if model is None:
            raise InvalidInput(_("This refit has no weights to go back to."))
    before = learning.in_use.version if learning.in_use is not None else 0
    if before == version and learning.held:
        return learning
    learning.in_use, learning.held = model, True
    learning.save()
    record("use_weights", learning, actor=actor, bridge_id=bridge.pk, before=str(before), after=str(version))
    if before != version:
        request_run(bridge, actor=actor)
    return learning


@transaction.atomic
def release_weights(bridge: Bridge, *, actor: Any) -> BridgeLearning:
    """Let refits be adopted by themselves again, from the next night on. Raises `NotAllowed`."""
    if not runs_bridge(actor, bridge):
        raise NotAllowed
    learning = lock_learning(bridge.pk)
    if learning.held:
        learning.held = False
        # What came meanwhile is looked at again, though no response be new.
        learning.refitted_at = None
        learning.save()
        version = str(learning.in_use.version if learning.in_use is not None else 0)
        record("release_weights", learning, actor=actor, bridge_id=bridge.pk, before=version, after=version)
    return learning
