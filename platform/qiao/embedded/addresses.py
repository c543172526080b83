"""Where the database and the broker are: as configured, else the embedded ones' addresses under `var/`."""

from __future__ import annotations

import json
from typing import cast

from qiao.settings.env import VAR, read

#: Tests have engines of their own, so that they can run while the site does.
HOME = VAR / "test" if read("QIAO_ENV") == "test" else VAR
ADDRESS_FILE = HOME / "embedded.json"


def _embedded(key: str) -> str | None:
    if not ADDRESS_FILE.exists():
        return None
    return cast("str | None", json.loads(ADDRESS_FILE.read_text()).get(key))


def database_url() -> str:
    """DATABASE_URL, else the embedded server's address, else one that cannot be reached until it is started."""
    return read("DATABASE_URL") or _embedded("database") or "postgresql://postgres@127.0.0.1:1/qiao"


def redis_url() -> str:
    """REDIS_URL, else the embedded server's address, else one that cannot be reached until it is started."""
    return read("REDIS_URL") or _embedded("broker") or "redis://127.0.0.1:1/0"
