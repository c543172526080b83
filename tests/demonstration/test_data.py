"""What the demonstration bridge holds: enough, of all kinds, in both languages, and nothing that is not invented."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
import yaml

from qiao.demonstration.loading import DATA
from qiao.directory.enums import ListingKind, OrganisationKind

UK_CHINA = DATA / "uk_china"


def _load(pattern: str) -> list[dict[str, Any]]:
    return [
        entry for file in sorted(UK_CHINA.glob(pattern)) for entry in yaml.safe_load(file.read_text(encoding="utf-8"))
    ]


@pytest.fixture(scope="module")
def organisations() -> list[dict[str, Any]]:
    return _load("organisations_*.yaml")


@pytest.fixture(scope="module")
def listings(organisations: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [listing for organisation in organisations for listing in organisation.get("listings") or []]


def test_bridge_has_enough_of_everything(organisations: list[dict[str, Any]], listings: list[dict[str, Any]]) -> None:
    assert len(organisations) >= 120
    assert len(listings) >= 320
    assert len(_load("people.yaml")) >= 40


def test_about_half_is_in_chinese(listings: list[dict[str, Any]]) -> None:
    languages = Counter(listing["language"] for listing in listings)
    assert 0.4 < languages["zh"] / len(listings) < 0.6


def test_every_kind_is_there_on_each_side(organisations: list[dict[str, Any]]) -> None:
    for country in ("GB", "CN"):
        kinds = {entry["kind"] for entry in organisations if entry["country"] == country}
        assert kinds == set(OrganisationKind.values), country


def test_every_kind_of_need_and_offer_is_there(listings: list[dict[str, Any]]) -> None:
    assert {listing["kind"] for listing in listings} == set(ListingKind.values)
    directions = Counter(listing["direction"] for listing in listings)
    assert min(directions.values()) / len(listings) > 0.4


def test_keys_and_titles_are_unique(organisations: list[dict[str, Any]], listings: list[dict[str, Any]]) -> None:
    keys = Counter(entry["key"] for entry in organisations)
    titles = Counter(listing["title"] for listing in listings)
    assert [key for key, count in keys.items() if count > 1] == []
    assert [title for title, count in titles.items() if count > 1] == []


def test_addresses_cannot_be_anybodys(organisations: list[dict[str, Any]]) -> None:
    for entry in organisations:
        assert entry.get("website", "https://x.example").rstrip("/").endswith(".example"), entry["key"]
    for person in _load("people.yaml"):
        assert person["email"].endswith(".example")


def test_people_belong_to_organisations_that_are_there(organisations: list[dict[str, Any]]) -> None:
    keys = {entry["key"] for entry in organisations}
    assert {person["organisation"] for person in _load("people.yaml")} <= keys


def test_some_profiles_are_weak(organisations: list[dict[str, Any]]) -> None:
    weak = [entry for entry in organisations if not entry.get("website") and not entry.get("founded")]
    assert len(weak) >= 4


def test_the_workshop_is_half_in_chinese_and_nobody_is_in_two_places() -> None:
    (workshop,) = _load("workshops.yaml")
    known = {person["email"] for person in _load("people.yaml")}
    people = workshop["registrations"]
    alone = {one["email"] for one in people if "delegation" not in one}
    assert len(people) == 40
    assert alone <= known
    chinese = [one for one in people if any("\u4e00" <= letter <= "\u9fff" for letter in one["goals"])]
    assert len(chinese) == 20
    assert len({one["goals"] for one in people}) == 40
    busy: dict[tuple[int, str], list[tuple[int, int]]] = {}
    for session in workshop["sessions"]:
        hours, minutes = (int(part) for part in session["at"].split(":"))
        begins = hours * 60 + minutes
        for who in {*session.get("speakers", ()), *session.get("people", ()), session.get("moderator")} - {None}:
            assert who in {one["email"] for one in people}, who
            busy.setdefault((session["day"], who), []).append((begins, begins + session["minutes"]))
    over = [who for who, times in busy.items() for (_, end), (begin, _) in pairwise(sorted(times)) if begin < end]
    assert over == []
