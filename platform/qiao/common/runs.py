"""Where a computation stands that people ask for, look at, apply and roll back."""

from django.db import models
from django.utils.translation import pgettext_lazy

from qiao.common.states import TransitionTable


class RunState(models.TextChoices):
    """From the asking to what became of it."""

    QUEUED = "queued", pgettext_lazy("run", "Waiting")
    RUNNING = "running", pgettext_lazy("run", "Running")
    READY = "ready", pgettext_lazy("run", "Ready to look at")
    APPLIED = "applied", pgettext_lazy("run", "Applied")
    ROLLED_BACK = "rolled_back", pgettext_lazy("run", "Rolled back")
    DISCARDED = "discarded", pgettext_lazy("run", "Discarded")
    FAILED = "failed", pgettext_lazy("run", "Failed")


RUN: TransitionTable[str] = TransitionTable(
    {
        RunState.QUEUED: frozenset({RunState.RUNNING, RunState.FAILED, RunState.DISCARDED}),
        # A worker that died leaves it running: it is done again.
        RunState.RUNNING: frozenset({RunState.QUEUED, RunState.READY, RunState.FAILED, RunState.DISCARDED}),
        RunState.READY: frozenset({RunState.APPLIED, RunState.DISCARDED}),
        RunState.APPLIED: frozenset({RunState.ROLLED_BACK}),
        RunState.ROLLED_BACK: frozenset({RunState.APPLIED}),
        RunState.DISCARDED: frozenset(),
        RunState.FAILED: frozenset({RunState.QUEUED}),
    }
)
