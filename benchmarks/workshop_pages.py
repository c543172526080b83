"""Pages of a workshop with hundreds of people: time at the server and number of queries of each page.

    python -m benchmarks.workshop_pages [--people 500] [--repeats 7]

Starts a database of its own under `var/` and removes it in the end. Half of the organisations are of either side, five
people of each; everybody has two meetings with a time and one request. Everything is invented. Each page is asked for
by Django's test client (views, queries and templates, no network). The median is printed, and the number of queries
beside that of a workshop of a tenth of the size: they should not differ.
"""

from __future__ import annotations

import argparse
import datetime
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qiao.settings.test")
OF_EACH = 5


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=500)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "benchmark_workshop", metavar="FOLDER")
    options = parser.parse_args()
    from qiao.embedded.engines import Engines

    os.environ.pop("DATABASE_URL", None)
    engines = Engines(home=options.home)
    addresses = engines.start()
    os.environ |= {"DATABASE_URL": addresses["database"], "REDIS_URL": addresses["broker"], "LOG_LEVEL": "ERROR"}
    try:
        import django

        django.setup()
        from django.test.runner import DiscoverRunner

        runner = DiscoverRunner(verbosity=0, interactive=False)
        made = runner.setup_databases()
        _measure(options)
        runner.teardown_databases(made)
    finally:
        engines.remove()


def _measure(options: Any) -> None:
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    def ask(client: Client, address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            answer = client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
        return len(queries)

    small, large = (_scene(f"workshop-{people}", people) for people in (options.people // 10, options.people))
    print(f"{options.people} people, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    print("| page | median | slowest | queries | with a tenth of the people |\n|---|---|---|---|---|")
    for name, (client, address) in large.items():
        few = ask(*small[name])
        many = ask(client, address)
        taken = []
        for _ in range(options.repeats):
            began = time.perf_counter()
            client.get(address)
            taken.append(time.perf_counter() - began)
        median, slowest = statistics.median(taken) * 1000, max(taken) * 1000
        print(f"| {name} | {median:.0f} ms | {slowest:.0f} ms | {many} | {few} |", flush=True)


def _scene(slug: str, count: int) -> dict[str, tuple[Any, str]]:
    """A workshop with so many people; its pages with who looks at each."""
    from django.test import Client
    from django.utils import timezone

    from qiao.workshops.domain.releasing import release_programme
    from qiao.workshops.models import Meeting, MeetingMember, Registration, Room, Session, SessionPerson
    from tests.factories import (
        BridgeFactory,
        ListingFactory,
        RegistrationFactory,
        UserFactory,
        WorkshopFactory,
        add_slots,
        add_tables,
        member,
        propose,
        staff,
    )

    bridge, organiser = BridgeFactory(slug=slug), UserFactory()
    staff(bridge, organiser, role="owner")
    workshop = WorkshopFactory(bridge=bridge, first_day=timezone.now().date(), time_zone="UTC", capacity=count + 10)
    organisations = [member(bridge, country="GB" if n % 2 else "CN") for n in range(count // OF_EACH)]
    people: list[Registration] = [
        RegistrationFactory(
            workshop=workshop, organisation=organisations[n // OF_EACH], goals=f"Goal {n}", is_listed=True
        )
        for n in range(count)
    ]
    slots, tables = add_slots(workshop, 24, hour=9), add_tables(workshop, max(2, count // 4))
    listings = [ListingFactory(organisation=one, bridge=bridge) for one in organisations]
    for listing in listings[1::2]:
        propose(listings[0], listing)
    half = count // 2
    for n in range(half):
        one, other = people[n], people[half + n]
        for turn in range(2):
            slot = slots[(n + turn * 7) % len(slots)]
            free = len(slots) * len(tables)
            table = tables[((n + turn * half) // len(slots)) % len(tables)] if free else None
            _meet(workshop, (one, other), "scheduled", slot=slot, table=table if turn == 0 else None)
        _meet(workshop, (other, people[(n + 1) % half]), "requested", wished_slot=slots[n % len(slots)])
    rooms = [Room.objects.create(workshop=workshop, name=f"Room {n}", capacity=60) for n in range(6)]
    begin = datetime.datetime.combine(workshop.first_day, datetime.time(8), tzinfo=datetime.UTC)
    for n in range(60):
        session = Session.objects.create(
            workshop=workshop, kind="panel", title=f"Session {n}", minutes=30, room=rooms[n % 6],
            starts_at=begin + datetime.timedelta(minutes=40 * (n // 6)),
        )  # fmt: skip
        for person in people[(n * 7) % count : (n * 7) % count + 6]:
            SessionPerson.objects.create(session=session, registration=person, role="speaker", answer="accepted")
    release_programme(workshop, actor=organiser)

    desk, mine = Client(), Client()
    desk.force_login(organiser)
    first = people[0]
    if first.user is not None:
        mine.force_login(first.user)
    theirs = Meeting.objects.filter(members__registration=first).order_by("pk")[0]
    at, at_desk = (f"{start}/{bridge.slug}/workshops/{workshop.public_id}/" for start in ("", "/organiser"))
    asked = next(one for one in people if one.organisation_id != first.organisation_id)
    assert MeetingMember.objects.exists()
    return {
        **{f"participant: {name}": (mine, at + path) for name, path in {
            "about": "", "programme": "programme/", "participants": "people/", "some participants": "people/?q=Goal+4",
            "my meetings": "meetings/", "whom to meet": "meetings/people/",
            "a meeting": f"meetings/{theirs.public_id}/", "ask somebody": f"meetings/ask/{asked.public_id}/",
            "walk-in": "meetings/walk-in/", "now and next": "now/",
            "my registration": "registration/", "screen": "screen/", "calendar": "calendar.ics",
        }.items()},
        **{f"desk: {name}": (desk, at_desk + path) for name, path in {
            "overview": "", "registrations": "registrations/", "registrations by words": "registrations/?q=Person+4",
            "a registration": f"registrations/{first.public_id}/", "proposed sessions": "suggestions/",
            "programme": "programme/", "releases": "programme/releases/", "meetings": "meetings/",
            "a meeting": f"meetings/{theirs.public_id}/", "set a meeting": "meetings/new/",
            "repair": "meetings/repair/", "slots": "slots/", "on the day": "day/", "door": "day/door/",
            "door's list": "day/door/list/",
            "table plan": "day/tables/", "badges": "day/badges/", "report": "report/",
        }.items()},
    }  # fmt: skip


def _meet(workshop: Any, people: tuple[Any, Any], state: str, *, slot: Any = None, **fields: Any) -> None:
    from django.utils import timezone

    from qiao.workshops.models import Meeting, MeetingMember

    taken = slot is not None and MeetingMember.objects.filter(registration__in=people, held_slot=slot).exists()
    if taken:
        return
    if fields.get("table") is not None and Meeting.objects.filter(table=fields["table"], slot=slot).exists():
        fields["table"] = None
    meeting = Meeting.objects.create(
        workshop=workshop, state=state, origin="request", slot=slot,
        lapses_at=timezone.now() + datetime.timedelta(days=1), **fields,
    )  # fmt: skip
    for n, one in enumerate(people):
        MeetingMember.objects.create(
            meeting=meeting, registration=one, held_slot=slot, is_asking=n == 0,
            answer="yes" if n == 0 or state == "scheduled" else "asked",
        )  # fmt: skip


if __name__ == "__main__":
    main()
