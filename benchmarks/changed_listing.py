"""A changed listing to refreshed proposals, on bridges of several sizes, and what large bridges cost besides.

    .venv/bin/python benchmarks/changed_listing.py --sizes 1000 10000 100000

Starts a database of its own under `var/benchmark` (durable, as the site's) and removes it in the end. Bridges are
filled by `large_bridge.py`, which says what of them is synthetic; the smallest is gone over by a real run, whose pairs
are spread over the others. The bridges stay side by side, so that a larger one is also searched among the vectors of
the smaller. Each measurement is made by a process of its own, whose peak memory is told. A change is an edited text: it
is encoded by the real encoder, its organisation is scored anew, and choosing around it is done when the clock stops;
the way through the broker, some milliseconds, is not in it. Both processes' own time on the processor
is told besides: on a busy machine it tells more than the clock. Changes are then made again while a second process
makes parts of a run over the same bridge, and while it makes the choice over all of it.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]


def main() -> None:
    """Measure every size, each step in a process of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--sizes", type=int, nargs="+", default=[1_000, 10_000, 100_000], help="listings of each bridge"
    )
    parser.add_argument("--changes", type=int, default=20, help="listings to change on each bridge")
    parser.add_argument("--parts", type=int, default=4, help="parts of a run to do on each bridge but the smallest")
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "benchmark", help="where the database goes")
    parser.add_argument("--out", type=Path, help="a file for the figures, as JSON")
    parser.add_argument("--keep", action="store_true", help="leave the database there, running")
    parser.add_argument(
        "--only", choices=sorted(STAGES), nargs="+", help="these steps only, on a database that was kept"
    )
    parser.add_argument("--stage", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.stage:
        _work(arguments)
        return
    from qiao.embedded.engines import Engines

    for given in ("DATABASE_URL", "REDIS_URL"):  # of the site, or of the tests
        os.environ.pop(given, None)
    engines = Engines(home=arguments.home)
    addresses = engines.start()
    environment = os.environ | {
        "DATABASE_URL": addresses["database"], "REDIS_URL": addresses["broker"], "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "qiao.settings.base",
    }  # fmt: skip
    found: dict[str, dict[str, Any]] = {}
    try:
        subprocess.run([sys.executable, str(ROOT / "manage.py"), "migrate", "-v", "0"], env=environment, check=True)
        for size in arguments.sizes:
            figures: dict[str, Any] = found.setdefault(str(size), {})
            for stage in arguments.only or STAGES:
                command = [sys.executable, __file__, "--stage", f"{stage}:{size}", "--changes", str(arguments.changes)]
                command += ["--parts", str(arguments.parts), "--sizes", *map(str, arguments.sizes)]
                done = subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True)
                figures[stage] = json.loads(done.stdout.splitlines()[-1])
                print(f"{size:>7} {stage:<9} {figures[stage]}", flush=True)
        _compare(found)
        if arguments.out:
            arguments.out.write_text(json.dumps(found, indent=1))
    finally:
        if not arguments.keep:
            engines.remove()


def _compare(found: dict[str, dict[str, Any]]) -> None:
    """A change on each bridge beside one on the smallest."""
    measured = {int(size): figures["changes"] for size, figures in found.items() if "changes" in figures}
    if len(measured) > 1:
        base = measured[min(measured)]
        for size, one in sorted(measured.items()):
            both = [found["worker_processor_median_s"] + found["database_processor_median_s"] for found in (one, base)]
            print(
                f"a change among {size} listings to one among {min(measured)}: by the clock "
                f"{one['median_s'] / base['median_s']:.2f}, of processors {both[0] / both[1]:.2f}"
            )


