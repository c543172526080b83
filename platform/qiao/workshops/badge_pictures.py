"""The square picture on a badge."""

from __future__ import annotations

import segno


def badge_picture(text: str) -> str:
    """The text as a QR code, as the address of an image that needs no further request."""
    return str(segno.make(text, error="m", micro=False).svg_data_uri(scale=4, border=2))
