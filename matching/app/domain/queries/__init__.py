"""Reads of the matcher that span models."""
