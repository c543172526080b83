"""Words of calls. Values are stored and sent to partners: they never change."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class CallState(models.TextChoices):
    """Where a call stands. An open one takes entries only between its two dates."""

    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    OPEN = "open", pgettext_lazy("call", "Open")
    CLOSED = "closed", pgettext_lazy("call", "Closed for entries")
    DECIDING = "deciding", pgettext_lazy("call", "Being decided")
    DECIDED = "decided", pgettext_lazy("call", "Decided")
    WITHDRAWN = "withdrawn", _("Withdrawn")


#: Others than the owner may read of it.
PUBLISHED = (CallState.OPEN, CallState.CLOSED, CallState.DECIDING, CallState.DECIDED)


class EntryState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", pgettext_lazy("entry", "Handed in")
    ADVANCED = "advanced", pgettext_lazy("entry", "Advanced")
    DECLINED = "declined", pgettext_lazy("entry", "Not chosen")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    WON = "won", pgettext_lazy("entry", "Won")


#: Still in the running.
STANDING = (EntryState.SUBMITTED, EntryState.ADVANCED)
#: The owner of the call has them before it, now or to the end.
HANDED_IN = (EntryState.SUBMITTED, EntryState.ADVANCED, EntryState.DECLINED, EntryState.WON)


class Verdict(models.TextChoices):
    """What a reviewer thinks of an entry."""

    ADVANCE = "advance", pgettext_lazy("verdict", "Advance")
    NOT_SURE = "not_sure", pgettext_lazy("verdict", "Not sure")
    DECLINE = "decline", pgettext_lazy("verdict", "Decline")
