"""The translation catalogue: what is collected, what is kept, and what is found wanting."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from babel.messages import Catalog

from qiao.common import translations

PAGE = """{% load i18n %}
{% translate "Publish" %} {% translate "Open" context "state" %}
<c-button label="{% translate 'Inside a component' %}" />
{% blocktranslate trimmed count n=total %}
  {{ n }} proposal
{% plural %}
  {{ n }} proposals
{% endblocktranslate %}
"""
MODULE = """
from django.utils.translation import gettext_lazy as _, ngettext, pgettext
TITLE = _("Title of %(name)s")
def say(n): return ngettext("one need", "%(n)s needs", n), pgettext("verb", "Match")
"""


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """A small project of its own, and a way to write the translations of its catalogue."""
    (tmp_path / "page.html").write_text(PAGE)
    (tmp_path / "module.py").write_text(MODULE)
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "SOURCES", ((tmp_path, "*.py"), (tmp_path, "*.html")))
    monkeypatch.setattr(translations, "CATALOGUE", tmp_path / "locale" / "django.po")

    def write(texts: dict[str, str], *, fuzzy: str = "") -> None:
        catalogue = translations.update()
        for message in catalogue:
            key = _key(message.id)
            if key in texts:
                message.string = (texts[key],) if isinstance(message.id, tuple | list) else texts[key]
            if fuzzy and key == fuzzy:
                message.flags.add("fuzzy")
        translations.write(catalogue)

    return write


TRANSLATED = {
    "Publish": "发布",
    "Open": "开放",
    "Inside a component": "组件之内",
    "%(n)s proposal": "%(n)s 项提案",
    "Title of %(name)s": "%(name)s 的标题",
    "one need": "%(n)s 项需求",
    "Match": "匹配",
}


def _key(message_id: str | tuple[str, ...] | list[str]) -> str:
    return message_id if isinstance(message_id, str) else message_id[0]


def _said(catalogue: Catalog) -> set[tuple[str, str | None]]:
    return {(_key(message.id), message.context) for message in catalogue if message.id}


def test_collected_has_what_modules_and_templates_say(written: Callable[..., None]) -> None:
    assert _said(translations.collected()) == {
        ("Publish", None),
        ("Open", "state"),
        ("Inside a component", None),
        ("%(n)s proposal", None),
        ("Title of %(name)s", None),
        ("one need", None),
        ("Match", "verb"),
    }


def test_problems_are_none_when_all_is_translated(written: Callable[..., None]) -> None:
    written(TRANSLATED)
    assert translations.problems() == []


@pytest.mark.parametrize(
    ("texts", "fuzzy", "expected"),
    [
        (TRANSLATED | {"Publish": ""}, "", ("not translated", "Publish")),
        (TRANSLATED, "Match", ("uncertain", "Match")),
        (TRANSLATED | {"Title of %(name)s": "标题"}, "", ("fills other places", "Title of %(name)s")),
        (TRANSLATED | {"one need": "%(m)s 项需求"}, "", ("fills other places", "one need")),
    ],
    ids=["missing", "fuzzy", "place lost", "place of another name"],
)
def test_problems_name_what_is_not_fit(
    written: Callable[..., None], texts: dict[str, str], fuzzy: str, expected: tuple[str, str]
) -> None:
    written(texts, fuzzy=fuzzy)
    assert [(problem.what, problem.message) for problem in translations.problems()] == [expected]


def test_problems_name_what_the_catalogue_does_not_know_and_what_nobody_says(
    written: Callable[..., None], tmp_path: Path
) -> None:
    written(TRANSLATED)
    (tmp_path / "page.html").write_text(PAGE.replace("Publish", "Publish now"))
    assert {(problem.what, problem.message) for problem in translations.problems()} == {
        ("not in the catalogue", "Publish now"),
        ("no longer said", "Publish"),
    }


def test_update_keeps_translations_and_changes_nothing_when_nothing_changed(written: Callable[..., None]) -> None:
    written(TRANSLATED)
    before = translations.CATALOGUE.read_text(encoding="utf-8")
    translations.update()
    assert translations.CATALOGUE.read_text(encoding="utf-8") == before
    assert translations.problems() == []


def test_compile_makes_the_binary_once(written: Callable[..., None]) -> None:
    written(TRANSLATED)
    assert translations.compile_catalogue()
    assert translations.CATALOGUE.with_suffix(".mo").read_bytes()[:4] == b"\xde\x12\x04\x95"
    assert not translations.compile_catalogue()
