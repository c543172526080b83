"""The embedded database: a real one, closed to strangers, that survives being killed."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import psutil
import psycopg
import pytest

from qiao.embedded.postgres import Postgres, free_port, next_free_port

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Postgres]:
    """A server of its own. For root its data lies outside the temporary folder, which only root may pass."""
    server = Postgres(tmp_path_factory.mktemp("postgres") / "home with a space")
    yield server
    server.remove()
    assert not server.data.exists()


def _pid(server: Postgres) -> int:
    return int((server.data / "postmaster.pid").read_text().splitlines()[0])


def test_postgres_has_the_vector_types_that_the_matcher_stores(postgres: Postgres) -> None:
    with psycopg.connect(postgres.start()) as connection:
        row = connection.execute("SELECT extversion FROM pg_extension WHERE extname = 'vector'").fetchone()
        distance = connection.execute("SELECT '[1,0]'::halfvec(2) <=> '[0,1]'::halfvec(2)").fetchone()
    assert row is not None
    assert tuple(int(part) for part in row[0].split(".")[:2]) >= (0, 8)
    assert distance == (1.0,)


def test_postgres_runs_once_and_refuses_who_has_no_password(postgres: Postgres) -> None:
    url = postgres.start()
    pid = _pid(postgres)
    assert postgres.start() == url
    assert _pid(postgres) == pid
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url.replace("postgres:", "postgres:not-", 1))
    assert ((postgres.home / "postgres.password").stat().st_mode & 0o077) == 0


def test_postgres_does_not_run_as_root_and_listens_on_loopback_alone(postgres: Postgres) -> None:
    postgres.start()
    process = psutil.Process(_pid(postgres))
    assert process.uids().real != 0
    listening = {link.laddr.ip for link in process.net_connections() if link.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


def test_postgres_that_was_killed_returns_with_its_data_and_address(postgres: Postgres) -> None:
    url = postgres.start()
    with psycopg.connect(url) as connection:
        connection.execute("CREATE TABLE kept (value int)")
        connection.execute("INSERT INTO kept VALUES (7)")
    process = psutil.Process(_pid(postgres))
    family = [process, *process.children(recursive=True)]
    for one in family:
        one.send_signal(signal.SIGKILL)
    psutil.wait_procs(family, timeout=10)
    assert not postgres.alive()
    assert postgres.start() == url
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT value FROM kept").fetchone() == (7,)


def test_postgres_starts_when_another_process_has_the_number_of_a_dead_one(postgres: Postgres) -> None:
    postgres.start()
    pid_file = postgres.data / "postmaster.pid"
    lines = pid_file.read_text().splitlines()
    postgres.stop()
    assert not postgres.alive()
    pid_file.write_text("\n".join([str(os.getpid()), *lines[1:]]))
    assert postgres.port() is None
    with psycopg.connect(postgres.start()) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_postgres_is_known_by_whatever_name_its_home_is_given(
    postgres: Postgres, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    url, pid = postgres.start(), _pid(postgres)
    link = tmp_path / "link"
    link.symlink_to(postgres.home, target_is_directory=True)
    monkeypatch.chdir(postgres.home.parent)
    for home in (link, Path(postgres.home.name), Path("..") / postgres.home.parent.name / postgres.home.name):
        same = Postgres(home)
        assert same.alive()
        assert same.start() == url
        assert _pid(same) == pid


def test_postgres_that_was_started_through_a_link_keeps_its_pid_file(postgres: Postgres, tmp_path: Path) -> None:
    """As servers were before homes were resolved: their command line names the folder by the link."""
    postgres.start()
    postgres.stop()
    link = postgres.data.parent / "link"
    link.symlink_to(postgres.data, target_is_directory=True)
    try:
        port = free_port()
        arguments = ["-D", str(link), "-w", "-l", str(postgres.data / "server.log"), "-o"]
        options = f"-c listen_addresses=127.0.0.1 -p {port} -c unix_socket_directories="
        postgres._call("pg_ctl", "start", *arguments, options)
        pid = _pid(postgres)
        postgres._clear_stale_pid_file()
        assert _pid(postgres) == pid
        assert postgres.port() == port
    finally:
        postgres.stop()
        link.unlink()


def test_next_free_port_passes_over_one_that_is_taken(postgres: Postgres) -> None:
    postgres.start()
    taken = postgres.port()
    assert taken is not None
    assert next_free_port(taken) > taken
