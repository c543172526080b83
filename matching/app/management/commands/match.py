"""`manage.py match --bridge SLUG`: a run of the matcher over a whole bridge."""

from __future__ import annotations

import sys
import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from matching.app.domain.runs import request_run, run_in_process
from matching.app.enums import RunState
from matching.app.models import MatchRun
from qiao.bridges.models import Bridge

POLL_SECONDS = 0.5
HINT_AFTER_SECONDS = 15


class Command(BaseCommand):
    """Runs the matcher over a bridge and shows how far it is."""

    help = "Match all organisations of a bridge. Workers do the work unless --in-process is given."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bridge", required=True, metavar="SLUG", help="address of the bridge, as in its URL")
        parser.add_argument("--seed", type=int, default=0, help="breaks ties of the choice; the same gives the same")
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--no-wait", action="store_true", help="hand the run to the workers and return at once")
        how.add_argument("--in-process", action="store_true", help="do the work here, without workers")

    def handle(self, *args: Any, bridge: str, seed: int, no_wait: bool, in_process: bool, **options: Any) -> None:
        found = Bridge.objects.filter(slug=bridge).first()
        if found is None:
            known = ", ".join(Bridge.objects.values_list("slug", flat=True)) or "none yet"
            raise CommandError(f"There is no bridge “{bridge}”. Bridges: {known}.")
        run = request_run(found, actor=None, seed=seed, hand_over=not in_process)
        if no_wait:
            self.stdout.write(f"Run {run.public_id} is with the workers.")
            return
        with Bar(run) as bar:
            try:
                run = run_in_process(run, progress=bar.show) if in_process else self._wait(run, bar)
                if in_process and run.state == RunState.RUNNING:  # a worker has taken some of its parts
                    run = self._wait(run, bar)
            except KeyboardInterrupt:
                raise CommandError(f"Left run {run.public_id} as it is; workers will finish it.") from None
        if run.state == RunState.FAILED:
            raise CommandError(f"Run {run.public_id} failed: {run.error}")
        self._summarise(run)

    def _wait(self, run: MatchRun, bar: Bar) -> MatchRun:
        began = time.monotonic()
        hinted = False
        while run.state in (RunState.WAITING, RunState.RUNNING):
            time.sleep(POLL_SECONDS)
            run.refresh_from_db()
            bar.show(run)
            if run.state == RunState.WAITING and not hinted and time.monotonic() - began > HINT_AFTER_SECONDS:
                self.stderr.write("No worker has taken the run up. Start one (make run), or use --in-process.")
                hinted = True
        return run

    def _summarise(self, run: MatchRun) -> None:
        figures = run.figures
        self.stdout.write(
            f"Run {run.public_id}: {figures['organisations']} organisations, {figures['listings']} needs and offers, "
            f"{figures['proposals']} proposals shown, {figures['covered']} organisations have one, "
            f"in {figures['seconds']:.1f} s."
        )
        for pair, count in sorted(figures["language_pairs"].items()):
            self.stdout.write(f"  {pair}: {count}")
        choice = figures["choice"]
        if choice["loss"] is not None:
            self.stdout.write(
                f"Spreading attention cost {choice['loss']:.1%} of the total score; {choice['gained']} organisations "
                f"are proposed to more others; the most sought expects {choice['most_requests']:.1f} requests, not "
                f"{choice['most_requests_unlimited']:.1f}. No choice is better by more than {choice['gap']:.2%}."
            )


class Bar:
    """The progress bar: first over the listings to encode, then over the organisations' parts."""

    def __init__(self, run: MatchRun) -> None:
        self.bar = tqdm(total=None, desc=run.bridge.slug, unit="part", file=sys.stderr, leave=False)

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    def show(self, run: MatchRun) -> None:
        """Show how far the run is."""
        if run.parts_total:
            total, done, unit = run.parts_total, run.parts_done, "part"
        else:
            total, done, unit = run.figures.get("to_encode", 0), run.figures.get("encoded", 0), "listing"
        self.bar.unit = unit
        self.bar.total = total or None
        self.bar.n = done
        self.bar.refresh()
