"""The board of cases with tens of thousands of introductions: time at the server and number of queries of each page.

    python -m benchmarks.desk [--cases 50000] [--repeats 7]

Starts a database of its own under `var/` and removes it in the end, fills it with statements of SQL, and asks for each
page by Django's test client (views, queries and templates, no network). The median is printed.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qiao.settings.test")

FILL = """
INSERT INTO directory_organisation (public_id, created_at, updated_at, name_en, name_zh, kind, size, country, region_en,
    region_zh, city_en, city_zh, website, summary_en, summary_zh, description_en, description_zh, source, external_id)
SELECT 'o' || lpad(n::text, 9, '0'), now(), now(), 'Organisation ' || n, '',
    (ARRAY['startup','sme','university','hospital'])[1 + n %% 4], 'small', (ARRAY['GB','CN'])[1 + n %% 2],
    '', '', '', '', '', '', '', '', '', '', ''
FROM generate_series(1, %(organisations)s) n;

INSERT INTO directory_membership (public_id, created_at, updated_at, bridge_id, organisation_id, side_id, state,
    applied_at)
SELECT 'm' || lpad(o.id::text, 9, '0'), now(), now(), %(bridge)s, o.id,
    (SELECT id FROM bridges_side s WHERE s.bridge_id = %(bridge)s AND s.country = o.country), 'approved', now()
FROM directory_organisation o;

INSERT INTO partnerships_introduction (public_id, created_at, updated_at, bridge_id, first_id, second_id, origin, state,
    paused_from, via_advisers, requested_at, lapses_at, opened_at, close_reason, close_note, note, agenda, next_step,
    next_step_on, stage, stirred_at, is_held_up)
SELECT 'i' || lpad(row_number() OVER ()::text, 9, '0'), now() - age, now(), %(bridge)s, a, b, 'proposal', state, '',
    false, now() - age, now() - age + interval '14 days', CASE WHEN stage <> '' THEN now() - age END, '', '', '', '[]',
    CASE WHEN k %% 3 = 0 THEN 'Call' ELSE '' END, CASE WHEN k %% 3 = 0 THEN current_date + (k %% 40 - 10) END, stage,
    now() - age / 2, false
FROM (
    SELECT k, a.id AS a, b.id AS b, make_interval(hours => k %% 4000) AS age,
        CASE WHEN k %% 10 < 2 THEN 'requested' WHEN k %% 10 = 2 THEN 'lapsed' WHEN k %% 50 = 3 THEN 'with_advisers'
             ELSE 'open' END AS state,
        CASE WHEN k %% 10 < 3 OR k %% 50 = 3 THEN ''
             ELSE (ARRAY['introduced','meeting','nda','memorandum','agreement','outcome'])[1 + (k / 10) %% 6] END
             AS stage
    FROM (SELECT n AS k, 1 + n %% (%(organisations)s / 2) AS x, 1 + (n / (%(organisations)s / 2)) AS step
          FROM generate_series(0, %(cases)s - 1) n) t
    JOIN LATERAL (SELECT min(id) AS base FROM directory_organisation) base ON true
    JOIN directory_organisation a ON a.id = base.base + t.x - 1
    JOIN directory_organisation b ON b.id = base.base + %(organisations)s / 2
        + (t.x + t.step) %% (%(organisations)s / 2)
) made;

INSERT INTO directory_listing (public_id, created_at, updated_at, organisation_id, bridge_id, direction, kind, language,
    title, text, other_title, other_text, stage, ip_status, forms, partner_kinds, partner_sizes, countries, currency,
    stages_sought, regions_sought, anonymous, state, version, source, external_id, search)
SELECT 'l' || lpad(o.id::text, 9, '0'), now(), now(), o.id, %(bridge)s, 'need', '', 'en', 'Title ' || o.id, 'Text', '',
    '', '', '', '{}', '{}', '{}', '{}', '', '{}', '{}', false, 'published', 1, '', '',
    setweight(to_tsvector('simple', 'title ' || o.id), 'A') || setweight(to_tsvector('simple', 'text'), 'B')
FROM directory_organisation o;

INSERT INTO matching_proposal (public_id, created_at, updated_at, bridge_id, first_id, second_id, first_listing_id,
    second_listing_id, state, score, band, score_for_first, score_for_second, kept_for_first, kept_for_second, to_try,
    reasons, encoder, policy_version, model_version)
