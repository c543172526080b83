"""`make run`: starts everything on one machine, keeps it running, shows its logs, and stops it cleanly."""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import json
import logging
import logging.handlers
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import IO, Any

import psutil

from qiao.embedded.engines import Engines
from qiao.embedded.postgres import free_port
from qiao.settings.env import ROOT, VAR, read

LOCK = VAR / "run.lock"
STATE = VAR / "run.json"
LOGS = VAR / "log"
READY_SECONDS = 90
STOP_SECONDS = 20
#: A child that dies is started again after this long, doubled each time up to the last.
BACK_OFF = (0.5, 30.0)


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
            start_new_session=True,  # Ctrl-C reaches us alone: we stop the children, in order
            preexec_fn=_die_with_parent,
        )
        self.started_at = time.monotonic()
        threading.Thread(target=self._show, args=(self.process.stdout,), daemon=True).start()

    def stop(self, seconds: float = STOP_SECONDS) -> None:
        """Ask it to stop, wait, then insist."""
        if self.process is None or self.process.poll() is not None:
            return
        _signal_group(self.process.pid, signal.SIGTERM)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(seconds)
            return
        _signal_group(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def _show(self, lines: IO[str] | None) -> None:
        for line in lines or ():
            say(line.rstrip(), self.name)
            self.log.info(line.rstrip())


class Supervisor:
    """Everything `make run` starts."""

    def __init__(self) -> None:
        self.engines = Engines()
        self.stopping = threading.Event()
        self.children: list[Child] = []
        self.address = ""

    def run(self) -> int:
        """Start, watch until told to stop, stop. Returns the exit code."""
        VAR.mkdir(parents=True, exist_ok=True)
        with LOCK.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print(f"Qiao is already running: {_state().get('address', 'starting')}")  # noqa: T201
                return 0
            for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(name, lambda *_: self.stopping.set())
            stop_leftovers()
            try:
                self._start()
                self._watch()
            finally:
                self._stop()
        return 0

    def _start(self) -> None:
        say("starting the database and the broker")
        addresses = self.engines.start()
        port = free_port(int(read("WEB_PORT")))
        self.address = read("SITE_URL") or f"http://localhost:{port}"
        environment = dict(os.environ) | {
            "SITE_URL": self.address,
            "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
            "PYTHONUNBUFFERED": "1",
            "C_FORCE_ROOT": "1",
        }
        environment |= {
            name: addresses[key]
            for name, key in (("DATABASE_URL", "database"), ("REDIS_URL", "broker"))
            if key in addresses
        }
        self.environment = environment
        python = sys.executable
        say("preparing the database, translations and static files")
        subprocess.run(  # noqa: S603 - our own command
            [python, "manage.py", "prepare"], cwd=ROOT, env=environment, check=True
        )
        (VAR / "beat").mkdir(exist_ok=True)
        celery = [python, "-m", "celery", "--app", "qiao"]
        self.children = [
            Child(
                "web",
                [
                    python, "-m", "gunicorn", "qiao.wsgi", "--bind", f"127.0.0.1:{port}",
                    "--workers", str(read("WEB_WORKERS")), "--threads", "4",
                    "--graceful-timeout", "10", "--log-level", "warning",
                ],
            ),
            Child(
                "worker",
                [
                    *celery, "worker", "--queues", "default,matching,mail",
                    "--concurrency", str(read("WORKER_CONCURRENCY")), "--loglevel", read("LOG_LEVEL"),
                    "--hostname", f"{port}@%h",
                    "--without-mingle", "--without-gossip",
                ],
            ),
            Child("beat", [*celery, "beat", "--loglevel", "WARNING", "--schedule", str(VAR / "beat" / "schedule")]),
        ]  # fmt: skip
        for child in self.children:
            child.start(environment)
        self._remember()
        self._wait_until_ready(port)
        if not self.stopping.is_set():
            self._welcome()

    def _watch(self) -> None:
        """Start again what dies, until told to stop."""
        while not self.stopping.wait(0.5):
            now = time.monotonic()
            for child in self.children:
                if child.process is None:
                    if now >= child.start_after:
                        child.start(self.environment)
                        self._remember()
                elif child.process.poll() is not None:
                    code = child.process.returncode
                    child.failures = 0 if now - child.started_at > 60 else child.failures + 1
                    delay = min(BACK_OFF[0] * 2**child.failures, BACK_OFF[1])
                    say(f"{child.name} ended with code {code}; starting it again in {delay:g} s")
                    child.process, child.start_after = None, now + delay

    def _stop(self) -> None:
        say("stopping")
        for child in sorted(self.children, key=lambda child: ("web", "beat", "worker").index(child.name)):
            child.stop()
        self.engines.stop()
        STATE.unlink(missing_ok=True)
        say("stopped")

    def _wait_until_ready(self, port: int) -> None:
        deadline = time.monotonic() + READY_SECONDS
        while not self.stopping.wait(0.1):
            with contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError):
                request = urllib.request.Request(
                    f"http://127.0.0.1:{port}/health/ready/", headers={"Host": "localhost"}
                )
                with urllib.request.urlopen(request, timeout=2) as answer:  # noqa: S310 - our own address
                    if answer.status == 200:
                        return
            web = self.children[0].process
            if web is not None and web.poll() is not None:
                raise SystemExit("The web process did not start: see the lines above or var/log/web.log.")
            if time.monotonic() > deadline:
                raise SystemExit("The site did not answer in time: see var/log/web.log.")

    def _welcome(self) -> None:
        sign_ins = VAR / "sign_ins.txt"
        lines = ["", f"  Qiao is running: {self.address}", ""]
        if sign_ins.exists():
            lines += ["  Demonstration sign-ins (e-mail, password):", sign_ins.read_text(encoding="utf-8").rstrip(), ""]
        if not read("EMAIL_URL"):
            lines += ["  E-mail is written to var/mail/. Logs are in var/log/. Ctrl-C stops everything.", ""]
        print("\n".join(lines), flush=True)  # noqa: T201

    def _remember(self) -> None:
        """Write down what runs, so that a run after a kill can stop what was left."""
        state = {
            "address": self.address,
            "processes": [
                {"pid": child.process.pid, "created": psutil.Process(child.process.pid).create_time()}
                for child in self.children
                if child.process is not None and child.process.poll() is None
            ],
        }
        partial = STATE.with_suffix(".partial")
        partial.write_text(json.dumps(state))
        partial.replace(STATE)


def stop_leftovers() -> int:
    """Stop processes that a killed supervisor has left, known by their start time; returns how many."""
    stopped = 0
    for entry in _state().get("processes", []):
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(entry["pid"])
            if abs(process.create_time() - entry["created"]) > 1:
                continue
            family = [*process.children(recursive=True), process]
            for one in family:
                one.terminate()
            _, alive = psutil.wait_procs(family, timeout=STOP_SECONDS)
            for one in alive:
                one.kill()
            stopped += 1
    STATE.unlink(missing_ok=True)
    return stopped


def say(line: str, name: str = "qiao") -> None:
    """One line on the terminal, behind the name of who says it."""
    print(f"{name:<7}│ {line}", flush=True)  # noqa: T201


def _state() -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = json.loads(STATE.read_text())
    except (OSError, ValueError):
        return {}
    return loaded


def _die_with_parent() -> None:
    """Linux: have the kernel stop the child when the supervisor is killed; elsewhere the next run finds it."""
    if sys.platform == "linux":
        set_parent_death_signal = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
        ctypes.CDLL(None).prctl(set_parent_death_signal, signal.SIGTERM)


def _signal_group(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        if number == signal.SIGKILL:
            os.killpg(pid, number)
        else:
            os.kill(pid, number)
