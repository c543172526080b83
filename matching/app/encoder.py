"""The encoder of this installation, as the settings name it. Asking for its name loads no model."""

from __future__ import annotations

from django.conf import settings

from matching.embedding import Encoder, load_encoder

#: Sentences are only compared within one pair of listings, to find the words that met: the part of the default encoder
#: that crosses the languages does that alone, in a third of the time.
_FOR_SENTENCES = {"bridge": "multilingual-use-v3"}


def default_encoder() -> Encoder:
    """The encoder that vectors are made with now. Vectors of another one are not compared with its own."""
    return load_encoder(settings.ENCODER)


def sentence_encoder() -> Encoder:
    """The encoder of the sentences that proposals quote."""
    return load_encoder(_FOR_SENTENCES.get(settings.ENCODER, settings.ENCODER))


def encoder_name() -> str:
    """The name kept beside its vectors."""
    return default_encoder().name
