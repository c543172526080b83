"""Words of workshops. Values are stored and sent to partners: they never change."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from qiao.common.runs import RunState as RunState


class WorkshopState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", pgettext_lazy("workshop", "Published")
    ENDED = "ended", pgettext_lazy("workshop", "Ended")
    CANCELLED = "cancelled", _("Cancelled")


#: Others than those who run it may read of it.
ANNOUNCED = (WorkshopState.PUBLISHED, WorkshopState.ENDED, WorkshopState.CANCELLED)


class WorkshopFormat(models.TextChoices):
    IN_PERSON = "in_person", _("In person")
    ONLINE = "online", _("Online")
    HYBRID = "hybrid", _("In person and online")


class WorkshopRole(models.TextChoices):
    """What somebody does for a workshop. Owners may do everything, and who runs the bridge is an owner."""

    OWNER = "owner", _("Owner")
    PROGRAMME = "programme", pgettext_lazy("role", "Programme")
    REGISTRATION = "registration", pgettext_lazy("role", "Registration")
    CHECK_IN = "check_in", pgettext_lazy("role", "Check-in")


class RegistrationMode(models.TextChoices):
    OPEN = "open", pgettext_lazy("registration", "Open to members of the bridge")
    APPROVAL = "approval", pgettext_lazy("registration", "By approval")
    INVITED = "invited", pgettext_lazy("registration", "By invitation")


class RegistrationState(models.TextChoices):
    INVITED = "invited", pgettext_lazy("registration", "Invited")
    APPLIED = "applied", pgettext_lazy("registration", "Waiting for approval")
    WAITING = "waiting", pgettext_lazy("registration", "On the waiting list")
    CONFIRMED = "confirmed", pgettext_lazy("registration", "Registered")
    DECLINED = "declined", pgettext_lazy("registration", "Not accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class AttendanceMode(models.TextChoices):
    ON_SITE = "on_site", _("On site")
    REMOTE = "remote", _("Online")


class SessionKind(models.TextChoices):
    PLENARY = "plenary", pgettext_lazy("session", "Plenary")
    KEYNOTE = "keynote", pgettext_lazy("session", "Keynote")
    PITCH = "pitch", pgettext_lazy("session", "Pitches")
    ROUNDTABLE = "roundtable", pgettext_lazy("session", "Roundtable")
    POLICY_BRIEFING = "policy_briefing", pgettext_lazy("session", "Policy briefing")
    PANEL = "panel", pgettext_lazy("session", "Panel")
    TRAINING = "training", pgettext_lazy("session", "Training")
    VISIT = "visit", pgettext_lazy("session", "Visit")
    WEBINAR = "webinar", pgettext_lazy("session", "Webinar")
    BREAK = "break", pgettext_lazy("session", "Break")


class SessionState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("session", "Planned")
    CANCELLED = "cancelled", _("Cancelled")


class SessionRole(models.TextChoices):
    SPEAKER = "speaker", pgettext_lazy("session", "Speaker")
    MODERATOR = "moderator", pgettext_lazy("session", "Moderator")
    INTERPRETER = "interpreter", pgettext_lazy("session", "Interpreter")
    PARTICIPANT = "participant", pgettext_lazy("session", "Participant")


class AnswerToInvitation(models.TextChoices):
    INVITED = "invited", pgettext_lazy("session", "Invited")
    ACCEPTED = "accepted", pgettext_lazy("session", "Accepted")
    DECLINED = "declined", pgettext_lazy("session", "Declined")
    #: Put themselves down for it.
    WISHES = "wishes", pgettext_lazy("session", "Wants to come")


class SuggestionState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("suggestion", "Proposed")
    ACCEPTED = "accepted", pgettext_lazy("suggestion", "Accepted")
    DISMISSED = "dismissed", pgettext_lazy("suggestion", "Dismissed")


class MeetingState(models.TextChoices):
    """Where a meeting stands; what became of it on the day is its outcome."""

    REQUESTED = "requested", pgettext_lazy("meeting", "Asked for")
    #: All want it; it has no time yet.
    AGREED = "agreed", pgettext_lazy("meeting", "Agreed, no time yet")
    SCHEDULED = "scheduled", pgettext_lazy("meeting", "Scheduled")
    DECLINED = "declined", pgettext_lazy("meeting", "Declined")
    LAPSED = "lapsed", pgettext_lazy("meeting", "Lapsed")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    CANCELLED = "cancelled", _("Cancelled")


class MeetingOrigin(models.TextChoices):
    REQUEST = "request", pgettext_lazy("meeting", "A participant asked")
    SCHEDULER = "scheduler", pgettext_lazy("meeting", "Proposed by the matcher")
    ORGANISER = "organiser", pgettext_lazy("meeting", "Set by an organiser")
    WALK_IN = "walk_in", pgettext_lazy("meeting", "Walk-in")


class MeetingAnswer(models.TextChoices):
    """What a member of a meeting has said."""

    ASKED = "asked", pgettext_lazy("meeting", "Not answered")
    YES = "yes", pgettext_lazy("meeting", "Wants it")
    NO = "no", pgettext_lazy("meeting", "Declined")


class MeetingOutcome(models.TextChoices):
    """What one member says became of it, and what all of them together say."""

    HELD = "held", pgettext_lazy("meeting", "Held")
    DID_NOT_HAPPEN = "did_not_happen", pgettext_lazy("meeting", "Did not happen")
    DISPUTED = "disputed", pgettext_lazy("meeting", "Disputed")


class CheckInKind(models.TextChoices):
    IN = "in", _("Came")
    OUT = "out", _("Left")


class QuestionKind(models.TextChoices):
    LINE = "line", pgettext_lazy("question", "A line")
    TEXT = "text", pgettext_lazy("question", "A text")
    CHOICE = "choice", pgettext_lazy("question", "One of several")
    CHOICES = "choices", pgettext_lazy("question", "Any of several")
    YES_NO = "yes_no", pgettext_lazy("question", "Yes or no")
