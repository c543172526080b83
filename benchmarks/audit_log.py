"""How long the pages and searches of a bridge's log take, and its export, with a million acts in it.

    .venv/bin/python benchmarks/audit_log.py --acts 1000000

Starts a database of its own under `var/benchmark` (durable, as the site's) and removes it in the end. The acts are
synthetic: three years of them, by 3,000 people of 2,000 organisations about 20,000 needs and offers, a tenth of them on
a second bridge, a twentieth private, a tenth of them seen by a second organisation. How often a verb occurs is set by
hand; one is rare. Times are of whole requests inside the process, through the middleware to the last byte of the page,
without the network; the first of each is not counted.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]

PEOPLE, ORGANISATIONS, LISTINGS, DAYS = 3000, 2000, 20_000, 1095
#: One of so many acts is of this verb; the rest change listings.
VERBS = {
    "submit_listing": 10, "review_listing": 11, "pause_listing": 13, "set_next_step": 17, "apply_to_bridge": 101,
    "invite": 29, "update_organisation": 23, "import_listing": 6, "change_policy": 50_021,
}  # fmt: skip


def main() -> None:
    """Fill the database, measure in a process of its own, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--acts", type=int, default=1_000_000)
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "benchmark", help="where the database goes")
    parser.add_argument("--repeat", type=int, default=15, help="requests of each kind")
    parser.add_argument("--keep", action="store_true", help="leave the database there, running")
    parser.add_argument("--export-since", default="2000-01-01", help="first day of what is exported")
    parser.add_argument("--measure-only", action="store_true", help="on a database that was kept")
    parser.add_argument("--stage", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.stage:
        {"fill": _fill, "measure": _measure}[arguments.stage](arguments)
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
        for stage in ("measure",) if arguments.measure_only else ("fill", "measure"):
            command = [sys.executable, __file__, "--stage", stage, "--acts", str(arguments.acts)]
            command += ["--export-since", arguments.export_since]
            subprocess.run([*command, "--repeat", str(arguments.repeat)], env=environment, check=True)
    finally:
        if not arguments.keep:
            engines.remove()


def _fill(arguments: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.db import connection

    from qiao.accounts.models import User
    from qiao.bridges.models import Bridge, BridgeStaff, MatchingPolicy, Side
    from qiao.directory.models import Affiliation, Listing, Membership, Organisation

    begun = time.perf_counter()
    bridges = []
    for slug in ("bench", "other"):
        bridge = Bridge.objects.create(slug=slug, name=slug, languages=["en", "zh-hans"], state="open")
        side = Side.objects.create(bridge=bridge, code="gb", country="GB", position=0)
        MatchingPolicy.objects.create(bridge=bridge)
        bridges.append((bridge, side))
    bridge, side = bridges[0]
    people = User.objects.bulk_create(
        User(email=f"p{n}@people.example", name=f"Person {n} {'Zhou' if n % 1000 == 7 else 'Lee'}")
        for n in range(PEOPLE)
    )
    BridgeStaff.objects.create(bridge=bridge, user=people[0], role="organiser")
    organisations = Organisation.objects.bulk_create(
        Organisation(name_en=f"Organisation {n}", kind="sme", country="GB", size="small") for n in range(ORGANISATIONS)
    )
    Membership.objects.bulk_create(
        Membership(bridge=bridge, organisation=one, side=side, state="approved") for one in organisations
    )
    Affiliation.objects.bulk_create(
        Affiliation(user=one, organisation=organisations[n % ORGANISATIONS], role="owner")
        for n, one in enumerate(people[1:])
    )
    listings = Listing.objects.bulk_create(
        (
            Listing(
                organisation=organisations[n % ORGANISATIONS], bridge=bridge, direction="need", kind="technology",
                language="en", title=f"{'Gait sensor' if n % 5000 == 11 else 'Partner'} wanted, {n}", text="x",
                state="published",
            )
            for n in range(LISTINGS)
        ),
        batch_size=5000,
    )  # fmt: skip
    verb = " ".join(f"WHEN n % {one_in} = 3 THEN '{verb}'" for verb, one_in in VERBS.items())
    first = {"people": people[0].pk, "organisations": organisations[0].pk, "listings": listings[0].pk}
    with connection.cursor() as cursor:
        written = time.perf_counter()
        cursor.execute(
            f"""
            INSERT INTO activity_auditentry
                (at, actor_id, verb, subject_type, subject_id, bridge_id, organisation_id, before, after, detail,
                 private, also)
            SELECT now() - interval '1 day' * {DAYS} * (1 - n::float / %(acts)s),
                   CASE WHEN n %% 20 = 1 THEN NULL ELSE %(people)s + (n * 7919) %% {PEOPLE} END,
                   CASE {verb.replace("%", "%%")} ELSE 'update_listing' END,
                   CASE WHEN n %% 23 = 3 THEN 'directory.organisation' ELSE 'directory.listing' END,
                   CASE WHEN n %% 23 = 3 THEN %(organisations)s + (n * 31) %% {ORGANISATIONS}
                        ELSE %(listings)s + (n * 31) %% {LISTINGS} END,
                   CASE WHEN n %% 10 = 9 THEN %(other)s ELSE %(bridge)s END,
                   %(organisations)s + (n * 31) %% {ORGANISATIONS}, 'in_review', 'published', '{{}}', n %% 20 = 7,
                   CASE WHEN n %% 10 = 4 THEN ARRAY[%(organisations)s + (n * 17) %% {ORGANISATIONS}] ELSE '{{}}' END
            FROM generate_series(1, %(acts)s::bigint) AS n
            """,  # noqa: S608 - constants of this file
            first | {"acts": arguments.acts, "bridge": bridge.pk, "other": bridges[1][0].pk},
        )
        print(f"{arguments.acts} acts written in {time.perf_counter() - written:.0f} s")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(
            "SELECT pg_size_pretty(pg_table_size('activity_auditentry')),"
            " pg_size_pretty(pg_indexes_size('activity_auditentry'))"
        )
        print("table and indexes:", *cursor.fetchone())
    print(f"filled in {time.perf_counter() - begun:.0f} s")


def _measure(arguments: argparse.Namespace) -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from qiao.accounts.models import User
    from qiao.activity.models import AuditEntry
    from qiao.directory.models import Affiliation, Organisation

    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SECURE_SSL_REDIRECT = False
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    }
    organiser = Client()
    organiser.force_login(User.objects.get(email="p0@people.example"))
    acts = AuditEntry.objects.all()
    middle = acts.order_by("pk")[arguments.acts // 2]
    oldest = acts.order_by("pk")[60]
    cursor = {row.pk: f"{int(row.at.timestamp() * 1_000_000)}-{row.pk}" for row in (middle, oldest)}
    log = "/organiser/bench/log/"
    requests: dict[str, tuple[Client, str, dict[str, str]]] = {
        "first page": (organiser, log, {}),
        "page in the middle": (organiser, log, {"older": cursor[middle.pk]}),
        "last page": (organiser, log, {"older": cursor[oldest.pk]}),
        "page before the last": (organiser, log, {"newer": cursor[oldest.pk]}),
        "a frequent act": (organiser, log, {"verb": "update_listing"}),
        "an act of 1 in 50,000": (organiser, log, {"verb": "change_policy"}),
        "an act that never was": (organiser, log, {"verb": "appeal"}),
        "a kind that never was": (organiser, log, {"kind": "directory.report"}),
        "a person, by address": (organiser, log, {"person": "p1234@people"}),
        "a person who never acted": (organiser, log, {"person": "nobody@people"}),
        "an organisation": (organiser, log, {"about": "Organisation 1234"}),
        "three days, two years ago": (organiser, log, {"since": "2024-11-20", "until": "2024-11-22"}),
        "a word of four titles": (organiser, log, {"q": "gait"}),
        "a word of three people": (organiser, log, {"q": "zhou"}),
        "two words, of act and title": (organiser, log, {"q": "gait paused"}),
        "a word of nothing": (organiser, log, {"q": "xylophone"}),
        "person, act and days": (
            organiser, log, {"person": "p1234@people", "verb": "pause_listing", "since": "2025-01-01"},
        ),
        "person and organisation who never met": (
            organiser, log, {"person": "p1234@people", "about": "Organisation 77"},
        ),
    }  # fmt: skip
    member = Client()
    affiliation = Affiliation.objects.filter(organisation=Organisation.objects.get(name_en="Organisation 1234")).first()
    assert affiliation is not None
    member.force_login(affiliation.user)
    requests["an organisation's history"] = (member, "/bench/my/history/", {})
    listing = affiliation.organisation.listings.first()
    requests["a listing's page, with its history"] = (member, f"/bench/listings/{listing.public_id}/", {})
    print("| request | median ms | slowest ms | queries |\n|---|---|---|---|")
    for name, (client, address, query) in requests.items():
        times, queries = [], 0
        for _ in range(arguments.repeat + 1):
            begun = time.perf_counter()
            with CaptureQueriesContext(connection) as captured:
                answer = client.get(address, query)
            times.append((time.perf_counter() - begun) * 1000)
            queries = len(captured)
            assert answer.status_code == 200, (name, answer.status_code)
        slowest = max(captured, key=lambda one: float(one["time"]))
        print(f"| {name} | {statistics.median(times[1:]):.0f} | {max(times[1:]):.0f} | {queries} |", flush=True)
        if os.environ.get("BENCHMARK_SQL") and float(slowest["time"]) > 0.05:
            with connection.cursor() as cursor_:
                cursor_.execute("EXPLAIN (ANALYZE, BUFFERS) " + slowest["sql"])
                print(slowest["sql"][:1500], *(line[0] for line in cursor_.fetchall()), sep="\n")
    for file_format in ("csv", "jsonl"):
        begun, first, size = time.perf_counter(), 0.0, 0
        answer: Any = organiser.post(
            f"/organiser/bench/log/file/?since={arguments.export_since}", {"format": file_format}
        )
        for piece in answer.streaming_content:
            first = first or time.perf_counter() - begun
            size += len(piece)
        print(
            json.dumps(
                {
                    "export": file_format,
                    "first piece s": round(first, 2),
                    "all s": round(time.perf_counter() - begun, 1),
                    "MB": round(size / 1e6, 1),
                    "peak memory MB": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
                }
            )
        )


if __name__ == "__main__":
    main()
