"""Runs over a whole bridge, in parts that any worker may take up again after a crash.

A run goes: waiting -> (prepare: encode, fit statistics, cut into parts) -> (parts: score pairs) -> (choose: ranks) ->
done. Each step can be entered again at any point: what is done is found done. A claim is a moment in time that its
holder keeps renewing; one that has gone silent may be taken over. Rows of runs are locked without their key: proposals
that name a run may be written meanwhile.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from django.db import DatabaseError, IntegrityError, transaction
from django.db.models import F, Q
from django.utils import timezone

from matching.app.domain.choosing import Choice
from matching.app.domain.encoders import encoder_in_use
from matching.app.domain.encoding import encode_listings, forget_listings, listings_to_encode
from matching.app.domain.figures import figures_of, figures_of_choice
from matching.app.domain.learning_exploration import choose_with_tries
from matching.app.domain.learning_weights import version_in_use
from matching.app.domain.locks import choosing_alone
from matching.app.domain.pool import organisations_to_match, pool_digest
from matching.app.domain.refreshing import note_matched, refresh_pairs
from matching.app.domain.statistics import fit_statistics
from matching.app.enums import RunState
from matching.app.models import MatchRun, RunPart
from matching.app.transitions import RUN
from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.bridges.models import Bridge, MatchingPolicy
from qiao.bridges.rules import runs_bridge
from qiao.common.errors import NotAllowed
from qiao.common.states import move
from qiao.directory.models import Listing

logger = logging.getLogger(__name__)

#: A claim that has not been renewed for so long may be taken over.
SILENCE = timedelta(seconds=30)
#: How often a part may be begun before the run is given up: a part that kills its worker must not do so for ever.
ATTEMPTS = 5
#: A second of work: a change waits for the part that a worker is at.
ORGANISATIONS_A_PART = 2
LISTINGS_A_BATCH = 8
#: Listings gone over, encoded already or not, after which a worker says that it lives.
LISTINGS_LOOKED_AT = 200
#: A worker that prepares a run lets others' work come between after so long: somebody may have published.
TURN_SECONDS = 2.0


def request_run(bridge: Bridge, *, actor: Any, seed: int = 0, hand_over: bool = True) -> MatchRun:
    """Ask for a run over the bridge; when one is unfinished, that is the one.

    `actor` is None for the system itself. Workers begin at once unless `hand_over` is false. Raises `NotAllowed`.
    """
    if actor is not None and not runs_bridge(actor, bridge):
        raise NotAllowed
    try:
        with transaction.atomic():
            run = MatchRun.objects.create(bridge=bridge, requested_by=actor, seed=seed)
            record("request_run", run, actor=actor, bridge_id=bridge.pk, after=run.state)
            if hand_over:
                emit("run.waiting", run_id=run.pk)
            return run
    except IntegrityError:
        unfinished = MatchRun.objects.unfinished().filter(bridge=bridge).first()
        if unfinished is None:  # it ended between the two: ask again
            return request_run(bridge, actor=actor, seed=seed, hand_over=hand_over)
        return unfinished


def advance_run(run_id: int) -> list[int]:
    """Take a run as far as one worker can in a turn; returns the ids of the parts that are free to be worked on.

    None while it is still to be prepared: see `waits_for_a_turn`.
    """
    run = _claim_run(run_id)
    if run is None:
        return []
    if not run.problem_digest:
        try:
            if not _prepare(run):
                return []
        except DatabaseError:
            raise  # the database went away: the run is taken up again when it is back
        except Exception as error:
            fail_run(run_id, error=f"{type(error).__name__}: {error}")
            raise
    free = free_parts(run_id)
    if not free:
        finish_run(run_id)
    return free


def waits_for_a_turn(run_id: int) -> bool:
    """Whether a run was left half prepared, for the next worker that comes to it."""
    return MatchRun.objects.filter(
        pk=run_id, state=RunState.RUNNING, problem_digest="", heartbeat_at__isnull=True
    ).exists()


def free_parts(run_id: int, *, most: int | None = None) -> list[int]:
    """Ids of parts that are not done and that nobody is at, in their order. None of a run that is over."""
    silent = Q(claimed_at=None) | Q(claimed_at__lt=timezone.now() - SILENCE)
    parts = RunPart.objects.filter(silent, run=run_id, run__state=RunState.RUNNING, done_at=None)
    return list(parts.order_by("number").values_list("pk", flat=True)[:most])


def work_on_part(part_id: int) -> bool:
    """Make the proposals of a part's organisations, once; returns whether it was done here."""
    part = _claim_part(part_id)
    if part is None:
        return False
    run = part.run
    try:
        for organisation_id in part.organisation_ids:
            _, matched = refresh_pairs(organisation_id, run.bridge_id, run=run)
            note_matched(matched)
            now = timezone.now()
            RunPart.objects.filter(pk=part_id).update(claimed_at=now)
            MatchRun.objects.filter(pk=run.pk).update(heartbeat_at=now)
    except Exception as error:
        # Another worker, or this one later, begins it anew; _claim_part counts how often.
        RunPart.objects.filter(pk=part_id).update(claimed_at=None)
        MatchRun.objects.filter(pk=run.pk).update(error=f"{type(error).__name__}: {error}"[:2000])
        raise
    with transaction.atomic():
        done = RunPart.objects.filter(pk=part_id, done_at=None).update(done_at=timezone.now())
        MatchRun.objects.filter(pk=run.pk).update(parts_done=F("parts_done") + done, heartbeat_at=timezone.now())
    if not RunPart.objects.filter(run=run, done_at=None).exists():
        finish_run(run.pk)
    return bool(done)


