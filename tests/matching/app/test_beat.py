"""What beat sends is there to be done."""

from __future__ import annotations

from celery.schedules import crontab

from qiao.celery import app


def test_every_scheduled_task_exists_and_the_refit_comes_once_a_night() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)
    assert app.conf.beat_schedule["refit-weights"]["schedule"] == crontab(hour=2, minute=40)
    assert "matching.refit_weights_of" in app.tasks
