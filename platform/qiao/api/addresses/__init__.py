"""Addresses of the interface by area; `urls.py` puts them together."""
