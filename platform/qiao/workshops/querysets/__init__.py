"""Reads that can be chained."""
