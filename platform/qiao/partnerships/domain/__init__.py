"""Writes of partnerships."""
