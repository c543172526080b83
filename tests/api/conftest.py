from __future__ import annotations

from typing import Any

import pytest

from qiao.api.core import limits
from tests.api.scene import Scene, make_scene


@pytest.fixture
def scene(db: None) -> Scene:
    return make_scene()


@pytest.fixture(autouse=True)
def _uncounted(settings: Any) -> None:
    """Tests call more often than a minute allows; those of the limits set their own."""
    settings.API_ANONYMOUS_CALLS_PER_MINUTE = 1_000_000
    settings.API_CALLS_PER_MINUTE = 1_000_000
    limits._redis.cache_clear()
