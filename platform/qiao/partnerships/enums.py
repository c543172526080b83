"""Words of partnerships. Values are stored and sent to partners: they never change."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.bridges.enums import BridgeRole

#: Who brings organisations together, and therefore sees their introductions. Reviewers of listings do not.
BROKERING = (BridgeRole.OWNER, BridgeRole.ORGANISER, BridgeRole.ADVISER)


class DismissalReason(models.TextChoices):
    TOO_EARLY = "too_early", _("Too early")
    BENEFIT_UNCLEAR = "benefit_unclear", _("Benefit unclear")
    ROUTE_UNCLEAR = "route_unclear", _("Commercial route unclear")
    WRONG_SECTOR = "wrong_sector", _("Wrong sector")
    CAPACITY = "capacity", _("No capacity now")
    IN_CONTACT = "in_contact", _("Already in contact")
    OTHER = "other", _("Other")


class Answer(models.TextChoices):
    """What a side has said. Only its own people and the bridge's advisers know a "no" or a "later"."""

    NONE = "", _("Not answered")
    INTERESTED = "interested", _("Interested")
    LATER = "later", _("Later")
    NO = "no", _("No")


class IntroductionState(models.TextChoices):
    """Where a request for an introduction, or the introduction itself, stands.

    There is no state for a refusal: a request that was refused looks like one that waits, until its date.
    """

    NEW = "new", _("New")
    QUEUED = "queued", _("Waiting for a free place")
    WITH_ADVISERS = "with_advisers", _("With the advisers")
    REQUESTED = "requested", _("Requested")
    OPEN = "open", _("Introduced")
    PAUSED = "paused", _("Paused")
    LAPSED = "lapsed", _("Lapsed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CLOSED = "closed", _("Closed")


#: Something is still to come of it.
LIVE = (
    IntroductionState.QUEUED,
    IntroductionState.WITH_ADVISERS,
    IntroductionState.REQUESTED,
    IntroductionState.OPEN,
    IntroductionState.PAUSED,
)


class Origin(models.TextChoices):
    PROPOSAL = "proposal", _("A proposal of the matcher")
    ORGANISER = "organiser", _("An organiser")
    CALL = "call", _("A call")
    WORKSHOP = "workshop", _("A meeting at a workshop")


class CloseReason(models.TextChoices):
    SUCCEEDED = "succeeded", _("It has reached its aim")
    NO_ANSWER = "no_answer", _("No answer any more")
    NO_FIT = "no_fit", _("It does not fit after all")
    TERMS = "terms", _("No agreement on terms")
    TIMING = "timing", _("Not the right time")
    FUNDING = "funding", _("No funding")
    RULES = "rules", _("Law or rules stand in the way")
    NOT_PASSED_ON = "not_passed_on", _("Not passed on by the advisers")
    OTHER = "other", _("Other")


class Stage(models.TextChoices):
    """How far a collaboration has come. A later stage does not need every earlier one."""

    INTRODUCED = "introduced", _("Introduced")
    MEETING = "meeting", _("Meeting held")
    NDA = "nda", _("Confidentiality agreement")
    MEMORANDUM = "memorandum", _("Memorandum")
    AGREEMENT = "agreement", _("Agreement")
    OUTCOME = "outcome", _("Outcome")


STAGE_ORDER = {stage: place for place, stage in enumerate(Stage.values)}


class MilestoneState(models.TextChoices):
    AWAITING = "awaiting", _("Waiting for confirmation")
    CONFIRMED = "confirmed", _("Confirmed by both sides")
    DISPUTED = "disputed", _("Disputed")
    WITHDRAWN = "withdrawn", _("Taken back")


class AgreementKind(models.TextChoices):
    RD_COOPERATION = "rd_cooperation", _("R&D cooperation")
    LICENCE = "licence", _("Licence")
    JOINT_VENTURE = "joint_venture", _("Joint venture")
    INVESTMENT = "investment", _("Investment")
    DISTRIBUTION = "distribution", _("Distribution or agency")
    MANUFACTURING = "manufacturing", _("Manufacturing")
    SERVICE = "service", _("Service")
    TRAINING = "training", _("Training")
    EQUITY_PURCHASE = "equity_purchase", _("Equity purchase")
    STANDARDS_PROJECT = "standards_project", _("Standards project")


class Confidentiality(models.TextChoices):
    """Who may know of a milestone besides those who took part."""

    PARTIES = "parties", _("The two sides and the organisers")
    FIGURES = "figures", _("Counted in figures, without names")
    PUBLIC = "public", _("Public")


class MessageKind(models.TextChoices):
    QUESTION = "question", _("Question before answering")
    MESSAGE = "message", _("Message")


class FollowUpAnswer(models.TextChoices):
    """The one question some months later: how is it going?"""

    GOING_ON = "going_on", _("Going on well")
    SLOW = "slow", _("Slow, but alive")
    HELP = "help", _("We need help")
    ENDED = "ended", _("It has ended")
