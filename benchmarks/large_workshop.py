"""How long the scheduler of meetings takes for a large workshop, through the site's own path.

    .venv/bin/python benchmarks/large_workshop.py --people 2000 --slots 40 --tables 500

Starts a database of its own under `var/benchmark` (durable, as the site's) and removes it in the end. The workshop is
synthetic: people of two countries, one to an organisation, so many pairs that the matcher holds of each with scores
between 0.2 and 1, some of them asked for and some agreed, one in four there for a part of the days only. Then what the
site does is done and timed: a run is asked for by an organiser, the worker's task reads the models, solves, checks,
stores and applies, and everybody concerned is told. The rules are counted anew from the rows in the end.
"""

from __future__ import annotations

import argparse
import datetime
import json
import os
import random
import resource
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]


def main() -> None:
    """Fill the database, measure in a process of its own, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--slots", type=int, default=40)
    parser.add_argument("--tables", type=int, default=500)
    parser.add_argument("--pairs", type=int, default=40, help="pairs that the matcher holds, of each")
    parser.add_argument("--asked", type=int, default=3, help="requests that each has made; a third of them is agreed")
    parser.add_argument("--seconds", type=int, default=120, help="what the organiser gives the solver")
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "benchmark", help="where the database goes")
    parser.add_argument("--stage", action="store_true", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.stage:
        _measure(arguments)
        return
    from qiao.embedded.engines import Engines

    os.environ.pop("DATABASE_URL", None)
    engines = Engines(home=arguments.home)
    addresses = engines.start()
    environment = os.environ | {
        "DATABASE_URL": addresses["database"], "REDIS_URL": addresses["broker"], "LOG_LEVEL": "ERROR",
        "DJANGO_SETTINGS_MODULE": "qiao.settings.base",
    }  # fmt: skip
    try:
        subprocess.run([sys.executable, str(ROOT / "manage.py"), "migrate", "-v", "0"], env=environment, check=True)
        subprocess.run([sys.executable, __file__, "--stage", *sys.argv[1:]], env=environment, check=True)
    finally:
        engines.remove()


def _measure(arguments: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.utils import timezone

    from matching.app.tasks_workshops import schedule_meetings
    from qiao.accounts.models import User
    from qiao.bridges.models import Bridge, MatchingPolicy, Side
    from qiao.directory.models import Listing, Membership, Organisation
    from qiao.workshops.domain.schedule_runs import request_run
    from qiao.workshops.models import (
        Meeting,
        MeetingMember,
        MeetingTable,
        Presence,
        Registration,
        ScheduleRun,
        Slot,
        Workshop,
        WorkshopStaff,
    )

    draw = random.Random(7)
    size = arguments.people
    begun = time.perf_counter()
    bridge = Bridge.objects.create(slug="bench", name="bench", languages=["en", "zh-hans"], state="open")
    sides = [
        Side.objects.create(bridge=bridge, code=code.lower(), country=code, position=place)
        for place, code in enumerate(("GB", "CN"))
    ]
    MatchingPolicy.objects.create(bridge=bridge)
    users = User.objects.bulk_create(User(email=f"p{n}@people.example", name=f"Person {n}") for n in range(size + 1))
    organisations = Organisation.objects.bulk_create(
        Organisation(name_en=f"Organisation {n}", kind="sme", country=sides[n % 2].country, size="small")
        for n in range(size)
    )
    Membership.objects.bulk_create(
        Membership(bridge=bridge, organisation=one, side=sides[n % 2], state="approved")
        for n, one in enumerate(organisations)
    )
    listings = Listing.objects.bulk_create(
        Listing(
            organisation=one, bridge=bridge, direction="need", kind="technology", language="en", title=f"Need {n}",
            text="x", state="published",
        )
        for n, one in enumerate(organisations)
    )  # fmt: skip
    days = 4
    first = timezone.now().date() + datetime.timedelta(days=40)
    workshop = Workshop.objects.create(
        bridge=bridge, name="Large", state="published", first_day=first, time_zone="Europe/London",
        last_day=first + datetime.timedelta(days=days - 1),
    )  # fmt: skip
    WorkshopStaff.objects.create(workshop=workshop, user=users[size], role="programme")
    people = Registration.objects.bulk_create(
        Registration(
            workshop=workshop, organisation=organisations[n], user=users[n], name=f"Person {n}", languages=["en"],
            email=users[n].email, state="confirmed", confirmed_at=timezone.now(),
        )
        for n in range(size)
    )  # fmt: skip
    each = -(-arguments.slots // days)
    zone = workshop.zone
    starts = [
        datetime.datetime.combine(first + datetime.timedelta(days=n // each), datetime.time(9), tzinfo=zone)
        + datetime.timedelta(minutes=30 * (n % each))
        for n in range(arguments.slots)
    ]
    Slot.objects.bulk_create(
        Slot(workshop=workshop, starts_at=one, ends_at=one + datetime.timedelta(minutes=30)) for one in starts
    )
    MeetingTable.objects.bulk_create(MeetingTable(workshop=workshop, number=n + 1) for n in range(arguments.tables))
    part = []
    for number, one in enumerate(people):
        if number % 4 == 3:
            begin = draw.randrange(0, arguments.slots // 2)
            until = begin + arguments.slots // 2 - 1
            part.append(
                Presence(
                    registration=one, starts_at=starts[begin], ends_at=starts[until] + datetime.timedelta(minutes=30)
                )
            )
    Presence.objects.bulk_create(part)
    pairs: dict[tuple[int, int], float] = {}
    asked: list[tuple[int, int]] = []
    for n in range(0, size, 2):
        others = draw.sample(range(1, size, 2), min(arguments.pairs, size // 2))
        for other in others:
            pairs[(n, other)] = draw.uniform(0.2, 1.0)
        best = sorted(others, key=lambda other, n=n: -pairs[(n, other)])  # type: ignore[misc]
        asked += [(n, other) for other in best[: 2 * arguments.asked]]
    _write_pairs(bridge, organisations, listings, pairs)
    meetings = Meeting.objects.bulk_create(
        Meeting(
            workshop=workshop, state="agreed" if number % 3 == 0 else "requested", requested_at=timezone.now(),
            lapses_at=timezone.now() + datetime.timedelta(days=10),
        )
        for number in range(len(asked))
    )  # fmt: skip
    MeetingMember.objects.bulk_create(
        MeetingMember(
            meeting=meeting, registration=people[who], is_asking=place == 0,
            answer="yes" if place == 0 or meeting.state == "agreed" else "asked",
        )
        for meeting, pair in zip(meetings, asked, strict=True)
        for place, who in enumerate(pair)
    )  # fmt: skip
    filled = time.perf_counter() - begun
    begun = time.perf_counter()
    run = request_run(workshop, actor=users[size], scope="all", seconds=arguments.seconds, apply=True)
    schedule_meetings(run.pk)
    took = time.perf_counter() - begun
    run = ScheduleRun.objects.get(pk=run.pk)
    held = MeetingMember.objects.filter(meeting__workshop=workshop, held_slot__isnull=False)
    rows = list(held.values_list("registration_id", "meeting__slot_id", "held_slot_id"))
    placed = Meeting.objects.filter(workshop=workshop, state="scheduled")
    tables = Counter(placed.filter(table__isnull=False).values_list("slot_id", "table_id"))
    counts = Counter(who for who, _slot, _held in rows)
    there = {one.registration_id: (one.starts_at, one.ends_at) for one in part}
    slots = {one.pk: one for one in Slot.objects.filter(workshop=workshop)}
    absent = sum(
        1
        for who, _slot, taken in rows
        if who in there and not (there[who][0] <= slots[taken].starts_at and slots[taken].ends_at <= there[who][1])
    )
    twice = sum(n - 1 for n in Counter((who, taken) for who, _slot, taken in rows).values())
    found = {
        "people": size,
        "slots": arguments.slots,
        "tables": arguments.tables,
        "pairs": len(pairs),
        "asked": len(asked),
        "seconds to fill the database": round(filled, 1),
        "seconds from the request to the applied schedule": round(took, 1),
        "state": run.state,
        "error": run.error,
        "figures": run.figures,
        "meetings in the database": placed.count(),
        "fewest of one person": min((counts[one.pk] for one in people), default=0),
        "rules broken": {
            "twice at a time": twice,
            "not there": absent,
            "table twice": sum(n - 1 for n in tables.values()),
            "without a table": placed.filter(table=None).count(),
            "held another time than the meeting's": sum(1 for _who, slot, taken in rows if slot != taken),
        },
        "peak memory, MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "load": round(os.getloadavg()[0], 1),
    }
    print(json.dumps(found, indent=1, default=str))


def _write_pairs(
    bridge: Any, organisations: list[Any], listings: list[Any], pairs: dict[tuple[int, int], float]
) -> None:
    from matching.app.models import Proposal

    rows = []
    for (one, other), score in pairs.items():
        first, second = sorted((one, other), key=lambda n: organisations[n].pk)
        rows.append(
            Proposal(
                bridge=bridge, first=organisations[first], second=organisations[second], first_listing=listings[first],
                second_listing=listings[second], score=score, score_for_first=score, score_for_second=score,
                band="good", encoder="none", reasons={},
            )
        )  # fmt: skip
    Proposal.objects.bulk_create(rows, batch_size=2000)


if __name__ == "__main__":
    main()
