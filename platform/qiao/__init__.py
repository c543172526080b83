"""Qiao: the matchmaking platform of an international bridge."""

from qiao.celery import app as celery_app

__all__ = ["celery_app"]