def finish_run(run_id: int) -> bool:
    """When every part is done: choose what each organisation receives and close the run; returns whether it did.

    Weights that were adopted, an encoder put in service or a policy changed while it ran ask for another run. One
    worker at a time does this; if it dies on the way, the run is still running and is taken up again.
    """
    run = MatchRun.objects.get(pk=run_id)
    if not _is_made(run):
        return False
    with choosing_alone(run.bridge_id, wait=False) as mine:
        if not mine or not _is_made(MatchRun.objects.get(pk=run_id)):
            return False
        return _close_run(run_id, *choose_with_tries(run.bridge_id, on=timezone.localdate(), alive=_alive(run_id)))


def _is_made(run: MatchRun) -> bool:
    """Whether all of its parts are done, and it is not closed."""
    return run.state == RunState.RUNNING and bool(run.problem_digest) and not run.parts.filter(done_at=None).exists()


def _alive(run_id: int) -> Callable[[], None]:
    def tell() -> None:
        MatchRun.objects.filter(pk=run_id).update(heartbeat_at=timezone.now())

    return tell


@transaction.atomic
def _close_run(run_id: int, choice: Choice, tries: int) -> bool:
    run = MatchRun.objects.select_for_update(no_key=True, of=("self",)).select_related("bridge").get(pk=run_id)
    if not _is_made(run):  # it was given up meanwhile
        return False
    before = move(run, RUN, RunState.DONE)
    run.finished_at = timezone.now()
    run.error = ""
    run.figures = run.figures | figures_of(run) | figures_of_choice(choice) | {"tries": tries}
    run.save(update_fields=["finished_at", "error", "figures"])
    record("finish_run", run, actor=None, bridge_id=run.bridge_id, before=before, after=run.state)
    now = (version_in_use(run.bridge_id), encoder_in_use(run.bridge_id).name, run.bridge.policy.version)
    if (run.model_version, run.encoder, run.policy_version) != now:
        request_run(run.bridge, actor=None)
    return True


@transaction.atomic
def fail_run(run_id: int, *, error: str) -> None:
    """Give a run up, so that another can be asked for. What it has made stays."""
    run = MatchRun.objects.select_for_update(no_key=True).get(pk=run_id)
    if run.state not in (RunState.WAITING, RunState.RUNNING):
        return
    before = move(run, RUN, RunState.FAILED)
    run.finished_at, run.error = timezone.now(), error[:2000]
    run.save(update_fields=["finished_at", "error"])
    record("fail_run", run, actor=None, bridge_id=run.bridge_id, before=before, after=run.state)


def stalled_work() -> tuple[list[int], list[int]]:
    """Ids of runs nobody is working on, and of parts whose worker has gone silent while others go on."""
    silent = timezone.now() - SILENCE
    stalled = MatchRun.objects.unfinished().filter(
        Q(heartbeat_at__lt=silent) | Q(heartbeat_at=None, created_at__lt=silent)
    )
    parts = RunPart.objects.filter(
        run__state=RunState.RUNNING, run__heartbeat_at__gte=silent, done_at=None, claimed_at__lt=silent
    )
    return list(stalled.values_list("pk", flat=True)), list(parts.values_list("pk", flat=True))


def run_in_process(run: MatchRun, *, progress: Callable[[MatchRun], None]) -> MatchRun:
    """Do a whole run here and now, part by part, telling `progress` after each."""
    parts = advance_run(run.pk)
    while waits_for_a_turn(run.pk):
        run.refresh_from_db()
        progress(run)
        parts = advance_run(run.pk)
    for part_id in parts:
        run.refresh_from_db()
        progress(run)
        work_on_part(part_id)
    run.refresh_from_db()
    progress(run)
    return run


