"""The Celery application: workers and beat start from here."""

from __future__ import annotations

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab
from celery.signals import setup_logging
from django_structlog.celery.steps import DjangoStructLogInitStep

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qiao.settings.base")

app = Celery("qiao")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.steps["worker"].add(DjangoStructLogInitStep)
app.autodiscover_tasks()
app.autodiscover_tasks(["matching.app"], related_name="tasks_workshops")


@setup_logging.connect
def _keep_our_logging(**_: Any) -> None:
    """Celery would replace the handlers that settings have configured."""


app.conf.beat_schedule = {
    "relay-outbox": {"task": "activity.relay_outbox", "schedule": 5.0, "options": {"expires": 30}},
    "send-mail": {"task": "notifications.send_waiting_mail", "schedule": 15.0, "options": {"expires": 60}},
    "write-digests": {"task": "notifications.write_digests", "schedule": 300.0, "options": {"expires": 300}},
    "go-on-with-circulars": {
        "task": "notifications.go_on_with_circulars",
        "schedule": 30.0,
        "options": {"expires": 60},
    },
    "resume-runs": {"task": "matching.resume_stalled_runs", "schedule": 15.0, "options": {"expires": 30}},
    "resume-workshop-runs": {
        "task": "matching.resume_workshop_runs",
        "schedule": 60.0,
        "options": {"expires": 60},
    },
    "end-past-workshops": {
        "task": "workshops.end_past_workshops",
        "schedule": 600.0,
        "options": {"expires": 600},
    },
    "ask-for-feedback": {
        "task": "workshops.ask_for_feedback",
        "schedule": crontab(minute=5),
        "options": {"expires": 3_000},
    },
    "resume-syncs": {"task": "standards.resume_syncs", "schedule": 60.0, "options": {"expires": 60}},
    "resume-imports": {"task": "directory.resume_imports", "schedule": 15.0, "options": {"expires": 30}},
    "refit-weights": {
        "task": "matching.refit_weights",
        "schedule": crontab(hour=2, minute=40),
        "options": {"expires": 21_600},
    },
    "measure-grown-bridges": {
        "task": "matching.measure_grown_bridges",
        "schedule": crontab(minute=20),
        "options": {"expires": 3_000},
    },
    "reencode-bridges": {
        "task": "matching.reencode_bridges",
        "schedule": 60.0,
        "options": {"expires": 120, "priority": 9},
    },
    # Entries are refused to the second all the same: this tells people of it.
    "watch-calls": {"task": "calls.watch_calls", "schedule": 60.0, "options": {"expires": 60}},
    "watch-meetings": {"task": "workshops.watch_meetings", "schedule": 60.0, "options": {"expires": 60}},
    "watch-calendars": {"task": "workshops.watch_calendars", "schedule": 60.0, "options": {"expires": 60}},
    "resume-schedules": {"task": "matching.resume_schedules", "schedule": 30.0, "options": {"expires": 60}},
    "resume-placements": {"task": "matching.resume_placements", "schedule": 30.0, "options": {"expires": 60}},
    "watch-requests": {"task": "partnerships.watch_requests", "schedule": 300.0, "options": {"expires": 600}},
    "send-follow-ups": {
        "task": "partnerships.send_follow_ups",
        "schedule": crontab(minute=35),
        "options": {"expires": 3_000},
    },
    "check-verifications": {
        "task": "directory.check_verifications",
        "schedule": crontab(hour=1, minute=10),
        "options": {"expires": 21_600},
    },
    "forget-answers": {
        "task": "accounts.forget_answers",
        "schedule": crontab(hour=3, minute=15),
        "options": {"expires": 21_600},
    },
    "expire-listings": {"task": "directory.expire_listings", "schedule": 900.0, "options": {"expires": 900}},
}
