"""Both engines together, and the file that says where they are."""

from __future__ import annotations

import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path

from qiao.embedded.postgres import Postgres
from qiao.embedded.valkey import Valkey
from qiao.settings.env import VAR, read


@dataclass(frozen=True)
class Engines:
    """A database and a broker in one folder. Only those that the settings do not name elsewhere are started."""

    home: Path = VAR
    careless: bool = False

    @property
    def address_file(self) -> Path:
        """Where the addresses are written: readable by its owner only, for they hold passwords."""
        return self.home / "embedded.json"

    def start(self) -> dict[str, str]:
        """Start what is needed and does not run yet; returns the addresses by `database` and `broker`."""
        addresses = {}
        if not read("DATABASE_URL"):
            addresses["database"] = Postgres(self.home, careless=self.careless).start()
        if not read("REDIS_URL"):
            addresses["broker"] = Valkey(self.home).start()
        self._write(addresses)
        return addresses

    def stop(self) -> None:
        """Stop both: the broker first, so that no task starts that needs the database."""
        Valkey(self.home).stop()
        Postgres(self.home).stop()
        self.address_file.unlink(missing_ok=True)

    def remove(self) -> None:
        """Stop both and delete what they keep."""
        self.stop()
        Postgres(self.home).remove()
        shutil.rmtree(Valkey(self.home).data, ignore_errors=True)

    def running(self) -> dict[str, bool]:
        """Which of them answer."""
        return {
            "database": Postgres(self.home).port() is not None,
            "broker": Valkey(self.home).url() is not None,
        }

    def dead(self) -> list[str]:
        """Which of those that are ours to run have no process. One that is only slow to answer is not dead."""
        alive = {
            "database": bool(read("DATABASE_URL")) or Postgres(self.home).alive(),
            "broker": bool(read("REDIS_URL")) or Valkey(self.home).alive(),
        }
        return [name for name, lives in alive.items() if not lives]

    def _write(self, addresses: dict[str, str]) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        partial = self.address_file.with_suffix(".partial")
        descriptor = os.open(partial, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            json.dump(addresses, file)
        partial.replace(self.address_file)
