"""Which column goes where."""

from __future__ import annotations

from typing import Any

import pytest

from qiao.common.errors import InvalidInput
from qiao.directory.domain.imports.mapping import Mapping, guess_kind, guess_mapping
from qiao.directory.domain.imports.presets import PRESETS, kind_of_open_source
from qiao.directory.enums import ImportKind


def test_english_headers_of_organisations_are_guessed() -> None:
    columns = ["ID", "Company Name", "Country", "Type", "Web_site", "Founded in", "Sector", "Notes"]
    assert guess_mapping(columns, [], ImportKind.ORGANISATIONS).columns == {
        "ID": "organisation.external_id",
        "Company Name": "organisation.name",
        "Country": "organisation.country",
        "Type": "organisation.kind",
        "Web_site": "organisation.website",
        "Founded in": "organisation.founded",
        "Sector": "organisation.sectors",
    }


def test_chinese_headers_of_needs_are_guessed() -> None:
    columns = ["需求编号", "企业名称", "企业类型", "需求名称", "需求内容", "技术领域", "截止日期", "合作方式", "备注"]
    mapping = guess_mapping(columns, [], ImportKind.LISTINGS)
    assert mapping.columns == {
        "需求编号": "listing.external_id",
        "企业名称": "organisation.name",
        "企业类型": "organisation.kind",
        "需求名称": "listing.title",
        "需求内容": "listing.text",
        "技术领域": "listing.sectors",
        "截止日期": "listing.valid_until",
        "合作方式": "listing.forms",
    }
    assert mapping.constants == {"listing.direction": "need", "listing.kind": "technology"}


def test_kind_of_file_is_told_by_a_title() -> None:
    assert guess_kind(["name", "country"], []) == ImportKind.ORGANISATIONS
    assert guess_kind(["企业名称", "需求内容"], []) == ImportKind.LISTINGS


def test_no_two_columns_are_guessed_to_one_field() -> None:
    mapping = guess_mapping(["Name", "Company", "name (2)"], [], ImportKind.ORGANISATIONS)
    assert list(mapping.columns.values()) == ["organisation.name"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ([], "mapping"),
        ({"columns": {"absent": "organisation.name"}}, "columns"),
        ({"columns": {"a": "organisation.managed_by"}}, "columns"),
        ({"columns": {"a": "organisation.name", "b": "organisation.name"}}, "columns"),
        ({"constants": {"organisation.kind": "circus"}}, "constants"),
        ({"constants": {"organisation.search": "x"}}, "constants"),
        ({"preset": "unheard_of"}, "preset"),
    ],
)
def test_mapping_from_outside_is_checked(data: Any, field: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        Mapping.from_json(data, ["a", "b"])
    assert list(refusal.value.errors) == [field]


def test_mapping_with_gaps_says_what_is_missing() -> None:
    with pytest.raises(InvalidInput) as refusal:
        Mapping().check_complete(ImportKind.LISTINGS)
    assert set(refusal.value.errors) == {"columns", "organisation.kind", "listing.direction", "listing.kind"}


def test_mapping_survives_being_stored() -> None:
    mapping = Mapping({"a": "organisation.name"}, {"organisation.kind": "sme"}, mend=True, publish=False)
    assert Mapping.from_json(mapping.as_json(), ["a"]) == mapping


def test_known_origins_are_told_apart() -> None:
    calls = sorted(PRESETS["eu_calls"].fields)
    needs = sorted(PRESETS["zh_enterprise_needs"].fields)
    assert guess_mapping(calls, [{"org_type": "government/funder"}], ImportKind.LISTINGS).preset == "eu_calls"
    assert guess_mapping(needs, [{"org_type": "enterprise"}], ImportKind.LISTINGS).preset == "zh_enterprise_needs"
    assert guess_mapping(needs, [{"org_type": "hospital"}], ImportKind.LISTINGS).preset == ""


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("Computational Science and Engineering at TU Wien", "university"),
        ("Research Lab, University of Somewhere", "university"),
        ("Public Lab", "research_institute"),
        ("Center for Open Things", "research_institute"),
        ("Northfield GmbH", "sme"),
        ("Some Software Foundation", "industry_association"),
        ("homebrew", "industry_association"),
    ],
)
def test_kind_of_an_open_source_organisation_is_told_by_its_name(name: str, kind: str) -> None:
    assert kind_of_open_source(name) == kind
