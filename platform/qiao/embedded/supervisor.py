"""`make run`: starts everything on one machine, keeps it running, shows its logs, and stops it cleanly."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import signal
import sys
import threading
import time
import urllib.error
import urllib.request
from typing import Any

import psutil

from qiao.embedded.child import STOP_SECONDS, Child, say
from qiao.embedded.engines import Engines
from qiao.embedded.postgres import next_free_port
from qiao.settings.env import ROOT, VAR, read

LOCK = VAR / "run.lock"
STATE = VAR / "run.json"
READY_SECONDS = 90
#: Leftovers were told to stop when their supervisor died: they get this long again.
LEFTOVER_SECONDS = 10
#: What stops first: nothing takes work in while what does the work is stopping.
STOP_ORDER = ("prepare", "web", "beat", "worker")


class Supervisor:
    """Everything `make run` starts."""

    def __init__(self) -> None:
        self.engines = Engines()
        self.stopping = threading.Event()
        self.hurry = threading.Event()
        self.children: list[Child] = []
        self.environment: dict[str, str] = {}
        self.address = ""

    def run(self) -> int:
        """Start, watch until told to stop, stop. Returns the exit code."""
        VAR.mkdir(parents=True, exist_ok=True)
        with LOCK.open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                print(f"Qiao is already running: {_state().get('address') or 'it is just starting'}")  # noqa: T201
                return 0
            for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
                signal.signal(number, self._told_to_stop)
            stop_leftovers()
            try:
                return self._start() or self._watch()
            finally:
                self._stop()

    def _told_to_stop(self, *_: object) -> None:
        """The first signal stops in order; one more does not wait for work that is going on."""
        if self.stopping.is_set():
            self.hurry.set()
        self.stopping.set()

    def _start(self) -> int:
        """Start everything and wait for the site's first answer. Returns an exit code: 0 when it runs, or may stop."""
        self._remember()
        say("starting the database and the broker")
        self._start_engines()
        say("preparing the database, translations and static files")
        if code := self._prepare():
            return code
        if self.stopping.is_set():
            return 0
        port = next_free_port(int(read("WEB_PORT")))
        self.address = read("SITE_URL") or f"http://localhost:{port}"
        self.environment["SITE_URL"] = self.address
        self.children = _children(port)
        for child in self.children:
            child.start(self.environment)
        self._remember()
        if problem := self._wait_until_ready(port):
            say(problem)
            return 1
        if not self.stopping.is_set():
            self._welcome()
        return 0

    def _start_engines(self) -> None:
        addresses = self.engines.start()
        self.environment = dict(os.environ) | {
            "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
            "PYTHONUNBUFFERED": "1",
            "C_FORCE_ROOT": "1",
            "TQDM_DISABLE": "1",  # progress bars are for a terminal, and several share this one
        }
        if self.address:
            self.environment["SITE_URL"] = self.address
        for name, key in (("DATABASE_URL", "database"), ("REDIS_URL", "broker")):
            if key in addresses:
                self.environment[name] = addresses[key]

    def _prepare(self) -> int:
        """Run `manage.py prepare`, which Ctrl-C may end; returns its exit code, 0 when it was ended so."""
        prepare = Child("prepare", [sys.executable, "manage.py", "prepare"])
        self.children = [prepare]
        prepare.start(self.environment)
        self._remember()
        while prepare.runs and not self.stopping.wait(0.05):
            continue
        if self.stopping.is_set():
            return 0
        code = prepare.process.returncode if prepare.process else 1
        if code:
            prepare.join()
            say("preparing failed: see the lines above, or var/log/prepare.log")
        return code

    def _watch(self) -> int:
        """Start again what dies, until told to stop."""
        while not self.stopping.wait(0.5):
            self._revive_engines()
            revived = [child for child in self.children if child.revive(self.environment)]
            if revived:
                self._remember()
        return 0

    def _revive_engines(self) -> None:
        dead = self.engines.dead()
        if not dead:
            return
        say(f"the {' and the '.join(dead)} ended; starting again")
        before = self.environment
        try:
            self._start_engines()
        except (OSError, RuntimeError) as problem:
            say(f"not yet: {str(problem).splitlines()[0]}")
            self.stopping.wait(2)
            return
        if any(before.get(name) != self.environment.get(name) for name in ("DATABASE_URL", "REDIS_URL")):
            say("their addresses have changed: starting the others again too")
            for child in self.children:
                child.stop(self.hurry)

    def _stop(self) -> None:
        say("stopping; work that is going on may take a few seconds, Ctrl-C again does not wait for it")
        for child in sorted(self.children, key=lambda child: STOP_ORDER.index(child.name)):
            child.stop(self.hurry)
        self.engines.stop()
        STATE.unlink(missing_ok=True)
        say("stopped")

    def _wait_until_ready(self, port: int) -> str:
        """Wait for the site's answer; returns what is wrong, or nothing."""
        deadline = time.monotonic() + READY_SECONDS
        request = urllib.request.Request(f"http://127.0.0.1:{port}/health/ready/", headers={"Host": "localhost"})
        while not self.stopping.wait(0.1):
            with (
                contextlib.suppress(urllib.error.URLError, ConnectionError, TimeoutError),
                urllib.request.urlopen(request, timeout=2),  # noqa: S310 - our own address
            ):
                return ""
            if not self.children[0].runs:
                return "the site did not start: see the lines above, or var/log/web.log"
            if time.monotonic() > deadline:
                return "the site did not answer in time: see var/log/web.log"
        return ""

    def _welcome(self) -> None:
        sign_ins = VAR / "sign_ins.txt"
        lines = ["", f"  Qiao is running: {self.address}", ""]
        if sign_ins.exists() and (text := sign_ins.read_text(encoding="utf-8").rstrip()):
            lines += ["  Demonstration sign-ins (e-mail, password):", text, ""]
        if not read("EMAIL_URL"):
            lines += ["  E-mail is written to var/mail/."]
        lines += ["  Logs are in var/log/. Ctrl-C stops everything.", ""]
        print("\n".join(lines), flush=True)  # noqa: T201

    def _remember(self) -> None:
        """Write down what runs, so that a run after a kill can stop what was left."""
        state = {
            "address": self.address,
            "supervisor": _identity(os.getpid()),
            "processes": [
                identity | {"name": child.name}
                for child in self.children
                if child.runs and child.process is not None and (identity := _identity(child.process.pid))
            ],
        }
        partial = STATE.with_suffix(".partial")
        partial.write_text(json.dumps(state))
        partial.replace(STATE)


