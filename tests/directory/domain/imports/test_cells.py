"""Single cells."""

from __future__ import annotations

import datetime
from typing import Any

import pytest

from qiao.directory.domain.imports import cells
from qiao.directory.domain.imports.cells import BadCell
from qiao.directory.domain.imports.targets import TARGETS
from qiao.directory.enums import CooperationForm, Direction, ListingKind, OrganisationKind


@pytest.mark.parametrize(
    ("typed", "kind"),
    [("startup", "startup"), ("Startup", "startup"), ("初创企业", "startup"), ("START-UP", "startup"),
     ("ＳＭＥ", "sme"),
     ("Small or medium-sized enterprise", "sme"), ("高校", "university"),
     ("行业协会", "industry_association"),
     ("research_institute", "research_institute"), ("Research Institute", "research_institute"),
     ("", "")],
)  # fmt: skip
def test_kind_is_known_by_code_label_and_everyday_word(typed: str, kind: str) -> None:
    assert cells.choice_of(typed, OrganisationKind, "organisation_kind") == kind


def test_unknown_choice_names_what_is_known() -> None:
    with pytest.raises(BadCell, match="Startup, Small or medium"):
        cells.choice_of("circus", OrganisationKind, "organisation_kind")


def test_every_code_of_the_word_list_is_one_of_ours() -> None:
    for code, word in (("需求", "need"), ("供给", "offer"), ("Offer", "offer")):
        assert cells.choice_of(code, Direction, "direction") == word
    for kind in ListingKind:
        assert cells.choice_of(str(kind.label), ListingKind, "listing_kind") == kind
    assert cells.choices_of("许可、合资，研发合作", CooperationForm, "form") == [
        "licence",
        "joint_venture",
        "rd_cooperation",
    ]


@pytest.mark.parametrize(
    ("typed", "day"),
    [("2026-09-23", (2026, 9, 23)), ("2026/9/3", (2026, 9, 3)), ("２０２６年９月２３日", (2026, 9, 23)),
     ("2026.09.23", (2026, 9, 23)), ("2026-09-23 00:00:00", (2026, 9, 23)), ("23 September 2026", (2026, 9, 23)),
     ("Sep 23, 2026", (2026, 9, 23)), ("", None)],
)  # fmt: skip
def test_dates_of_both_countries_are_read(typed: str, day: tuple[int, int, int] | None) -> None:
    assert cells.date_of(typed) == (datetime.date(*day) if day else None)


@pytest.mark.parametrize("typed", ["03/04/2026", "2026-13-01", "2026年2月30日", "soon", True])
def test_ambiguous_and_impossible_dates_are_refused(typed: Any) -> None:
    with pytest.raises(BadCell):
        cells.date_of(typed)


@pytest.mark.parametrize(
    ("typed", "number"), [("９", 9), ("TRL 6", 6), ("6级", 6), (7, 7), ("7.0", 7), ("", None), (None, None)]
)
def test_whole_numbers_are_read_in_full_width_and_with_units(typed: Any, number: int | None) -> None:
    assert cells.integer_of(typed) == number


@pytest.mark.parametrize("typed", ["six", "6.5", "9" * 40, True])
def test_what_is_no_whole_number_is_refused(typed: Any) -> None:
    with pytest.raises(BadCell):
        cells.integer_of(typed)


@pytest.mark.parametrize(
    ("typed", "amount"),
    [("500000", 500_000), ("１，５００，０００", 1_500_000), ("1.5m", 1_500_000),
     ("300万", 3_000_000), ("300万元", 3_000_000),
     ("￥2亿元", 200_000_000), (250000, 250_000), ("", None)],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(typed: Any, amount: int | None) -> None:
    assert cells.money_of(typed) == amount


@pytest.mark.parametrize(
    ("typed", "code"),
    [("GB", "GB"), ("gbr", "GB"), ("United Kingdom", "GB"), ("UK", "GB"),
     ("英国", "GB"), ("中国", "CN"), ("ＣＮ", "CN"),
     ("以色列", "IL"), ("People's Republic of China", "CN"), ("", "")],
)  # fmt: skip
def test_country_is_known_by_code_and_by_name_in_both_languages(typed: str, code: str) -> None:
    assert cells.country_of(typed) == code


def test_unknown_country_is_refused() -> None:
    with pytest.raises(BadCell, match="Atlantis"):
        cells.country_of("Atlantis")


@pytest.mark.parametrize(
    ("typed", "truth"), [("是", True), ("Yes", True), (1, True), ("否", False), ("", False), (False, False)]
)
def test_yes_and_no_in_both_languages(typed: Any, truth: bool) -> None:
    assert cells.truth_of(typed) is truth


@pytest.mark.parametrize("typed", ["javascript:alert(1)", "ftp://x.example"])
def test_website_of_another_scheme_is_refused(typed: str) -> None:
    with pytest.raises(BadCell):
        cells.website_of(typed)


def test_markup_in_a_line_and_null_bytes_are_refused() -> None:
    with pytest.raises(BadCell, match="Markup"):
        cells.line_of("<script>alert(1)</script>")
    with pytest.raises(BadCell, match="null byte"):
        cells.text_of("a\ufffdb")
    assert cells.line_of("p < 0.05 and q > 3") == "p < 0.05 and q > 3"


def test_over_long_cell_and_list_are_refused() -> None:
    with pytest.raises(BadCell):
        cells.text_of("x" * 100_001)
    with pytest.raises(BadCell):
        cells.items_of(",".join(map(str, range(60))))


def test_every_field_that_a_person_can_fill_is_a_target() -> None:
    from qiao.directory.domain.listings import FIELDS as LISTING
    from qiao.directory.domain.organisations import FIELDS as ORGANISATION

    assert {f"listing.{name}" for name in LISTING} <= set(TARGETS)
    assert {f"organisation.{name}" for name in ORGANISATION} <= set(TARGETS)
