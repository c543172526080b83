"""Addresses of the organisers' desk, by area."""
