"""`python -m qiao.embedded start|stop|status`: the engines alone, for developers."""

from __future__ import annotations

import argparse

from qiao.embedded.engines import Engines


def main() -> None:
    """Do what the first argument says."""
    parser = argparse.ArgumentParser(prog="python -m qiao.embedded", description=__doc__)
    parser.add_argument("act", choices=("start", "stop", "status"))
    act = parser.parse_args().act
    engines = Engines()
    if act == "start":
        engines.start()
    elif act == "stop":
        engines.stop()
    for name, runs in engines.running().items():
        print(f"{name}: {'running' if runs else 'stopped'}")  # noqa: T201 - a command


if __name__ == "__main__":
    main()
