"""Words of notifications. Values are stored: they never change."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Topic(models.TextChoices):
    """What a message is about, as far as a person can choose."""

    REVIEWS = "reviews", _("Decisions of organisers")
    PROPOSALS = "proposals", pgettext_lazy("topic", "Proposals")
    INTRODUCTIONS = "introductions", pgettext_lazy("topic", "Requests and introductions")
    MESSAGES = "messages", pgettext_lazy("topic", "Messages")
    COLLABORATIONS = "collaborations", pgettext_lazy("topic", "Collaborations")
    CALLS = "calls", pgettext_lazy("topic", "Calls")
    WORKSHOPS = "workshops", pgettext_lazy("topic", "Workshops")
    TRUST = "trust", pgettext_lazy("topic", "Trust")
    NEWS = "news", _("News of the organisers")


class Delivery(models.TextChoices):
    """How a person hears of a topic besides the site's inbox."""

    AT_ONCE = "at_once", _("By e-mail at once")
    DIGEST = "digest", _("In a digest")
    SITE = "site", _("Only on the site")


class DigestRhythm(models.TextChoices):
    """How often a digest comes."""

    DAILY = "daily", _("Every day")
    WEEKLY = "weekly", _("Every week")


class MailState(models.TextChoices):
    """Where a message is on its way."""

    WAITING = "waiting", _("Waiting")
    HELD = "held", _("Held back")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class CircularState(models.TextChoices):
    """Where a letter to a group is on its way."""

    DRAFT = "draft", _("Draft")
    SENDING = "sending", _("Being sent")
    HELD = "held", _("Held back")
    SENT = "sent", _("Sent")
    CANCELLED = "cancelled", _("Cancelled")


class ReceiverState(models.TextChoices):
    """Whether a receiver of a letter to a group has been written to."""

    WAITING = "waiting", _("Waiting")
    WRITTEN = "written", _("Written")
    SKIPPED = "skipped", _("Does not want it")
