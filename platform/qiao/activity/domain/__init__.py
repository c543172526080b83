"""Writes of the audit log and the outbox."""
