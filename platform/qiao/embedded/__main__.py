"""`python -m qiao.embedded run|start|stop|status|remove`: everything, or the engines alone."""

from __future__ import annotations

import argparse
import subprocess
import sys

from qiao.embedded.engines import Engines
from qiao.embedded.supervisor import Supervisor, stop_leftovers, stop_running
from qiao.settings.env import VAR

#: The site's engines, and those that tests start for themselves.
HOMES = {"site": VAR, "tests": VAR / "test"}


def main() -> int:
    """Do what the first argument says."""
    parser = argparse.ArgumentParser(prog="python -m qiao.embedded", description=__doc__)
    parser.add_argument("act", choices=("run", "start", "stop", "status", "remove"))
    parser.add_argument("--of", choices=tuple(HOMES), action="append", help="whose engines; for stop and remove: both")
    arguments = parser.parse_args()
    act = arguments.act
    homes = arguments.of or (["site"] if act in ("start", "status") else list(HOMES))
    try:
        if act == "run":
            return Supervisor().run()
        if act in ("stop", "remove") and "site" in homes:
            stop_running()
            stop_leftovers()
        for home in homes:
            engines = Engines(home=HOMES[home], careless=home == "tests")
            if act != "status":
                getattr(engines, act)()
            for name, runs in engines.running().items():
                print(f"{home} {name}: {'running' if runs else 'stopped'}")  # noqa: T201 - a command
    except (OSError, RuntimeError, subprocess.CalledProcessError) as problem:
        print(problem, file=sys.stderr)  # noqa: T201 - a command
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
