"""The night with a real worker: from marks through the broker to weights in use and changed proposals."""

from __future__ import annotations

import pytest

from matching.app import tasks
from matching.app.enums import RunState
from matching.app.models import MatchRun, Proposal, ScoringModel
from tests.matching.app.taught import marked_bridge
from tests.matching.app.workers import running_broker, wait_for, worker, worker_environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_the_nightly_task_refits_adopts_and_has_the_bridge_scored_anew() -> None:
    with running_broker() as broker:
        bridge, _ = marked_bridge()
        before = dict(Proposal.objects.values_list("pk", "score"))
        with worker(worker_environment(broker.url)):
            tasks.refit_weights.apply_async()
            tasks.refit_weights.apply_async()
            wait_for(lambda: MatchRun.objects.filter(model_version=1, state=RunState.DONE).exists(), seconds=120)
    model = ScoringModel.objects.get(bridge=bridge)
    assert (model.version, model.adopted) == (1, True)
    after = {one.pk: one for one in Proposal.objects.current()}
    assert {one.model_version for one in after.values()} == {1}
    assert sum(abs(after[pk].score - score) > 0.005 for pk, score in before.items() if pk in after) > len(after) / 2
