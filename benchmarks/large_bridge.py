"""Fills a database with a bridge of any size, for measuring.

Real at the root, synthetic above it: organisations, needs and offers are those of the demonstration bridge, encoded by
the real encoder; each is copied until the size is reached, a copy's vector being that of its original, mixed with
another of the same kind, plus noise. So similarities spread as those of real texts do, and a text that is edited and
encoded lands among its like. Rows go in by COPY and bulk inserts, not by the domain functions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import yaml
from django.db import connection
from django.utils import timezone
from i18nfield.strings import LazyI18nString
from numpy.typing import NDArray

from matching.app.adapters import text_fields
from matching.app.domain.encoding import hash_of_quoted, versions_of
from matching.app.encoder import configured_encoder
from matching.app.models import BridgeEncoder, ListingSentences, ListingVector, Proposal
from matching.embedding.evidence import sentences_of
from matching.embedding.protocol import unit
from qiao.bridges.models import Bridge, MatchingPolicy, Side
from qiao.directory.enums import ListingState, MembershipState
from qiao.directory.models import Listing, Membership, Organisation, Sector

DATA = Path(__file__).resolve().parents[1] / "platform" / "qiao" / "demonstration" / "data" / "uk_china"
ORGANISATION_FIELDS = (
    "name_en", "name_zh", "kind", "size", "founded", "country", "city_en", "city_zh", "summary_en", "summary_zh",
)  # fmt: skip
LISTING_FIELDS = (
    "direction", "kind", "language", "title", "text", "other_title", "other_text", "stage", "trl", "ip_status", "forms",
    "partner_kinds", "partner_sizes", "countries", "amount_min", "amount_max", "currency", "stages_sought",
    "regions_sought",
)  # fmt: skip
#: How much of a copy's vector is another listing's of its kind, and how long the noise is, its own part being 1.
MIXED, NOISE = 0.35, 0.45
AT_ONCE = 2_000


@dataclass(frozen=True)
class Original:
    """An organisation of the demonstration with its listings; of each, the vectors by language."""

    organisation: dict[str, Any]
    listings: list[dict[str, Any]]
    vectors: list[dict[str, NDArray[np.float32]]] = field(default_factory=list)
    sentences: list[dict[str, Any]] = field(default_factory=list)


def originals(most: int | None = None) -> list[Original]:
    """The demonstration's organisations, those of both countries in turn, with the vectors of their listings.

    With `most`, only as many organisations as have that many listings.
    """
    by_country: dict[str, list[Original]] = {"GB": [], "CN": []}
    for path in sorted(DATA.glob("organisations_*.yaml")):
        for values in yaml.safe_load(path.read_text(encoding="utf-8")):
            listings = [one for one in values.get("listings") or [] if one.get("state", "published") == "published"]
            if listings and values["country"] in by_country:
                by_country[values["country"]].append(Original(values, listings))
    made = [one for pair in zip(*by_country.values(), strict=False) for one in pair]
    so_many = np.cumsum([len(one.listings) for one in made])
    made = made[: None if most is None else int(np.searchsorted(so_many, most)) + 1]
    named = configured_encoder()
    encoder, quoting = named.load(), named.load_for_sentences()
    assert encoder is not None
    assert quoting is not None
    for one in made:
        for values in one.listings:
            listing = Listing(**_values(values, LISTING_FIELDS))
            versions = versions_of(listing)
            vectors = encoder.encode([version.text for version in versions])
            one.vectors.append({version.language: row for version, row in zip(versions, vectors, strict=True)})
            one.sentences.append(sentences_of(text_fields(listing), quoting).to_json())
    return made


def fill(slug: str, size: int, roots: list[Original], *, seed: int = 0) -> Bridge:
    """A bridge with so many published listings and their vectors, but no proposals."""
    generator = np.random.default_rng(seed)
    bridge = Bridge.objects.create(
        slug=slug, name=LazyI18nString({"en": slug}), languages=["en", "zh-hans"], state="open"
    )
    sides = {
        country: Side.objects.create(bridge=bridge, code=country.lower(), country=country, position=position)
        for position, country in enumerate(("GB", "CN"))
    }
    MatchingPolicy.objects.create(bridge=bridge)
    encoder = configured_encoder()
    BridgeEncoder.objects.create(bridge=bridge, in_use=encoder.name, in_use_setting=encoder.setting)
    sectors = dict(Sector.objects.values_list("code", "pk"))
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE IF NOT EXISTS root_sentences (id int PRIMARY KEY, data jsonb)")
        cursor.execute("TRUNCATE root_sentences")
        flat = [sentences for one in roots for sentences in one.sentences]
        rows = [(number, json.dumps(data)) for number, data in enumerate(flat)]
        cursor.executemany("INSERT INTO root_sentences VALUES (%s, %s::jsonb)", rows)
    mixing = _vectors_by_kind(roots)
    starts = np.cumsum([0, *(len(one.listings) for one in roots)])
    left = size
    for copies in _slices(_copies(size, roots)):
        organisations = Organisation.objects.bulk_create(
            Organisation(**_values(roots[root].organisation, ORGANISATION_FIELDS)) for root, _ in copies
        )
        Membership.objects.bulk_create(
            Membership(bridge=bridge, organisation=one, side=sides[one.country], state=MembershipState.APPROVED)
            for one in organisations
        )
        made: list[tuple[Listing, int, int]] = []
        for (root, copy), organisation in zip(copies, organisations, strict=True):
            for number, values in enumerate(roots[root].listings[:left]):
                left -= 1
                listing = Listing(
                    organisation=organisation, bridge=bridge, state=ListingState.PUBLISHED,
                    published_at=timezone.now(), **_values(values, LISTING_FIELDS),
                )  # fmt: skip
                listing.text = f"{listing.text.strip()}\n\n{copy}."
                made.append((listing, root, number))
        Listing.objects.bulk_create([listing for listing, _, _ in made])
        through = Listing.sectors.through
        through.objects.bulk_create(
            through(listing_id=listing.pk, sector_id=sectors[code])
            for listing, root, number in made
            for code in roots[root].listings[number].get("sectors") or ()
            if code in sectors
        )
        _copy_vectors(bridge, encoder.name, made, roots, mixing, generator)
        _copy_sentences(encoder.sentences, made, starts)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return bridge


def spread_pairs(source: Bridge, target: Bridge, *, each: int, seed: int = 0) -> int:
    """Current pairs for a bridge, as a run would leave them: the source's, between copies of the same originals.

    Each organisation of the first side gets `each`, with the source's scores, a little moved, and its reasons.
    """
    generator = np.random.default_rng(seed)
    names = dict(
        Membership.objects.filter(bridge__in=(source, target)).values_list("organisation", "organisation__name_en")
    )
    country = dict(Membership.objects.filter(bridge__in=(source, target)).values_list("organisation", "side__code"))
    copies: dict[str, list[int]] = {}
    for pk in Membership.objects.filter(bridge=target).values_list("organisation", flat=True):
        copies.setdefault(names[pk], []).append(pk)
    partners: dict[str, list[tuple[int, str]]] = {}
    for pk, first, second in Proposal.objects.filter(bridge=source).values_list("pk", "first", "second"):
        one, other = (first, second) if country[first] == "gb" else (second, first)
        partners.setdefault(names[one], []).append((pk, names[other]))
    listing = dict(Listing.objects.filter(bridge=target).order_by("-pk").values_list("organisation", "pk"))
    rows: list[tuple[int, int, int, int, int, float]] = []
    for name, ends in copies.items():
        found = partners.get(name)
        if not found:
            continue
        for end in ends:
            seen: set[int] = set()
            for place in generator.integers(0, len(found), each):
                template, other_name = found[place]
                others = copies.get(other_name, ())
                other = others[generator.integers(0, len(others))] if others else end
                if other == end or other in seen:
                    continue
                seen.add(other)
                first, second = sorted((end, other))
                rows.append(
                    (template, first, second, listing[first], listing[second], float(generator.normal(0, 0.03)))
                )
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE spread (n serial, template bigint, first bigint, second bigint, fl bigint, sl bigint,"
            " moved float)"
        )
        with cursor.copy("COPY spread (template, first, second, fl, sl, moved) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
        columns = [str(one.column) for one in Proposal._meta.concrete_fields if one.column != "id"]
        given = {
            "public_id": f"'x' || lpad(to_hex(({target.pk * 100_000_000} + s.n)::bigint), 11, '0')",
            "bridge_id": str(target.pk), "first_id": "s.first", "second_id": "s.second", "first_listing_id": "s.fl",
            "second_listing_id": "s.sl", "score": "least(0.99, greatest(0.01, p.score + s.moved))", "run_id": "NULL",
            "rank_for_first": "NULL", "rank_for_second": "NULL",
        }  # fmt: skip
        values = ", ".join(given.get(column, f"p.{column}") for column in columns)
        cursor.execute(
            f"INSERT INTO matching_proposal ({', '.join(columns)}) SELECT {values}"  # noqa: S608 - our own names
            " FROM spread s JOIN matching_proposal p ON p.id = s.template ON CONFLICT DO NOTHING"
        )
        count = int(cursor.rowcount)
        cursor.execute("DROP TABLE spread")
        cursor.execute("ANALYZE matching_proposal")
    return count


def _values(values: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: values[name] for name in names if values.get(name) is not None}


def _copies(size: int, roots: list[Original]) -> list[tuple[int, int]]:
    """Numbers of originals, each with the number of its copy, until there are enough listings."""
    found: list[tuple[int, int]] = []
    listings, copy = 0, 0
    while listings < size:
        copy += 1
        for root, one in enumerate(roots):
            if listings >= size:
                break
            found.append((root, copy))
            listings += len(one.listings)
    return found


def _slices(copies: list[tuple[int, int]]) -> Iterator[list[tuple[int, int]]]:
    return (copies[start : start + AT_ONCE] for start in range(0, len(copies), AT_ONCE))


def _vectors_by_kind(roots: list[Original]) -> dict[str, list[NDArray[np.float32]]]:
    found: dict[str, list[NDArray[np.float32]]] = {}
    for one in roots:
        for values, vectors in zip(one.listings, one.vectors, strict=True):
            for language, vector in vectors.items():
                found.setdefault(f"{values['direction']} {values['kind']} {language}", []).append(vector)
    return found


def _copy_vectors(
    bridge: Bridge, encoder: str, made: list[tuple[Listing, int, int]], roots: list[Original],
    mixing: dict[str, list[NDArray[np.float32]]], generator: np.random.Generator,
) -> None:  # fmt: skip
    table = ListingVector._meta.db_table
    now = timezone.now()
    columns = "created_at, updated_at, listing_id, bridge_id, encoder, language, content_hash, vector, matched_at"
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({columns}) FROM STDIN WITH (FORMAT BINARY)") as copy,
    ):
        copy.set_types(
            ["timestamptz", "timestamptz", "int8", "int8", "varchar", "varchar", "varchar", "bytea", "timestamptz"]
        )
        for listing, root, number in made:
            own = roots[root].vectors[number]
            for version in versions_of(listing):
                base = own.get(version.language)
                if base is None:
                    base = next(iter(own.values()))
                others = mixing.get(f"{listing.direction} {listing.kind} {version.language}", [base])
                other = others[generator.integers(0, len(others))]
                noise = generator.normal(size=len(base)) * (NOISE / len(base) ** 0.5)
                vector = unit((base + MIXED * other + noise)[None].astype(np.float32))[0]
                halves = len(vector).to_bytes(2, "big") + b"\0\0" + vector.astype(">f2").tobytes()
                copy.write_row(
                    (now, now, listing.pk, bridge.pk, encoder, version.language, version.hash, halves, timezone.now())
                )


def _copy_sentences(quoting: str, made: list[tuple[Listing, int, int]], starts: NDArray[np.int64]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMP TABLE quoted (listing bigint, root int, hash text)")
        with cursor.copy("COPY quoted FROM STDIN") as copy:
            for listing, root, number in made:
                copy.write_row((listing.pk, int(starts[root]) + number, hash_of_quoted(listing)))
        cursor.execute(
            f"INSERT INTO {ListingSentences._meta.db_table}"  # noqa: S608 - our own table's name
            " (created_at, updated_at, listing_id, encoder, text_hash, data)"
            " SELECT now(), now(), q.listing, %s, q.hash, r.data FROM quoted q JOIN root_sentences r ON r.id = q.root",
            [quoting],
        )
        cursor.execute("DROP TABLE quoted")
