"""Reads of partnerships."""
