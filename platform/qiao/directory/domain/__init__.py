"""Writes of directory."""
