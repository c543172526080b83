"""A real PostgreSQL and a real Valkey for a single machine that has neither configured."""
