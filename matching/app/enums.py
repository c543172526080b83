"""Words of the matcher."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class RunState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")


class ProposalState(models.TextChoices):
    """Current ones are shown; a superseded one no longer holds and is kept for what was done with it."""

    CURRENT = "current", _("Current")
    SUPERSEDED = "superseded", _("Superseded")


class Band(models.TextChoices):
    """How a score is said."""

    STRONG = "strong", _("Strong")
    GOOD = "good", _("Good")
    POSSIBLE = "possible", _("Possible")
