"""The matcher's app is tested with the small encoder that needs no model; `encoder`-marked tests choose another."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture(autouse=True)
def _small_encoder(settings: Any) -> None:
    settings.ENCODER = "word-hash"