def _children(port: int) -> list[Child]:
    """What the site is made of, the web process first."""
    (VAR / "beat").mkdir(exist_ok=True)
    python = sys.executable
    # Root is expected here, and the banners would be most of what a person sees.
    celery = [python, "-W", "ignore::UserWarning:celery.platforms", "-m", "celery", "--quiet", "--app", "qiao"]
    return [
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


def stop_running() -> bool:
    """Tell a supervisor that runs to stop, and wait until it has; returns whether there was one."""
    process = _process(_state().get("supervisor"))
    if process is None:
        return False
    deadline = time.monotonic() + 4 * STOP_SECONDS
    with contextlib.suppress(psutil.Error):
        process.terminate()
        # One whose parent has not asked for its exit code yet has ended all the same.
        while process.is_running() and process.status() != psutil.STATUS_ZOMBIE and time.monotonic() < deadline:
            time.sleep(0.1)
    return True


def stop_leftovers() -> int:
    """Stop processes that a killed supervisor has left, known by their start time; returns how many."""
    family: list[psutil.Process] = []
    for entry in _state().get("processes", []):
        process = _process(entry)
        with contextlib.suppress(psutil.Error):
            if process is not None:
                family += [*process.children(recursive=True), process]
    for one in family:
        with contextlib.suppress(psutil.Error):
            one.terminate()
    _, alive = psutil.wait_procs(family, timeout=LEFTOVER_SECONDS)
    for one in alive:
        with contextlib.suppress(psutil.Error):
            one.kill()
    psutil.wait_procs(alive, timeout=LEFTOVER_SECONDS)
    STATE.unlink(missing_ok=True)
    return len(family)


def _identity(pid: int) -> dict[str, Any] | None:
    """What a process is known by: numbers are given again, start times are not."""
    try:
        return {"pid": pid, "created": psutil.Process(pid).create_time()}
    except psutil.Error:
        return None


def _process(identity: dict[str, Any] | None) -> psutil.Process | None:
    """The process that was written down, if it still lives."""
    if identity is None:
        return None
    try:
        process = psutil.Process(int(identity["pid"]))
        return process if abs(process.create_time() - identity["created"]) < 1 else None
    except psutil.Error:
        return None


def _state() -> dict[str, Any]:
    try:
        loaded: dict[str, Any] = json.loads(STATE.read_text())
    except (OSError, ValueError):
        return {}
    return loaded
