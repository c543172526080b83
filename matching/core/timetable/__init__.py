"""Meetings of a workshop: who meets whom in which slot."""
