"""Tests run against the same real engines as the site: embedded ones of their own under `var/test`, unless configured.

`TEST_DATABASE_NAME` lets several runs share one server. A plugin (`-p tests.engines` in pyproject.toml), because a
`conftest.py` comes too late: pytest-django has read the settings by then, and would use the site's own engines.
"""

from __future__ import annotations

import fcntl
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
TEST_HOME = ROOT / "var" / "test"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """Start the engines before Django reads its settings. They stay up: the next run starts at once."""
    os.environ.setdefault("QIAO_ENV", "test")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qiao.settings.test")  # importing `qiao` would name the site's
    if not (os.environ.get("DATABASE_URL") and os.environ.get("REDIS_URL")):
        sys.path[:0] = [str(ROOT / "platform"), str(ROOT)]  # pytest's own `pythonpath` may not be set yet
        from qiao.embedded.engines import Engines

        TEST_HOME.mkdir(parents=True, exist_ok=True)
        with (TEST_HOME / "starting.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # each of pytest's processes comes by here
            addresses = Engines(home=TEST_HOME, careless=True).start()
        os.environ.setdefault("DATABASE_URL", addresses.get("database", ""))
        os.environ.setdefault("REDIS_URL", addresses.get("broker", ""))
    return (yield)
