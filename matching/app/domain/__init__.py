"""Writes and reads of the matcher."""
