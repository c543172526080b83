"""Refits, responses and choices at the same moment, on the real database."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import close_old_connections, connection

from matching.app.domain.learning import refit_bridge
from matching.app.domain.learning_choice import use_weights
from matching.app.domain.learning_responses import record_response
from matching.app.domain.learning_weights import version_in_use
from matching.app.enums import ResponseKind
from matching.app.models import BridgeLearning, MatchRun, Response, ScoringModel
from tests.factories import BridgeFactory, UserFactory, member_listing, propose, staff
from tests.matching.app.taught import taught_bridge

pytestmark = pytest.mark.django_db(transaction=True)


def _at_once(*calls: Callable[[], object]) -> list[object]:
    def run(call: Callable[[], object]) -> object:
        close_old_connections()
        try:
            return call()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as threads:
        return [future.result(timeout=120) for future in [threads.submit(run, call) for call in calls]]


def test_a_nightly_task_that_runs_twice_at_once_makes_one_refit() -> None:
    bridge = taught_bridge()
    made = _at_once(*[lambda: refit_bridge(bridge.pk)] * 3)
    assert sum(model is not None for model in made) == 1
    assert ScoringModel.objects.get().adopted
    assert MatchRun.objects.count() == 1


def test_an_organiser_who_goes_back_during_a_refit_is_obeyed() -> None:
    """Whoever comes first: afterwards the priors are in use and held."""
    bridge = taught_bridge()
    organiser = UserFactory()
    staff(bridge, organiser)
    _at_once(lambda: refit_bridge(bridge.pk), lambda: use_weights(bridge, actor=organiser, version=0))
    assert version_in_use(bridge.pk) == 0
    assert BridgeLearning.objects.get(bridge=bridge).held


def test_one_response_given_many_times_at_once_is_one() -> None:
    bridge = BridgeFactory()
    proposal = propose(member_listing(bridge), member_listing(bridge, country="CN"))
    _at_once(
        *[lambda: record_response(proposal, actor=None, organisation=proposal.first, kind=ResponseKind.MEETING)] * 4
    )
    assert Response.objects.count() == 1
