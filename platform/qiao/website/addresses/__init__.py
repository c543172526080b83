"""Addresses of the website by area; `urls.py` puts them together."""
