"""From responses to weights in use: each night, kept near what is known, and in the organiser's hand."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import pytest
from celery import current_app
from django.utils import timezone

from matching.app import tasks
from matching.app.domain.learning import bridges_to_refit, refit_bridge
from matching.app.domain.learning_choice import release_weights, use_weights
from matching.app.domain.learning_weights import version_in_use, weights_in_use
from matching.app.domain.runs import advance_run, finish_run, request_run, run_in_process, work_on_part
from matching.app.enums import RefitOutcome, RunState
from matching.app.models import BridgeLearning, MatchRun, Proposal, Response, ScoringModel
from matching.core.scoring import PRIORS
from qiao.activity.models import AuditEntry
from qiao.bridges.enums import BridgeRole, BridgeState
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput, NotAllowed
from tests.factories import BridgeFactory, UserFactory, staff
from tests.matching.app.sensors import sensor_need, sensor_offer
from tests.matching.app.taught import marked_bridge, taught_bridge, teach

pytestmark = pytest.mark.django_db


def _organiser(bridge: Bridge) -> Any:
    user = UserFactory()
    staff(bridge, user, BridgeRole.ORGANISER)
    return user


def _finish(run: MatchRun) -> MatchRun:
    return run_in_process(run, progress=lambda _: None)


def test_a_refit_that_foretells_better_is_adopted_and_asks_for_a_run() -> None:
    bridge = taught_bridge()
    model = refit_bridge(bridge.pk)
    assert model is not None
    assert (model.version, model.base_version, model.outcome, model.adopted) == (1, 0, RefitOutcome.BETTER, True)
    assert model.quality["fitted"]["log_loss"] < model.quality["in_use"]["log_loss"]
    assert model.fitted_on == 300
    assert model.organisations >= 20
    weights = weights_in_use(bridge.pk)
    assert weights.version == 1
    # The members care about sectors and stages more than we thought, and about texts less.
    assert weights.terms["sector"].weight > PRIORS.terms["sector"].weight
    assert weights.terms["stage"].penalty > PRIORS.terms["stage"].penalty
    assert weights.terms["text"].weight < PRIORS.terms["text"].weight
    assert MatchRun.objects.unfinished().filter(bridge=bridge, requested_by=None).count() == 1
    entry = AuditEntry.objects.get(verb="adopt_weights")
    assert (entry.bridge_id, entry.actor_id, entry.before, entry.after) == (bridge.pk, None, "0", "1")


def test_a_refit_waits_for_new_responses_and_does_not_adopt_the_same_again() -> None:
    bridge = taught_bridge()
    assert bridges_to_refit() == [bridge.pk]
    refit_bridge(bridge.pk)
    assert bridges_to_refit() == []
    assert refit_bridge(bridge.pk) is None
    Response.objects.filter(pk=Response.objects.values_list("pk")[:1]).update(updated_at=timezone.now())
    again = refit_bridge(bridge.pk)
    assert again is not None
    assert (again.version, again.base_version, again.outcome, again.adopted) == (2, 1, RefitOutcome.NOT_BETTER, False)
    assert version_in_use(bridge.pk) == 1
    entry = AuditEntry.objects.get(verb="keep_weights")
    assert (entry.before, entry.after, entry.detail["outcome"]) == ("1", "1", "not_better")


def test_five_responses_leave_the_priors_and_say_why() -> None:
    bridge = taught_bridge(5)
    model = refit_bridge(bridge.pk)
    assert model is not None
    assert (model.outcome, model.adopted, model.data, model.fitted_on) == (RefitOutcome.TOO_FEW, False, {}, 5)
    assert weights_in_use(bridge.pk) == PRIORS
    assert not MatchRun.objects.exists()


def test_a_closed_bridge_and_one_without_responses_are_left_alone() -> None:
    BridgeFactory()
    closed = taught_bridge(5)
    Bridge.objects.filter(pk=closed.pk).update(state=BridgeState.CLOSED)
    assert bridges_to_refit() == []


def test_one_bridge_learns_nothing_from_another() -> None:
    taught, other = taught_bridge(), BridgeFactory()
    refit_bridge(taught.pk)
    assert weights_in_use(other.pk) == PRIORS
    assert refit_bridge(other.pk) is None


def test_an_organiser_goes_back_and_refits_no_longer_adopt_themselves() -> None:
    bridge = taught_bridge()
    organiser = _organiser(bridge)
    refit_bridge(bridge.pk)
    MatchRun.objects.all().delete()
    use_weights(bridge, actor=organiser, version=0)
    assert weights_in_use(bridge.pk) == PRIORS
    assert MatchRun.objects.get().requested_by == organiser
    entry = AuditEntry.objects.get(verb="use_weights")
    assert (entry.actor_id, entry.before, entry.after) == (organiser.pk, "1", "0")

    teach(bridge, 100, seed=8)
    held = refit_bridge(bridge.pk)
    assert held is not None
    assert (held.outcome, held.adopted) == (RefitOutcome.BETTER, False)
    assert version_in_use(bridge.pk) == 0

    release_weights(bridge, actor=organiser)
    assert AuditEntry.objects.filter(verb="release_weights", actor_id=organiser.pk).count() == 1
    assert bridges_to_refit() == [bridge.pk]
    refit_bridge(bridge.pk)
    assert version_in_use(bridge.pk) == 3
    use_weights(bridge, actor=organiser, version=1)
    assert version_in_use(bridge.pk) == 1


def test_only_those_who_run_the_bridge_choose_its_weights() -> None:
    bridge = taught_bridge()
    refit_bridge(bridge.pk)
    reviewer, stranger = UserFactory(), _organiser(BridgeFactory())
    staff(bridge, reviewer, BridgeRole.REVIEWER)
    for user in (reviewer, stranger, UserFactory()):
        with pytest.raises(NotAllowed):
            use_weights(bridge, actor=user, version=0)
        with pytest.raises(NotAllowed):
            release_weights(bridge, actor=user)
    assert version_in_use(bridge.pk) == 1
    assert not BridgeLearning.objects.get(bridge=bridge).held


def test_one_cannot_go_back_to_weights_that_are_not_there() -> None:
    bridge, other = taught_bridge(5), taught_bridge()
    refit_bridge(bridge.pk)
    refit_bridge(other.pk)
    organiser = _organiser(bridge)
    for version in (1, 2, 77):  # the first has no weights, the others are not this bridge's
        with pytest.raises(InvalidInput):
            use_weights(bridge, actor=organiser, version=version)
    assert not AuditEntry.objects.filter(verb="use_weights").exists()


def test_weights_adopted_during_a_run_ask_for_another() -> None:
    bridge = taught_bridge()
    sensor_need(bridge)
    sensor_offer(bridge)
    run = request_run(bridge, actor=None)
    parts = advance_run(run.pk)
    refit_bridge(bridge.pk)
    assert MatchRun.objects.unfinished().count() == 1
    for part in parts:
        work_on_part(part)
    finish_run(run.pk)
    run.refresh_from_db()
    assert (run.state, run.model_version) == (RunState.DONE, 0)
    following = _finish(MatchRun.objects.unfinished().get(bridge=bridge))
    assert following.model_version == 1
    assert following.problem_digest != run.problem_digest
    assert not MatchRun.objects.unfinished().exists()


@pytest.fixture
def _eager() -> Iterator[None]:
    """Tasks that a task sends are done at once."""
    before = current_app.conf.task_always_eager
    current_app.conf.task_always_eager = True
    yield
    current_app.conf.task_always_eager = before


@pytest.mark.usefixtures("_eager")
def test_marks_become_weights_overnight_and_scores_follow() -> None:
    """The whole way: two sides save and dismiss, the nightly task refits and adopts, a run scores anew."""
    bridge, listings = marked_bridge()
    before = {p.pk: p for p in Proposal.objects.current()}
    assert len(before) == 64
    assert Response.objects.count() == 128
    tasks.refit_weights()
    model = ScoringModel.objects.get(bridge=bridge)
    assert (model.adopted, model.fitted_on, model.known["stage"]) == (True, 128, 128)
    waiting = MatchRun.objects.unfinished().get(bridge=bridge)
    run = _finish(waiting)
    assert run.model_version == model.version == 1

    stages = {listing.organisation_id: listing.stage for listing in listings}
    for proposal in Proposal.objects.current():
        old = before[proposal.pk]
        assert (old.model_version, proposal.model_version) == (0, 1)
        if stages[proposal.first_id] == stages[proposal.second_id]:
            assert proposal.score_for_first > old.score_for_first
        else:
            assert proposal.score_for_first < old.score_for_first
        # What is stored gives the score back with the fitted weights and their bias.
        for side in ("first", "second"):
            told = [*proposal.reasons[side], *(e for e in proposal.reasons["misfits"] if side in e["sides"])]
            log_odds = proposal.reasons["bias"] + sum(entry["amount"] for entry in told)
            assert 1 / (1 + math.exp(-log_odds)) == pytest.approx(getattr(proposal, f"score_for_{side}"), abs=1e-4)
    assert weights_in_use(bridge.pk).bias != PRIORS.bias
