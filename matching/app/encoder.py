"""The encoder of this installation, as the settings name it. Asking for its name loads no model."""

from __future__ import annotations

from django.conf import settings

from matching.embedding import Encoder, load_encoder


def default_encoder() -> Encoder:
    """The encoder that vectors are made with now. Vectors of another one are not compared with its own."""
    return load_encoder(settings.ENCODER)


def encoder_name() -> str:
    """The name kept beside its vectors."""
    return default_encoder().name
