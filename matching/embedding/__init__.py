"""Text to vectors: several encoders behind one protocol. Importing this loads no model and no torch."""

from matching.embedding.centres import LanguageStatistics
from matching.embedding.languages import detect_language
from matching.embedding.loading import load_encoder
from matching.embedding.passages import Passage, split_passages
from matching.embedding.protocol import Encoder

__all__ = ["Encoder", "LanguageStatistics", "Passage", "detect_language", "load_encoder", "split_passages"]
