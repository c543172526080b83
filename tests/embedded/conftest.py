"""A whole copy of the project with a small demonstration, in which `make run`'s supervisor can be run and killed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
import yaml

from qiao.embedded.postgres import Postgres, free_port
from qiao.settings.env import ROOT

#: Two cores may be busy with other tests.
PATIENCE_SECONDS = 120


def wait_for(what: Callable[[], Any], seconds: float = PATIENCE_SECONDS) -> Any:
    """What is waited for, once it is true; fails when it does not become so in time."""
    deadline = time.monotonic() + seconds
    while not (result := what()):
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)
    return result


@dataclass
class Site:
    """A copy of the project, and the supervisor that runs there."""

    home: Path
    port: int = field(default_factory=free_port)
    supervisor: subprocess.Popen[str] | None = None

    @property
    def log(self) -> str:
        """What the supervisor has shown so far."""
        path = self.home / "shown.log"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    def command(self, act: str) -> subprocess.CompletedProcess[str]:
        """Run `python -m qiao.embedded ACT` to its end."""
        return subprocess.run(
            [sys.executable, "-m", "qiao.embedded", act],
            cwd=self.home, env=self._environment(), capture_output=True, text=True, check=False,
        )  # fmt: skip

    def start(self) -> None:
        """Start the supervisor, unless it runs, and wait until it has said where the site is."""
        if self.supervisor is not None and self.supervisor.poll() is None:
            return
        with (self.home / "shown.log").open("w", encoding="utf-8") as shown:
            self.supervisor = subprocess.Popen(
                [sys.executable, "-m", "qiao.embedded", "run"],
                cwd=self.home, env=self._environment(), stdout=shown, stderr=subprocess.STDOUT, text=True,
            )  # fmt: skip
        wait_for(lambda: "Qiao is running" in self.log or self.ended)
        assert not self.ended, self.log

    @property
    def ended(self) -> bool:
        return self.supervisor is None or self.supervisor.poll() is not None

    def answers(self) -> bool:
        """Whether the site is ready: database and broker are part of that."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/health/ready/", headers={"Host": "localhost"})
        try:
            with urllib.request.urlopen(request, timeout=5):  # noqa: S310 - our own address
                return True
        except OSError:
            return False

    def children(self) -> dict[str, psutil.Process]:
        """Web, worker and beat, as written down for the next run, as far as they live."""
        found = {}
        for entry in json.loads((self.home / "var" / "run.json").read_text())["processes"]:
            try:
                found[entry["name"]] = psutil.Process(entry["pid"])
            except psutil.NoSuchProcess:
                continue
        return found

    def processes(self) -> list[psutil.Process]:
        """Every process that works in this copy, engines included."""
        places = (str(self.home), str(Postgres(self.home / "var").data))
        found = []
        for process in psutil.process_iter():
            try:
                words = " ".join([*process.cmdline(), process.cwd()])
                if process.status() != psutil.STATUS_ZOMBIE and any(place in words for place in places):
                    found.append(process)
            except psutil.Error:
                continue
        return found

    def end(self) -> None:
        """Stop whatever still runs and remove what lies outside the copy."""
        if self.supervisor is not None and self.supervisor.poll() is None:
            self.supervisor.send_signal(signal.SIGINT)
            self.supervisor.wait(PATIENCE_SECONDS)
        self.command("remove")

    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME", "LANG")}
        source = f"{self.home / 'platform'}{os.pathsep}{self.home}"
        return inherited | {"PYTHONPATH": source, "WEB_PORT": str(self.port), "WEB_WORKERS": "1"}


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """The copy. A test starts the supervisor if the one before has ended it."""
    copy = Site(tmp_path_factory.mktemp("site"))
    for name in ("platform", "matching", "templates"):
        shutil.copytree(ROOT / name, copy.home / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "manage.py", copy.home)
    _shrink_demonstration(copy.home / "platform" / "qiao" / "demonstration" / "data")
    yield copy
    copy.end()
    assert copy.processes() == []


def _shrink_demonstration(data: Path) -> None:
    """Keep the last, smallest bridge, and of it the organisations without their needs and offers."""
    bridges = yaml.safe_load((data / "bridges.yaml").read_text(encoding="utf-8"))[-1:]
    _write(data / "bridges.yaml", bridges)
    for path in (data / bridges[0]["folder"]).glob("organisations_*.yaml"):
        organisations = yaml.safe_load(path.read_text(encoding="utf-8"))
        _write(path, [{key: value for key, value in each.items() if key != "listings"} for each in organisations])


def _write(path: Path, content: Any) -> None:
    path.write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
