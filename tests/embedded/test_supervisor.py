"""`make run`: one at a time, restarted where it breaks, gone when it is stopped, and whole again after a kill."""

from __future__ import annotations

import signal

import psutil
import pytest

from tests.embedded.conftest import PATIENCE_SECONDS, Site, wait_for

pytestmark = pytest.mark.slow


def test_run_prints_the_address_and_the_demonstration_sign_ins(site: Site) -> None:
    site.start()
    assert f"Qiao is running: {site.address}" in site.log
    assert "Demonstration sign-ins (e-mail, password):" in site.log
    assert "Organiser" in site.log
    assert site.answers()
    assert (site.home / "var" / "log" / "worker.log").exists()


def test_second_run_says_that_the_first_is_running(site: Site) -> None:
    site.start()
    second = site.command("run")
    assert (second.returncode, second.stdout) == (0, f"Qiao is already running: {site.address}\n")
    assert site.answers()


@pytest.mark.parametrize("name", ["web", "worker", "beat"])
def test_child_that_is_killed_starts_again_and_leaves_no_process_behind(site: Site, name: str) -> None:
    site.start()
    killed = site.children()[name]
    family = [killed, *killed.children(recursive=True)]
    killed.kill()
    wait_for(lambda: name in (known := site.children()) and known[name].pid != killed.pid)
    wait_for(lambda: not any(process.is_running() and process.status() != "zombie" for process in family))
    wait_for(site.answers)


def test_killed_broker_and_database_return_at_their_addresses(site: Site) -> None:
    site.start()
    addresses = (site.home / "var" / "embedded.json").read_text()
    before = {name: child.pid for name, child in site.children().items()}
    for process in site.processes():
        if process.name() in ("postgres", "valkey-server"):
            _kill(process)
    wait_for(lambda: "the database and the broker ended" in site.log or site.log.count("ended; starting again") == 2)
    wait_for(site.answers)
    assert (site.home / "var" / "embedded.json").read_text() == addresses
    assert {name: child.pid for name, child in site.children().items()} == before


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signal_stops_everything(site: Site, number: signal.Signals) -> None:
    site.start()
    assert site.supervisor is not None
    site.supervisor.send_signal(number)
    assert site.supervisor.wait(PATIENCE_SECONDS) == 0
    assert "qiao   │ stopping" in site.log
    assert site.log.endswith("qiao   │ stopped\n")
    assert site.processes() == []
    assert not (site.home / "var" / "embedded.json").exists()
    assert not (site.home / "var" / "run.json").exists()


def test_stop_stops_a_run_that_goes_on_elsewhere(site: Site) -> None:
    site.start()
    assert site.supervisor is not None
    assert site.command("stop").returncode == 0
    assert site.supervisor.wait(PATIENCE_SECONDS) == 0
    assert site.processes() == []


def test_run_recovers_after_its_supervisor_was_killed(site: Site) -> None:
    site.start()
    assert site.supervisor is not None
    left = site.children()
    left["beat"].suspend()  # what does not obey the kernel's request to stop is for the next run to find
    site.supervisor.kill()
    site.supervisor.wait()
    assert left["beat"].is_running()
    site.start()
    assert not any(child.is_running() for child in left.values())
    assert site.answers()


def test_run_recovers_after_everything_was_killed(site: Site) -> None:
    site.start()
    for process in site.processes():
        _kill(process)
    wait_for(lambda: site.ended and not site.processes())
    site.start()
    assert site.answers()
    assert "already there" in site.log


def _kill(process: psutil.Process) -> None:
    try:
        process.kill()
    except psutil.NoSuchProcess:
        return
