"""Encoders by what the settings call them and by the name kept beside their vectors.

The settings name the encoder that a bridge should have; `domain/encoders.py` tells which one it has. Asking for a name
loads no model.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass

from django.conf import settings

from matching.embedding import Encoder, load_encoder

logger = logging.getLogger(__name__)

#: Sentences are only compared within one pair of listings, to find the words that met: the part of the default encoder
#: that crosses the languages does that alone, in a third of the time.
_FOR_SENTENCES = {"bridge": "multilingual-use-v3"}


@dataclass(frozen=True)
class NamedEncoder:
    """An encoder: the name of its vectors, and what the settings called it when it was put in service."""

    name: str
    setting: str

    @property
    def sentences(self) -> str:
        """The name of the encoder of the sentences that proposals quote."""
        return _FOR_SENTENCES.get(self.setting, self.name)

    def load(self) -> Encoder | None:
        """The encoder itself; None when it can no longer be had, as one that a new version has replaced."""
        return _loaded(self.setting, self.name)

    def load_for_sentences(self) -> Encoder | None:
        """The encoder of quoted sentences; None when it can no longer be had."""
        return _loaded(_FOR_SENTENCES.get(self.setting, self.setting), self.sentences)


def configured_encoder() -> NamedEncoder:
    """The encoder that the settings ask for."""
    return NamedEncoder(name=load_encoder(settings.ENCODER).name, setting=settings.ENCODER)


def default_encoder() -> Encoder:
    """The configured encoder itself."""
    return load_encoder(settings.ENCODER)


def encoder_name() -> str:
    """The name kept beside the configured encoder's vectors."""
    return default_encoder().name


def _loaded(setting: str, name: str) -> Encoder | None:
    try:
        encoder = load_encoder(setting)
    except (OSError, ValueError, ImportError) as problem:  # a folder that was removed, a model that is not packaged
        logger.warning("the encoder %s (%s) cannot be loaded: %s", name, setting, problem)
        return None
    return encoder if encoder.name == name else None