SELECT 'p' || lpad(i.id::text, 9, '0'), now(), now(), i.bridge_id, i.first_id, i.second_id, a.id, b.id, 'current', 0.5,
    (ARRAY['strong','good','possible'])[1 + i.id %% 3], 0.5, 0.5, false, false, false, '{}', 'none', 1, 1
FROM partnerships_introduction i
JOIN directory_listing a ON a.organisation_id = i.first_id JOIN directory_listing b ON b.organisation_id = i.second_id;

UPDATE partnerships_introduction i
SET proposal_id = p.id, first_listing_id = p.first_listing_id, second_listing_id = p.second_listing_id
FROM matching_proposal p WHERE p.first_id = i.first_id AND p.second_id = i.second_id AND i.id %% 10 > 0;

INSERT INTO partnerships_party (created_at, updated_at, introduction_id, organisation_id, asks, has_asked, asked_at,
    answer, answered_at, reason, comment, adviser_id)
SELECT now(), now(), i.id, side.organisation, side.asks, side.asks, CASE WHEN NOT side.asks THEN i.requested_at END,
    CASE WHEN side.asks OR i.stage <> '' THEN 'interested' ELSE '' END,
    CASE WHEN side.asks OR i.stage <> '' THEN i.requested_at + interval '30 hours' END, '', '',
    CASE WHEN i.id %% 4 = 0 THEN %(adviser)s END
FROM partnerships_introduction i
CROSS JOIN LATERAL (VALUES (i.first_id, true), (i.second_id, false)) AS side (organisation, asks);

INSERT INTO partnerships_milestone (public_id, created_at, updated_at, introduction_id, stage, happened_on, state,
    comment, kind, currency, funding_source, other_parties, confidentiality)
SELECT 'x' || lpad(i.id::text, 9, '0'), now(), now(), i.id, i.stage, current_date - 30,
    CASE WHEN i.id %% 97 = 0 THEN 'disputed' ELSE 'confirmed' END, '', '', '', '', '', 'parties'
FROM partnerships_introduction i WHERE i.stage NOT IN ('', 'introduced');
ANALYZE;
"""


def main() -> None:
    """Fill, ask, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=50_000)
    parser.add_argument("--organisations", type=int, default=4_000)
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--home", type=Path, default=ROOT / "var" / "benchmark_desk", metavar="FOLDER")
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
    from django.test.utils import CaptureQueriesContext, override_settings

    from qiao.bridges.enums import BridgeRole
    from qiao.partnerships.domain.queries.troubles import keep_held_up
    from qiao.partnerships.models import Introduction
    from tests.factories import BridgeFactory, UserFactory, staff

    bridge, organiser = BridgeFactory(slug="large"), UserFactory()
    staff(bridge, organiser, BridgeRole.ORGANISER)
    with connection.cursor() as cursor:
        cursor.execute(
            FILL,
            {
                "organisations": options.organisations,
                "cases": options.cases,
                "bridge": bridge.pk,
                "adviser": organiser.pk,
            },
        )
    began = time.perf_counter()
    held_up = keep_held_up()
    print(f"{held_up:,} cases held up, found in {time.perf_counter() - began:.1f} s by the task")
    client = Client()
    client.force_login(organiser)
    case = Introduction.objects.filter(stage="meeting").order_by("pk")[0]
    root = f"/organiser/{bridge.slug}/cases/"
    pages = {
        "the desk's front page": f"/organiser/{bridge.slug}/",
        "board": root,
        "list": f"{root}?view=list",
        "list, page 500": f"{root}?view=list&page=500",
        "list, stuck": f"{root}?view=list&stuck=any",
        "board, one kind": f"{root}?kind=hospital",
        "list, by words": f"{root}?view=list&q=Organisation+77",
        "list, by title": f"{root}?view=list&q=Title+77",
        "list, one adviser": f"{root}?view=list&adviser={organiser.public_id}",
        "a case": f"{root}{case.public_id}/",
        "figures": f"{root}figures/",
    }
    print(f"{Introduction.objects.count():,} cases, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start")
    print("| page | median | queries |\n|---|---|---|")
    with override_settings(DEBUG=False):
        for name, address in pages.items():
            taken = []
            for _ in range(options.repeats):
                began = time.perf_counter()
                answer = client.get(address)
                taken.append(time.perf_counter() - began)
                if answer.status_code != 200:
                    raise SystemExit(f"{address} answered {answer.status_code}")
            with CaptureQueriesContext(connection) as queries:
                client.get(address)
            print(f"| {name} | {statistics.median(taken) * 1000:.0f} ms | {len(queries)} |", flush=True)


if __name__ == "__main__":
    main()
