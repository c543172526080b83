"""Rules of the tree that no linter knows."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from qiao.settings.env import ROOT, SETTINGS, settings_table

LONGEST = 400
#: Files that may be longer, and why.
EXEMPT: dict[str, str] = {}
_CODE = [
    path
    for folder in ("platform", "matching", "tests", "benchmarks")
    for path in (ROOT / folder).rglob("*.py")
    if "migrations" not in path.parts
]
_TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
_FORBIDDEN_NAMES = {"utils", "helpers", "manager", "process", "handle", "misc"}


def test_platform_is_not_a_package() -> None:
    assert not (ROOT / "platform" / "__init__.py").exists(), "it would shadow the standard library's platform"


def test_no_file_is_too_long() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in _CODE
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > LONGEST
    }
    assert {name: lines for name, lines in long.items() if name not in EXEMPT} == {}


def test_files_are_named_for_what_they_hold() -> None:
    assert [str(path) for path in _CODE if path.stem in _FORBIDDEN_NAMES] == []


# `one=` names a variable of a template; no handler is called that.
@pytest.mark.parametrize("pattern", [r"<style", r"\sstyle=", r"<script(?![^>]*\ssrc=)", r"\son(?!e=)[a-z]+="])
def test_templates_have_no_inline_style_or_script(pattern: str) -> None:
    found = [
        str(path.relative_to(ROOT))
        for path in _TEMPLATES
        if re.search(
            pattern, re.sub(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", "", path.read_text("utf-8"), flags=re.DOTALL)
        )
        and not (pattern.startswith("<script") and 'type="application/json"' in path.read_text("utf-8"))
    ]
    assert found == []


def test_nothing_is_left_unfinished() -> None:
    marks = re.compile("TO" + "DO|FIX" + "ME|XX" + "X\\b|lorem " + "ipsum|raise NotImplemented" + "Error")
    found = [
        str(path.relative_to(ROOT))
        for path in [*_CODE, *_TEMPLATES]
        if path != Path(__file__) and marks.search(path.read_text(encoding="utf-8"))
    ]
    assert found == []


def test_web_process_does_not_import_torch() -> None:
    code = (
        "import sys, qiao.wsgi; from django.urls import get_resolver; get_resolver().url_patterns; "
        "heavy = [m for m in ('torch', 'sentence_transformers', 'sklearn', 'transformers') if m in sys.modules]; "
        "print(heavy); sys.exit(bool(heavy))"
    )
    environment = os.environ | {"PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}"}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_readme_has_the_settings_table() -> None:
    assert settings_table() in (ROOT / "README.md").read_text(encoding="utf-8"), "run `manage.py settings_table`"


def test_every_setting_that_is_read_is_in_the_table() -> None:
    names = {setting.name for setting in SETTINGS}
    read = {
        name
        for path in (ROOT / "platform").rglob("*.py")
        for name in re.findall(r"\bread\(\s*\"([A-Z_]+)\"", path.read_text(encoding="utf-8"))
    }
    assert read - names == set()
    assert names - read == set(), "a documented setting that nothing reads"


def test_torch_is_pinned() -> None:
    for name in ("base", "dev"):
        lock = (ROOT / "requirements" / f"{name}.txt").read_text()
        assert re.search(r"^torch==2\.13\.0$", lock, re.MULTILINE)
        assert not re.search(r"https?://|--index|--find-links|nvidia", lock)
