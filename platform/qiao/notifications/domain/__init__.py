"""Writes of mail and notifications."""
