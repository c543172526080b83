"""Background work of the matcher. Tasks take ids, may run twice without harm, and call one function each."""

from __future__ import annotations

import logging

from celery import shared_task
from django.db import OperationalError
from kombu.exceptions import OperationalError as BrokerAway

from matching.app.domain import choosing, learning, reencoding, refreshing, runs
from matching.app.domain.growth import request_due_runs
from matching.app.domain.locks import NeighboursChanged
from matching.app.domain.overdue import overdue_work
from matching.app.domain.vector_index import index_large_bridges
from matching.app.models import RunPart
from qiao.bridges.models import Bridge

logger = logging.getLogger(__name__)

#: Parts of a run that wait in the queue at once. Each hands on another when it is done.
PARTS_AT_ONCE = 4

#: The broker hands out changes before parts of runs, and everything else before what encodes a bridge anew: who
#: publishes waits for what a worker is at, and for nothing that is only queued.
OF_RUNS = 6
LOW = 9

# The database may be restarting, and neighbours may keep changing: both pass.
_PASSING = {
    "autoretry_for": (OperationalError, NeighboursChanged),
    "retry_backoff": 1,
    "retry_backoff_max": 60,
    "max_retries": 20,
}


@shared_task(name="matching.refresh_listing", **_PASSING)
def refresh_listing(listing_id: int) -> bool:
    """Encode a listing that changed and refresh the proposals it is part of; returns whether there was work to do."""
    return refreshing.refresh_listing(listing_id)


@shared_task(name="matching.refresh_organisation", **_PASSING)
def refresh_organisation(organisation_id: int) -> None:
    """Refresh an organisation's proposals on every bridge: its profile or its blocks changed."""
    refreshing.refresh_organisation(organisation_id)


@shared_task(name="matching.refresh_membership", **_PASSING)
def refresh_membership(membership_id: int) -> None:
    """Refresh an organisation's proposals on one bridge: it became, or is no longer, a member."""
    refreshing.refresh_membership(membership_id)


@shared_task(name="matching.choose_around", **_PASSING)
def choose_around(bridge_id: int, organisation_id: int) -> None:
    """Choose anew what an organisation receives: it has dismissed a proposal, or put one back."""
    choosing.choose_around(bridge_id, [organisation_id])


@shared_task(name="matching.request_run")
def request_run(bridge_id: int) -> None:
    """Begin a run over a bridge, unless one is unfinished."""
    bridge = Bridge.objects.filter(pk=bridge_id).first()
    if bridge is not None:
        runs.request_run(bridge, actor=None)


@shared_task(name="matching.measure_grown_bridges")
def measure_grown_bridges() -> list[int]:
    """Ask for a run over each bridge whose texts have changed in number since it was measured."""
    return request_due_runs()


@shared_task(name="matching.work_on_run", **_PASSING)
def work_on_run(run_id: int) -> None:
    """Prepare a run, or take it up again, and hand out its first parts."""
    _send_parts(runs.advance_run(run_id)[:PARTS_AT_ONCE])
    if runs.waits_for_a_turn(run_id):
        work_on_run.apply_async(args=[run_id], priority=OF_RUNS)


@shared_task(name="matching.work_on_part")
def work_on_part(part_id: int) -> bool:
    """Make the proposals of one part of a run and hand on the next; returns whether it was done here."""
    done = runs.work_on_part(part_id)
    run_id = RunPart.objects.filter(pk=part_id).values_list("run_id", flat=True).first()
    if run_id is not None:
        _send_parts(runs.free_parts(run_id, most=1))
    return done


@shared_task(name="matching.resume_stalled_runs")
def resume_stalled_runs() -> None:
    """Hand out again what a worker that died has left undone: runs, parts of runs, and changes of listings."""
    run_ids, part_ids = runs.stalled_work()
    for run_id in run_ids:
        work_on_run.apply_async(args=[run_id], priority=OF_RUNS, expires=60)
    _send_parts(part_ids)
    for listing_id in overdue_work():
        refresh_listing.apply_async(args=[listing_id], expires=600)


@shared_task(name="matching.reencode_bridges")
def reencode_bridges() -> None:
    """Have bridges that are to change their encoder worked on, and clear away what earlier encoders have left."""
    for bridge_id, turn in reencoding.bridges_to_reencode():
        reencode_part.apply_async(args=[bridge_id, turn], priority=LOW, expires=600)
    reencoding.drop_old_vectors()
    index_large_bridges()


@shared_task(name="matching.reencode_part", **_PASSING)
def reencode_part(bridge_id: int, turn: int) -> None:
    """Encode the next texts of a bridge with the encoder that is to come, and hand on the next part."""
    following = reencoding.reencode_part(bridge_id, turn)
    if following is not None:
        reencode_part.apply_async(args=[bridge_id, following], priority=LOW)


@shared_task(name="matching.refit_weights")
def refit_weights() -> None:
    """Have the weights of each bridge with new responses refitted."""
    for bridge_id in learning.bridges_to_refit():
        refit_weights_of.apply_async(args=[bridge_id], expires=43_200)


@shared_task(name="matching.refit_weights_of", **_PASSING)
def refit_weights_of(bridge_id: int) -> None:
    """Refit the weights of one bridge from its responses, and adopt them if they foretell better."""
    learning.refit_bridge(bridge_id)


def _send_parts(part_ids: list[int]) -> None:
    try:
        for part_id in part_ids:
            work_on_part.apply_async(args=[part_id], priority=OF_RUNS)
    except (BrokerAway, OSError) as error:
        logger.warning("broker away, parts wait to be handed out again: %s", error)
