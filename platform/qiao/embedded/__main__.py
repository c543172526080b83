"""`python -m qiao.embedded run|start|stop|status`: everything, or the engines alone."""

from __future__ import annotations

import argparse
import sys

from qiao.embedded.engines import Engines
from qiao.embedded.supervisor import Supervisor, stop_leftovers


def main() -> int:
    """Do what the first argument says."""
    parser = argparse.ArgumentParser(prog="python -m qiao.embedded", description=__doc__)
    parser.add_argument("act", choices=("run", "start", "stop", "status"))
    act = parser.parse_args().act
    if act == "run":
        return Supervisor().run()
    engines = Engines()
    if act == "start":
        engines.start()
    elif act == "stop":
        stop_leftovers()
        engines.stop()
    for name, runs in engines.running().items():
        print(f"{name}: {'running' if runs else 'stopped'}")  # noqa: T201 - a command
    return 0


if __name__ == "__main__":
    sys.exit(main())
