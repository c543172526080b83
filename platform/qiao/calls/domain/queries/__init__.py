"""Reads of calls that need more than a list."""
