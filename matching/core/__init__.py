"""The engine: pure functions on frozen data. Knows nothing of Django, of encoders or of where data is kept."""
