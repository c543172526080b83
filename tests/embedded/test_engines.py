"""Both engines: which are started, where their addresses are written, and by whom they can be run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from qiao.embedded.engines import Engines
from qiao.settings.env import ROOT

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def _nothing_configured(monkeypatch: pytest.MonkeyPatch) -> None:
    """The run of these tests names its engines in the environment; here nothing is named unless a test does."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    both = Engines(home=tmp_path, careless=True)
    yield both
    both.remove()


def test_engines_write_their_addresses_for_their_owner_until_they_are_stopped(engines: Engines) -> None:
    addresses = engines.start()
    assert set(addresses) == {"database", "broker"}
    assert json.loads(engines.address_file.read_text()) == addresses
    assert (engines.address_file.stat().st_mode & 0o077) == 0
    assert engines.running() == {"database": True, "broker": True}
    assert engines.dead() == []
    engines.stop()
    assert engines.running() == {"database": False, "broker": False}
    assert engines.dead() == ["database", "broker"]
    assert not engines.address_file.exists()


def test_engines_that_settings_name_elsewhere_are_not_started(
    engines: Engines, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/qiao")
    assert set(engines.start()) == {"broker"}
    assert engines.dead() == []
    assert not (engines.home / "postgres.password").exists()


def test_engines_run_for_an_ordinary_user() -> None:
    """As root we become an account without rights, which keeps only the right to read: Python may lie in a closed
    folder. PostgreSQL then runs as that account itself."""
    command = [sys.executable, "-m", "qiao.embedded"]
    home = Path(tempfile.mkdtemp(prefix="qiao-"))
    try:
        for name in ("platform", "manage.py"):
            source = ROOT / name
            if source.is_dir():
                shutil.copytree(source, home / name, ignore=shutil.ignore_patterns("__pycache__", "data", "static"))
            else:
                shutil.copy(source, home / name)
        if os.geteuid() == 0:
            if shutil.which("setpriv") is None:
                pytest.skip("root needs setpriv to become an ordinary user")
            subprocess.run(["chown", "-R", "nobody", home], check=True)
            capability = "+dac_read_search"
            become = ["setpriv", "--reuid=nobody", "--clear-groups"]
            become += [f"--inh-caps={capability}", f"--ambient-caps={capability}"]
            if subprocess.run([*become, "true"], capture_output=True, check=False).returncode:
                pytest.skip("this machine does not let root become an ordinary user who may read")
            command = [*become, *command]
        environment = {"PATH": os.environ["PATH"], "HOME": str(home), "PYTHONPATH": str(home / "platform")}

        def act(name: str) -> str:
            done = subprocess.run(
                [*command, name], cwd=home, env=environment, capture_output=True, text=True, check=False
            )
            assert done.returncode == 0, done.stdout + done.stderr
            return done.stdout

        assert act("start") == "site database: running\nsite broker: running\n"
        password = home / "var" / "postgres.password"
        assert password.stat().st_uid != 0
        assert (home / "var" / "postgres" / "postmaster.pid").stat().st_uid == password.stat().st_uid
        assert "site database: stopped\nsite broker: stopped\n" in act("stop")
    finally:
        shutil.rmtree(home, ignore_errors=True)
