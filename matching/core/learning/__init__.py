"""What responses teach: a refit of the score's own terms, kept near the priors and adopted only if it foretells better.

See docs/learning.md. Knows nothing of who responded but a key that keeps one organisation from ruling.
"""
