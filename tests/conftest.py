"""What holds for every test. The engines they run against are started in `engines.py`."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

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


@pytest.fixture(scope="session", autouse=True)
def _emptied_log() -> Iterator[None]:
    """Tests that commit empty every table afterwards. The audit log refuses that to everybody: put its guard aside."""
    from django.db.backends.postgresql.operations import DatabaseOperations

    log, guard = "activity_auditentry", "audit_entry_no_truncate"
    plain = DatabaseOperations.sql_flush

    def sql_flush(self: DatabaseOperations, style: Any, tables: list[str], **how: Any) -> list[str]:
        statements: list[str] = plain(self, style, tables, **how)
        if log not in tables:
            return statements
        return [
            f"ALTER TABLE {log} DISABLE TRIGGER {guard}",
            *statements,
            f"ALTER TABLE {log} ENABLE TRIGGER {guard}",
        ]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(DatabaseOperations, "sql_flush", sql_flush)
        yield
