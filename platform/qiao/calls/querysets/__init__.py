"""Querysets, one file a model."""
