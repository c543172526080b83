"""The embedded broker: what is queued survives a kill, and is found again at the same address."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from qiao.embedded.valkey import Valkey

pytestmark = pytest.mark.slow


@pytest.fixture
def valkey(tmp_path: Path) -> Iterator[Valkey]:
    server = Valkey(tmp_path / "home with a space")
    yield server
    server.stop()
    assert not server.alive()


def _pid(server: Valkey) -> int:
    return int((server.data / "valkey.pid").read_text())


def test_valkey_that_was_killed_returns_with_what_was_queued_at_the_same_address(valkey: Valkey) -> None:
    url = valkey.start()
    with redis.Redis.from_url(url) as client:
        client.rpush("queue", "work")
    process = psutil.Process(_pid(valkey))
    process.kill()
    psutil.wait_procs([process], timeout=10)
    assert not valkey.alive()
    assert valkey.url() is None
    assert valkey.start() == url
    with redis.Redis.from_url(url) as client:
        assert client.lrange("queue", 0, -1) == [b"work"]


def test_valkey_runs_once_and_is_not_replaced_while_it_does_not_answer(valkey: Valkey) -> None:
    url = valkey.start()
    process = psutil.Process(_pid(valkey))
    process.suspend()
    assert valkey.url() is None
    assert valkey.alive()
    process.resume()
    assert valkey.start() == url
    assert _pid(valkey) == process.pid


def test_valkey_refuses_who_has_no_password_and_listens_on_loopback_alone(valkey: Valkey) -> None:
    url = valkey.start()
    with (
        redis.Redis.from_url("redis://127.0.0.1:" + url.rpartition(":")[2]) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()
    assert ((valkey.data / "valkey.conf").stat().st_mode & 0o077) == 0
    process = psutil.Process(_pid(valkey))
    listening = {link.laddr.ip for link in process.net_connections() if link.status == psutil.CONN_LISTEN}
    assert listening == {"127.0.0.1"}


def test_valkey_starts_and_is_known_by_a_relative_path_and_through_a_link(
    valkey: Valkey, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    url = Valkey(Path(valkey.home.name)).start()
    (tmp_path / "link").symlink_to(valkey.home, target_is_directory=True)
    for home in (valkey.home, tmp_path / "link"):
        assert Valkey(home).alive()
        assert Valkey(home).start() == url
