"""A process that the supervisor runs: started, shown, stopped, and never left behind."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import logging.handlers
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO

from qiao.settings.env import ROOT, VAR

LOGS = VAR / "log"
#: Work that is cut off is taken up again by the next run, so a person need not wait long for it.
STOP_SECONDS = 10.0
#: A child that dies is started again after the first of these, doubled each time up to the last.
BACK_OFF = (0.5, 30.0)
#: One that lived this long did not die of how it was started.
SETTLED_SECONDS = 60.0


@dataclass
class Child:
    """A process of ours: what it is called, how it is started, how often it had to be started again."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen[str] | None = None
    failures: int = 0
    started_at: float = 0.0
    start_after: float = 0.0
    log: logging.Logger = field(init=False)
    _reader: threading.Thread | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log = logging.getLogger(f"supervisor.{self.name}")
        self.log.propagate = False
        self.log.setLevel(logging.INFO)
        handler = logging.handlers.RotatingFileHandler(
            LOGS / f"{self.name}.log", maxBytes=5_000_000, backupCount=3, encoding="utf-8"
        )
        handler.setFormatter(logging.Formatter("%(message)s"))
        self.log.addHandler(handler)

    @property
    def runs(self) -> bool:
        """Whether it is started and has not ended."""
        return self.process is not None and self.process.poll() is None

    def start(self, environment: dict[str, str]) -> None:
        """Start it, its lines shown behind its name."""
        self.process = subprocess.Popen(  # noqa: S603 - our own commands
            self.command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,  # Ctrl-C reaches the supervisor alone, which stops its children in order
            preexec_fn=_die_with_parent,
        )
        self.started_at = time.monotonic()
        self._reader = threading.Thread(target=self._show, args=(self.process.stdout,), daemon=True)
        self._reader.start()

    def revive(self, environment: dict[str, str]) -> bool:
        """Start it again if it has died and its back-off is over; returns whether it was started."""
        if self.process is not None and (code := self.process.poll()) is not None:
            settled = time.monotonic() - self.started_at > SETTLED_SECONDS
            self.failures = 0 if settled else self.failures + 1
            delay = min(BACK_OFF[0] * 2**self.failures, BACK_OFF[1])
            self.start_after = time.monotonic() + delay
            say(f"{self.name} ended with code {code}; starting it again in {delay:g} s")
            _kill_group(self.process.pid)  # processes of its own must not outlive it
            self.process = None
        if self.process is None and time.monotonic() >= self.start_after:
            self.start(environment)
            return True
        return False

    def stop(self, hurry: threading.Event) -> None:
        """Ask it to stop, wait for it unless there is a hurry, then insist."""
        if self.process is None:
            return
        if self.runs:
            self.process.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        while self.runs and time.monotonic() < deadline and not hurry.wait(0.05):
            continue
        _kill_group(self.process.pid)
        self.process.wait()

    def join(self) -> None:
        """Wait until the last lines of one that has ended are shown."""
        if self._reader is not None:
            self._reader.join(STOP_SECONDS)

    def _show(self, lines: IO[str] | None) -> None:
        for line in lines or ():
            say(line.rstrip(), self.name)
            self.log.info(line.rstrip())


def say(line: str, name: str = "qiao") -> None:
    """One line on the terminal, behind the name of who says it."""
    # A terminal that was closed must not keep us from stopping what we have started.
    with contextlib.suppress(OSError):
        print(f"{name:<7}│ {line}", flush=True)  # noqa: T201


def _die_with_parent() -> None:
    """Linux: have the kernel stop the child when the supervisor is killed; elsewhere the next run finds it."""
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _kill_group(leader: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
