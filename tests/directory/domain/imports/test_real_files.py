"""The three files of real data that trials use, when they lie beside the repository. They are never copied into it."""

from __future__ import annotations

import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from qiao.bridges.models import Bridge
from qiao.directory.enums import ListingState
from qiao.directory.models import Listing, Membership, Organisation
from tests.directory.importing import figures, imported
from tests.factories import BridgeFactory

DATA = Path(__file__).resolve().parents[5] / "shared" / "data"

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(not DATA.is_dir(), reason="the real data (../shared/data) is not on this machine"),
]


def read(name: str) -> tuple[io.BytesIO, list[dict[str, Any]]]:
    content = (DATA / name).read_bytes()
    return io.BytesIO(content), [json.loads(line) for line in content.decode().splitlines()]


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory.create()


def test_open_source_organisations_each_get_an_offer(bridge: Bridge) -> None:
    file, rows = read("gsoc_orgs_2016_2025.jsonl")
    side = bridge.sides.get(code="gb")
    assert figures(imported(bridge, file, side=side)) == (len(rows), 0, 0, 0)
    assert Organisation.objects.filter(managed_by=bridge).count() == len(rows)
    assert Membership.objects.approved().filter(side=side).count() == len(rows)
    assert Listing.objects.live().filter(direction="offer", language="en").count() == len(rows)
    kinds = Counter(Organisation.objects.values_list("kind", flat=True))
    assert set(kinds) == {"university", "research_institute", "sme", "industry_association"}
    one = rows[0]
    listing = Listing.objects.get(organisation__name_en=one["name"])
    assert one["text"] in listing.text
    assert all(topic in listing.text for topic in one["topics"] + one["technologies"])
    file.seek(0)
    assert figures(imported(bridge, file, side=side)) == (0, 0, len(rows), 0)


def test_funding_calls_are_needs_of_their_programme(bridge: Bridge) -> None:
    file, rows = read("eu_calls_2026.jsonl")
    side = bridge.sides.get(code="gb")
    job = imported(bridge, file, side=side)
    assert figures(job) == (len(rows), 0, 0, 0)
    today = timezone.localdate().isoformat()
    past = {row["id"] for row in rows if row["deadline"] < today or row["status"] == "closed"}
    expired = Listing.objects.filter(state=ListingState.EXPIRED).values_list("external_id", flat=True)
    assert set(expired) == past
    assert Listing.objects.live().count() == len(rows) - len(past)
    assert set(Listing.objects.values_list("direction", "organisation__kind")) == {("need", "government_body")}
    assert Organisation.objects.count() == len({(row["programme"], row["cluster"]) for row in rows})
    for row in rows:
        listing = Listing.objects.get(external_id=row["id"])
        assert listing.valid_until is not None
        assert listing.valid_until.isoformat() == row["deadline"]
    longest = max(rows, key=lambda row: len(row["title"]))
    cut = Listing.objects.get(external_id=longest["id"])
    assert cut.text.startswith(longest["title"])
    assert any("Title: cut from" in note for row in job.rows.exclude(notes=[]) for note in row.notes)
    file.seek(0)
    assert figures(imported(bridge, file, side=side)) == (0, 0, len(rows), 0)


def test_needs_of_unnamed_enterprises_are_listed_without_a_name(bridge: Bridge) -> None:
    file, rows = read("zh_enterprise_needs_bdci2019.jsonl")
    side = bridge.sides.get(code="cn")
    assert figures(imported(bridge, file, side=side)) == (len(rows), 0, 0, 0)
    listings = Listing.objects.live().filter(direction="need", language="zh", anonymous=True)
    assert listings.count() == Organisation.objects.count() == len(rows)
    assert not Listing.objects.filter(text__contains="\\n").exists()
    broken = next(row for row in rows if row["text"].count("\\n") > 3)
    assert "\n" in Listing.objects.get(external_id=broken["id"]).text
    empty = {row["id"] for row in rows if not row["text"]}
    assert empty
    assert all(one.text == one.title for one in Listing.objects.filter(external_id__in=empty))
    assert Listing.objects.matching_words("锂离子电池").exists()
    file.seek(0)
    assert figures(imported(bridge, file, side=side)) == (0, 0, len(rows), 0)
