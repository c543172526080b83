"""Dividing items into groups of like ones, none of them too large."""
