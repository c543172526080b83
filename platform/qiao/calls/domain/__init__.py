"""Writes of calls, entries and marks."""
