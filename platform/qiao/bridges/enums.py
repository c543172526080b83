"""Words of a bridge."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class BridgeState(models.TextChoices):
    """Whether a bridge is open to the public."""

    PREPARING = "preparing", _("In preparation")
    OPEN = "open", _("Open")
    CLOSED = "closed", _("Closed")


class BridgeRole(models.TextChoices):
    """What a person does for a bridge."""

    OWNER = "owner", _("Owner")
    ORGANISER = "organiser", _("Organiser")
    ADVISER = "adviser", _("Adviser")
    REVIEWER = "reviewer", _("Reviewer")
