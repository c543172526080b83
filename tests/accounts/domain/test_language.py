"""Keeping the language a person reads in."""

from __future__ import annotations

import pytest

from qiao.accounts.domain.language import choose_language
from qiao.activity.models import AuditEntry
from qiao.common.errors import InvalidInput
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_choose_language_keeps_it_and_records_the_change() -> None:
    user = UserFactory(language="en")
    choose_language(user, actor=user, language="zh-hans")
    user.refresh_from_db()
    assert user.language == "zh-hans"
    assert AuditEntry.objects.get(verb="choose_language").after == "zh-hans"


@pytest.mark.parametrize("language", ["", "fr", "zh", "zh-hans\x00", "e" * 500])
def test_choose_language_refuses_others(language: str) -> None:
    user = UserFactory(language="en")
    with pytest.raises(InvalidInput):
        choose_language(user, actor=user, language=language)
    user.refresh_from_db()
    assert user.language == "en"
