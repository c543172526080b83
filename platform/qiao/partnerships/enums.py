"""Words of responses to a proposal."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class DismissalReason(models.TextChoices):
    TOO_EARLY = "too_early", _("Too early")
    BENEFIT_UNCLEAR = "benefit_unclear", _("Benefit unclear")
    ROUTE_UNCLEAR = "route_unclear", _("Commercial route unclear")
    WRONG_SECTOR = "wrong_sector", _("Wrong sector")
    CAPACITY = "capacity", _("No capacity now")
    IN_CONTACT = "in_contact", _("Already in contact")
    OTHER = "other", _("Other")
