"""What people are told: on the site and by e-mail."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public, Timestamped
from qiao.notifications.querysets import NotificationQuerySet, OutgoingMailQuerySet
from qiao.notifications.sentences import sentence_of


class MailState(models.TextChoices):
    """Where a message is on its way."""

    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    FAILED = "failed", _("Failed")


class OutgoingMail(Public):
    """A message written in the transaction of what it tells of, and sent by a worker afterwards."""

    to = models.EmailField()
    language = models.CharField(max_length=10)
    template = models.CharField(max_length=60)
    subject = models.CharField(max_length=255)
    text = models.TextField()
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    try_after = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    # The bridge whose organisers may see that it waits; none for mail of accounts. A number: bridges lie above us.
    bridge_id = models.BigIntegerField(null=True)

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("try_after",), name="mail_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=("bridge_id", "-id"), name="mail_by_bridge"),
        )

    def __str__(self) -> str:
        return f"{self.template} → {self.to}"


class Notification(Public):
    """A line in a person's inbox. `kind` names the sentence, `context` fills it in the reader's language."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notifications")
    kind = models.CharField(max_length=60)
    context = models.JSONField(default=dict)
    url = models.CharField(max_length=300, blank=True)
    topic = models.CharField(max_length=20, blank=True)
    # Once per person: what a task that runs again would tell a second time.
    key = models.CharField(max_length=120, blank=True)
    read_at = models.DateTimeField(null=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("user", "-id"), name="notification_by_user"),)
        constraints = (
            models.UniqueConstraint(fields=("user", "key"), condition=~models.Q(key=""), name="notification_told_once"),
        )

    def __str__(self) -> str:
        return self.kind

    @property
    def sentence(self) -> str:
        """What happened, in the reader's language."""
        return sentence_of(self.kind, self.context)


class MailPreference(Timestamped):
    """Which messages a person wants by e-mail; without a row, all of them."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_preference")
    reviews = models.BooleanField(_("decisions of organisers on our membership, needs and offers"), default=True)
    proposals = models.BooleanField(_("new proposals for our organisation"), default=True)
    introductions = models.BooleanField(_("requests and introductions"), default=True)
    messages = models.BooleanField(_("messages of those we were introduced to"), default=True)
    collaborations = models.BooleanField(_("steps of our collaborations and follow-ups"), default=True)
    calls = models.BooleanField(_("calls that invite us, and our entries"), default=True)
    trust = models.BooleanField(_("verification, endorsements and reports"), default=True)

    class Meta:
        verbose_name = _("choice of e-mail")
        verbose_name_plural = _("choices of e-mail")

    def __str__(self) -> str:
        return f"{self.user_id}"
