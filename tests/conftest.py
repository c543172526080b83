"""What holds for every test. The engines they run against are started in `engines.py`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say it loudly when nothing was tried in a browser. In CI those tests fail instead: see `e2e/conftest.py`."""
    if not (shutil.which("chromium") or shutil.which("chromium-browser")):
        terminalreporter.section("NO BROWSER", red=True, bold=True)
        terminalreporter.write_line("Chromium is missing: no page was tried in a browser. Install it and run again.")


@pytest.fixture(autouse=True)
def _english() -> Iterator[None]:
    """Each test begins in English: a request leaves its language behind in the thread."""
    from django.utils import translation

    with translation.override("en"):
        yield
