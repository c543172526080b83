"""Tests run against the same real engines as the site: embedded ones of their own under `var/test`, unless configured.

`TEST_DATABASE_NAME` lets several runs share one server.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEST_HOME = ROOT / "var" / "test"


def pytest_configure(config: pytest.Config) -> None:
    """Start the engines before Django reads its settings. They stay up: the next run starts at once."""
    os.environ.setdefault("QIAO_ENV", "test")
    if os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL"):
        return
    from qiao.embedded.engines import Engines

    TEST_HOME.mkdir(parents=True, exist_ok=True)
    with (TEST_HOME / "starting.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # each of pytest's processes comes by here
        addresses = Engines(home=TEST_HOME, careless=True).start()
    os.environ.setdefault("DATABASE_URL", addresses.get("database", ""))
    os.environ.setdefault("REDIS_URL", addresses.get("broker", ""))


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