def _work(arguments: argparse.Namespace) -> None:
    """One step, in this process: its figures, with this process's peak memory, as a line of JSON."""
    import django

    django.setup()
    stage, size = arguments.stage.split(":")
    figures = (STAGES | BESIDE)[stage](int(size), arguments)
    figures["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    print(json.dumps(figures))


def fill(size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """The bridge with its vectors, and the index over them."""
    from django.db import connection

    from benchmarks.large_bridge import fill as fill_bridge
    from benchmarks.large_bridge import originals
    from matching.app.domain.vector_index import index_vectors
    from matching.app.encoder import configured_encoder
    from qiao.directory.domain.taxonomy import load_sectors

    load_sectors()
    encoder = configured_encoder().name
    bridges = []
    seconds = _timed(lambda: bridges.append(fill_bridge(_slug(size), size, originals(size))))
    bridge = bridges[0]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        with Memory(cursor.fetchone()[0]) as memory:
            built = _timed(lambda: index_vectors(bridge.pk, encoder))
        cursor.execute(
            "SELECT count(*) FILTER (WHERE bridge_id = %s), count(*) FROM matching_listingvector", [bridge.pk]
        )
        vectors, all_vectors = cursor.fetchone()
        cursor.execute(
            "SELECT coalesce(sum(pg_relation_size(oid)), 0)::bigint FROM pg_class WHERE relname LIKE %s",
            [f"vector\\_nearest\\_{bridge.pk}\\_%"],
        )
        size_of_index = cursor.fetchone()[0]
        cursor.execute("SELECT pg_table_size('matching_listingvector')")
        size_of_table = cursor.fetchone()[0]
        cursor.execute(
            "SELECT pg_total_relation_size('matching_listingsentences'), count(*) FROM matching_listingsentences"
        )
        size_of_sentences, listings = cursor.fetchone()
        cursor.execute("VACUUM ANALYZE matching_listingvector")
    return {
        "fill_s": round(seconds, 1), "vectors": vectors, "index_build_s": round(built, 1),
        "index_build_peak_mb": memory.peak_mb, "index_mb": size_of_index >> 20,
        "index_bytes_a_vector": size_of_index // vectors, "table_bytes_a_vector": size_of_table // all_vectors,
        "sentences_bytes_a_listing": size_of_sentences // listings,
    }  # fmt: skip


def pairs(size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """What a run has to leave: on the smallest bridge by a run, elsewhere spread from there."""
    from benchmarks.large_bridge import spread_pairs
    from matching.app.domain.refreshing import KEPT_A_PLACE
    from matching.app.domain.runs import request_run, run_in_process
    from matching.app.domain.statistics import fit_statistics
    from qiao.bridges.models import Bridge, MatchingPolicy

    bridge = Bridge.objects.get(slug=_slug(size))
    smallest = min(arguments.sizes)
    if size == smallest and bridge.proposals.exists():
        return {"pairs": bridge.proposals.count()}
    if size == smallest:
        run = request_run(bridge, actor=None, hand_over=False)
        seconds = _timed(lambda: run_in_process(run, progress=lambda run: None))
        run.refresh_from_db()
        return {"run_s": round(seconds, 1), "state": run.state, "figures": run.figures}
    fit_statistics(bridge.pk)
    each = KEPT_A_PLACE * MatchingPolicy.objects.get(bridge=bridge).proposals_per_organisation
    count = spread_pairs(Bridge.objects.get(slug=_slug(smallest)), bridge, each=each)
    return {"pairs_spread": count}


def choose(size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """The choice over the whole bridge: the last step of a run."""
    from matching.app.domain.choosing import choose_proposals
    from matching.app.models import Proposal
    from qiao.bridges.models import Bridge

    bridge = Bridge.objects.get(slug=_slug(size))
    count = Proposal.objects.current().filter(bridge=bridge).count()
    seconds = _timed(lambda: choose_proposals(bridge.pk))
    return {"pairs": count, "choose_s": round(seconds, 1)}


def changes(size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """Changed listings to refreshed proposals, one after another, as a worker that has its encoder loaded does them."""
    from matching.app.warming import warm_up

    warm_up()
    return _change(size, arguments, first=0)


def during_parts(size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """The same while another worker makes the parts of a run over the bridge."""
    return _beside("work_parts", size, arguments, first=1)


def during_choice(size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """The same while another worker makes the choice over the whole bridge, all of whose lists are empty before."""
    return _beside("work_choice", size, arguments, first=2)


def work_parts(size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """Parts of a run, until somebody ends this process."""
    from matching.app.domain.pool import organisations_to_match
    from matching.app.domain.refreshing import refresh_pairs
    from qiao.bridges.models import Bridge

    bridge = Bridge.objects.get(slug=_slug(size))
    print("ready", flush=True)
    while True:
        for pk in organisations_to_match(bridge.pk):
            refresh_pairs(pk, bridge.pk)


def work_choice(size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """The choice over the whole bridge, time and again, until somebody ends this process; nothing listed before."""
    from django.db import transaction

    from matching.app.domain.choosing import choose_proposals
    from matching.app.domain.locks import lock_bridge
    from matching.app.models import Proposal
    from qiao.bridges.models import Bridge

    bridge = Bridge.objects.get(slug=_slug(size))
    with transaction.atomic():
        lock_bridge(bridge.pk)
        Proposal.objects.filter(bridge=bridge).update(rank_for_first=None, rank_for_second=None)
    print("ready", flush=True)
    while True:
        choose_proposals(bridge.pk)
        print("chosen", time.time(), flush=True)


def _beside(stage: str, size: int, arguments: argparse.Namespace, *, first: int) -> dict[str, Any]:
    """Changes while another process does a step that never ends; for the choice, until it has been made once."""
    from matching.app.warming import warm_up

    warm_up()
    command = [sys.executable, __file__, "--stage", f"{stage}:{size}"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline().startswith("ready")
            return _change(size, arguments, first=first, until=other.stdout if stage == "work_choice" else None)
        finally:
            other.kill()


def _change(size: int, arguments: argparse.Namespace, *, first: int, until: IO[str] | None = None) -> dict[str, Any]:
    """Change listings and tell what each cost: as many as asked, and on, a second apart, `until` a line comes."""
    import select

    import psutil
    from django.db import connection
    from django.utils import timezone

    from matching.app.domain.refreshing import refresh_listing
    from qiao.bridges.models import Bridge
    from qiao.directory.models import Listing

    bridge = Bridge.objects.get(slug=_slug(size))
    ids = list(Listing.objects.live().filter(bridge=bridge).order_by("pk").values_list("pk", flat=True))
    step = max(1, len(ids) // (arguments.changes + 2))
    chosen = ids[first::step]
    with connection.cursor() as cursor:
        cursor.execute("CHECKPOINT")
    seconds: list[float] = []
    processor: list[tuple[float, float]] = []
    began = time.monotonic()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        server = psutil.Process(cursor.fetchone()[0])
    for number, pk in enumerate(chosen * 100):
        over = until is None or bool(select.select([until], [], [], 1.0)[0])
        if over and number >= arguments.changes + 2:
            break
        listing = Listing.objects.get(pk=pk)
        listing.text += f" We now look for partners who can begin in spring {2027 + number}."
        Listing.objects.filter(pk=pk).update(text=listing.text, updated_at=timezone.now())
        before = time.process_time(), sum(server.cpu_times()[:2])
        seconds.append(_timed(lambda pk=pk: refresh_listing(pk)))  # type: ignore[misc]
        processor.append((time.process_time() - before[0], sum(server.cpu_times()[:2]) - before[1]))
    counted = sorted(seconds[2:])  # the first two warm the caches of a database that was just filled
    return {
        "changes": len(counted), "median_s": round(statistics.median(counted), 3),
        "p90_s": round(counted[int(0.9 * len(counted))], 3), "worst_s": round(counted[-1], 3),
        "first_s": round(seconds[0], 3), "in_s": round(time.monotonic() - began, 1),
        "worker_processor_median_s": round(statistics.median(own for own, _ in processor[2:]), 3),
        "worker_processor_worst_s": round(max(own for own, _ in processor[2:]), 3),
        "database_processor_median_s": round(statistics.median(its for _, its in processor[2:]), 3),
        "database_processor_worst_s": round(max(its for _, its in processor[2:]), 3),
        "load": round(os.getloadavg()[0], 1),
    }  # fmt: skip


def parts(size: int, arguments: argparse.Namespace) -> dict[str, Any]:
    """What the rest of a run over the bridge takes: going over it, measuring it, and some of its parts."""
    from matching.app.domain.encoding import listings_to_encode
    from matching.app.domain.overdue import overdue_work
    from matching.app.domain.pool import organisations_to_match, pool_digest
    from matching.app.domain.refreshing import refresh_pairs
    from matching.app.domain.runs import ORGANISATIONS_A_PART
    from matching.app.domain.statistics import fit_statistics
    from qiao.bridges.models import Bridge

    bridge = Bridge.objects.get(slug=_slug(size))
    looked = _timed(lambda: sum(needed for _, needed in listings_to_encode(bridge.pk, "bridge-1")))
    fitted = _timed(lambda: fit_statistics(bridge.pk))
    digest = _timed(lambda: pool_digest(bridge.pk))
    overdue = _timed(overdue_work)
    organisations: list[int] = []
    listed = _timed(lambda: organisations.extend(organisations_to_match(bridge.pk)))
    before = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    step = max(1, len(organisations) // (arguments.parts * ORGANISATIONS_A_PART))
    sample = organisations[::step][: arguments.parts * ORGANISATIONS_A_PART]
    processor = time.process_time()
    worked = _timed(lambda: [refresh_pairs(pk, bridge.pk) for pk in sample])
    processor = time.process_time() - processor
    each = worked / len(sample)
    return {
        "look_s": round(looked, 1), "fit_s": round(fitted, 1), "digest_s": round(digest, 1), "list_s": round(listed, 1),
        "overdue_s": round(overdue, 2), "prepare_peak_mb": before, "organisations": len(organisations),
        "organisation_s": round(each, 3), "organisation_worker_processor_s": round(processor / len(sample), 3),
        "load": os.getloadavg()[0],
        "all_organisations_h_one_worker": round(each * len(organisations) / 3600, 2),
    }  # fmt: skip


STAGES: dict[str, Callable[[int, argparse.Namespace], dict[str, Any]]] = {
    "fill": fill, "pairs": pairs, "choose": choose, "changes": changes, "parts": parts,
    "during_parts": during_parts, "during_choice": during_choice,
}  # fmt: skip
#: What goes on beside a step, in a process of its own, until that is over.
BESIDE = {"work_parts": work_parts, "work_choice": work_choice}


class Memory:
    """The greatest memory of another process's own, while the block runs."""

    def __init__(self, pid: int) -> None:
        import psutil

        self.process = psutil.Process(pid)
        self.peak_mb = 0
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.2):
            self.peak_mb = max(self.peak_mb, self.process.memory_info().rss >> 20)


def _slug(size: int) -> str:
    return f"bench-{size}"


def _timed(act: Callable[[], Any]) -> float:
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
