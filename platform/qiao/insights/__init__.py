"""Figures of the network and of what came of it. Reads only; it has no tables of its own."""