def _claim_run(run_id: int) -> MatchRun | None:
    """Take a run up, unless it is over or somebody is preparing it."""
    with transaction.atomic():
        run = (
            MatchRun.objects.select_for_update(no_key=True, skip_locked=True, of=("self",))
            .unfinished()
            .select_related("bridge")
            .filter(pk=run_id)
            .first()
        )
        if run is None:
            return None
        now = timezone.now()
        if run.state == RunState.WAITING:
            move(run, RUN, RunState.RUNNING)
        elif not run.problem_digest and run.heartbeat_at is not None and run.heartbeat_at > now - SILENCE:
            return None
        run.heartbeat_at = now
        run.save(update_fields=["heartbeat_at"])
        return run


def _prepare(run: MatchRun) -> bool:
    """Encode what is not yet encoded, fit the statistics, and cut the bridge into parts; returns whether it is done.

    When the turn is over before, the claim is given back.
    """
    began = time.monotonic()
    policy = MatchingPolicy.objects.get(bridge_id=run.bridge_id)
    if "to_encode" not in run.figures:
        forget_listings(run.bridge_id)
    if not _encode_in_turn(run, until=began + TURN_SECONDS):
        return False
    fit_statistics(run.bridge_id)
    organisations = organisations_to_match(run.bridge_id)
    weights = version_in_use(run.bridge_id)
    digest = pool_digest(run.bridge_id)
    with transaction.atomic():
        locked = MatchRun.objects.select_for_update(no_key=True).get(pk=run.pk)
        if locked.problem_digest:
            return True
        parts = list(_slices(organisations, ORGANISATIONS_A_PART))
        RunPart.objects.bulk_create(
            RunPart(run=run, number=number, organisation_ids=ids) for number, ids in enumerate(parts)
        )
        locked.encoder = encoder_in_use(run.bridge_id).name
        locked.policy_version = policy.version
        locked.model_version = weights
        locked.problem_digest = digest
        locked.parts_total = len(parts)
        locked.heartbeat_at = timezone.now()
        locked.save(
            update_fields=[
                "encoder", "policy_version", "model_version", "problem_digest", "parts_total", "heartbeat_at",
            ]
        )  # fmt: skip
    return True


def _encode_in_turn(run: MatchRun, *, until: float) -> bool:
    """Go on encoding where the run left off; returns whether all of the bridge is encoded.

    What is passed over since it is encoded already counts as done.
    """
    figures = dict(run.figures)
    if "to_encode" not in figures:
        figures = {
            "encoded": 0,
            "to_encode": Listing.objects.live().filter(bridge_id=run.bridge_id).count(),
            "after": 0,
        }
    passed = figures["encoded"]

    def tell(*, claimed: bool) -> None:
        figures["encoded"] = min(passed, figures["to_encode"])
        MatchRun.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() if claimed else None, figures=figures)

    batch: list[int] = []
    encoder = encoder_in_use(run.bridge_id).name
    for listing_id, needed in listings_to_encode(run.bridge_id, encoder, after=figures["after"]):
        passed += 1
        figures["after"] = listing_id
        if needed:
            batch.append(listing_id)
        if len(batch) == LISTINGS_A_BATCH or passed % LISTINGS_LOOKED_AT == 0:
            encode_listings(batch)
            batch = []
            over = time.monotonic() >= until and passed < figures["to_encode"]
            tell(claimed=not over)
            if over:
                return False
    encode_listings(batch)
    tell(claimed=True)
    return True


def _claim_part(part_id: int) -> RunPart | None:
    """Take a part up, unless it is done, its run is over, or somebody is at it."""
    with transaction.atomic():
        part = (
            RunPart.objects.select_for_update(no_key=True, of=("self",))
            .select_related("run")
            .filter(pk=part_id, done_at=None, run__state=RunState.RUNNING)
            .first()
        )
        if part is None or (part.claimed_at is not None and part.claimed_at > timezone.now() - SILENCE):
            return None
        part.claimed_at = timezone.now()
        part.attempts += 1
        part.save(update_fields=["claimed_at", "attempts"])
    if part.attempts > ATTEMPTS:
        fail_run(part.run_id, error=part.run.error or f"Part {part.number} was begun {ATTEMPTS} times and never ended.")
        return None
    return part


def _slices(ids: list[int], size: int) -> Iterable[list[int]]:
    return (ids[start : start + size] for start in range(0, len(ids), size))
