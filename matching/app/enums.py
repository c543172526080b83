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


class ResponseKind(models.TextChoices):
    """What a side did with a proposal. `matching.core.learning.responses` says how firmly each speaks."""

    SAVED = "saved", _("Saved")
    DISMISSED = "dismissed", _("Dismissed")
    INTERESTED = "interested", _("Interested")
    DECLINED = "declined", _("Declined")
    INTRODUCED = "introduced", _("Introduced")
    MEETING = "meeting", _("Meeting held")
    AGREEMENT = "agreement", _("Agreement")


#: What a side has said of an introduction: the proposal is followed there, and needs no number in its list.
ANSWERS = (ResponseKind.DECLINED, ResponseKind.INTERESTED, ResponseKind.INTRODUCED)
#: After these a proposal takes no place in the side's list: one that was dismissed can still be found at its number.
TAKE_NO_PLACE = (ResponseKind.DISMISSED, *ANSWERS)


class RefitOutcome(models.TextChoices):
    """What came of a refit of a bridge's weights."""

    BETTER = "better", _("Foretells better")
    TOO_FEW = "too_few", _("Too few responses")
    NOT_BETTER = "not_better", _("Foretells no better")


class Fit(models.TextChoices):
    """Names of the score's terms, where one speaks of the fit as such."""

    TEXT = "text", _("What the texts say")
    COMPLEMENT = "complement", _("Kinds of need and offer")
    SECTOR = "sector", _("Sectors")
    STAGE = "stage", _("Stage of development")
    FORM = "form", _("Form of cooperation")
    TICKET = "ticket", _("Sum and ticket")
    REGION = "region", _("Regions of investment")
    PROTECTION = "protection", _("State of the intellectual property")
    HELIX = "helix", _("Kinds of the two organisations")
    FRESHNESS = "freshness", _("Age of the text")
    TRUST = "trust", _("Verification")
    PROFILE = "profile", _("Completeness of the profile")
    KIND_SOUGHT = "kind_sought", _("Kind of partner asked for")
    SIZE_SOUGHT = "size_sought", _("Size of partner asked for")
    COUNTRY_SOUGHT = "country_sought", _("Country of partner asked for")
