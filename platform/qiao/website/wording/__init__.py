"""Words for the codes of the engine."""
