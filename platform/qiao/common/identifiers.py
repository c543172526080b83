"""Public identifiers: short, not guessable, not telling an order, readable in a URL."""

from __future__ import annotations

import secrets

# Crockford's base 32 without look-alike letters.
ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"


def public_id() -> str:
    """Twelve random characters of base 32 (60 bits)."""
    return "".join(secrets.choice(ALPHABET) for _ in range(12))
