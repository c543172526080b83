"""Importing organisations with their needs and offers from a file: read, map, check, then all or nothing."""
