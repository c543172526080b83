"""Writes of bridges."""
