"""What tests of partnerships share."""

from __future__ import annotations

import pytest

from tests.partnerships.cast import Cast, make_cast


@pytest.fixture
def cast(db: None) -> Cast:
    """Three organisations on a bridge, with their people and those of the bridge."""
    return make_cast()
