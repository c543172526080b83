"""`python -m matching`: the engine on files, without Django or a database."""
