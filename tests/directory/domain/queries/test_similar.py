"""Finding the organisation that somebody is about to add again."""

from __future__ import annotations

import pytest

from qiao.directory.domain.queries.similar import essential_name, similar_organisations
from tests.factories import BridgeFactory, OrganisationFactory, UserFactory, member


@pytest.mark.parametrize(
    ("name", "essence"),
    [
        ("Tidewell Surgical Ltd", "Tidewell Surgical"),
        ("Tidewell Surgical Co., Ltd.", "Tidewell Surgical"),
        ("Tidewell GmbH", "Tidewell"),
        ("广州泰德韦尔医疗科技有限公司", "广州泰德韦尔医疗科技"),
        ("泰德韦尔集团股份有限公司", "泰德韦尔"),
        ("Limited", "Limited"),
        ("有限公司", "有限公司"),
        ("Corporate Wellness", "Corporate Wellness"),
    ],
)
def test_essential_name_leaves_the_legal_form_out(name: str, essence: str) -> None:
    assert essential_name(name) == essence


@pytest.mark.django_db
def test_similar_organisations_finds_parts_of_names_in_either_language() -> None:
    bridge, user = BridgeFactory(), UserFactory()
    one = member(bridge, name_en="Tidewell Surgical", name_zh="泰德韦尔外科")
    member(bridge, name_en="Other House")
    OrganisationFactory(name_en="Tidewell Unseen")
    for typed in ("tidewell", "TIDEWELL SURGICAL LIMITED", "德韦尔", "泰德韦尔外科有限公司"):
        assert similar_organisations(typed, user=user) == [one]
    for typed in ("", "t", "ti", "德", "%", "_____", "nobody"):
        assert similar_organisations(typed, user=user) == []
