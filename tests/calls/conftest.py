"""What tests of calls share."""

from __future__ import annotations

from typing import Any

import pytest

from tests.calls.scene import CallScene, make_scene


@pytest.fixture
def scene(db: None) -> CallScene:
    """A bridge with a hospital that publishes calls, three members that enter them, and reviewers."""
    return make_scene()


@pytest.fixture(autouse=True)
def _small_encoder(settings: Any) -> None:
    settings.ENCODER = "word-hash"
