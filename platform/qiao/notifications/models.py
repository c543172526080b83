"""What people are told: on the site and by e-mail."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public, Timestamped
from qiao.notifications.enums import CircularState, Delivery, DigestRhythm, ReceiverState
from qiao.notifications.enums import MailState as MailState  # beside the model for those who ask about it
from qiao.notifications.querysets import CircularQuerySet, NotificationQuerySet, OutgoingMailQuerySet
from qiao.notifications.sentences import sentence_of


class OutgoingMail(Public):
    """A message written in the transaction of what it tells of, and sent by a worker afterwards."""

    to = models.EmailField()
    language = models.CharField(max_length=10)
    template = models.CharField(max_length=60)
    subject = models.CharField(max_length=255)
    text = models.TextField()
    # What puts it into the reader's calendar or takes it out, and which of the two (RFC 5546).
    calendar = models.TextField(blank=True)
    calendar_method = models.CharField(max_length=10, blank=True)
    html = models.TextField(blank=True)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.WAITING)
    attempts = models.PositiveIntegerField(default=0)
    try_after = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)
    # The bridge whose organisers may see that it waits; none for mail of accounts. A number: bridges lie above us.
    bridge_id = models.BigIntegerField(null=True)
    # Whose quiet hours hold; none for mail of accounts, which never waits, and for people without an account.
    recipient = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+")
    # What it is about, and what its reader can unsubscribe from. Empty: nothing to choose.
    topic = models.CharField(max_length=20, blank=True)
    # The letter to a group that it is one copy of.
    circular = models.ForeignKey("Circular", null=True, on_delete=models.CASCADE, related_name="copies")

    objects = OutgoingMailQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("try_after",), name="mail_waiting", condition=models.Q(state="waiting")),
            models.Index(fields=("bridge_id", "-id"), name="mail_by_bridge"),
        )
        constraints = (
            # A batch that runs twice writes to nobody twice.
            models.UniqueConstraint(
                fields=("circular", "recipient"),
                condition=models.Q(circular__isnull=False),
                name="one_copy_of_a_circular",
            ),
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
    # It waits for the person's next digest; cleared with the digest that tells of it.
    in_digest = models.BooleanField(default=False)
    # The bridge's name by language: a digest is grouped by it, and bridges lie above us.
    bridge_name = models.JSONField(default=dict, blank=True)

    objects = NotificationQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (
            models.Index(fields=("user", "-id"), name="notification_by_user"),
            models.Index(fields=("user",), name="notification_unread", condition=models.Q(read_at__isnull=True)),
            models.Index(fields=("user",), name="notification_for_digest", condition=models.Q(in_digest=True)),
        )
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
    """Which messages a person wants by e-mail, and when; without a row, all of them at once.

    A topic is mailed if its own field is true: in the digest if it is listed in `in_digest`, else at once.
    """

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_preference")
    reviews = models.BooleanField(_("decisions of organisers on our membership, needs and offers"), default=True)
    proposals = models.BooleanField(_("new proposals for our organisation"), default=True)
    introductions = models.BooleanField(_("requests and introductions"), default=True)
    messages = models.BooleanField(_("messages of those we were introduced to"), default=True)
    collaborations = models.BooleanField(_("steps of our collaborations and follow-ups"), default=True)
    calls = models.BooleanField(_("calls that invite us, and our entries"), default=True)
    workshops = models.BooleanField(_("workshops we take part in, and our meetings there"), default=True)
    trust = models.BooleanField(_("verification, endorsements and reports"), default=True)

    news = models.BooleanField(_("news of the organisers"), default=True)
    in_digest = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    digest_every = models.CharField(_("A digest comes"), max_length=8, choices=DigestRhythm, default=DigestRhythm.DAILY)
    #: Monday is 0.
    digest_weekday = models.PositiveSmallIntegerField(
        _("Day of a weekly digest"), default=0, validators=[MaxValueValidator(6)]
    )
    digest_hour = models.PositiveSmallIntegerField(
        _("Hour of the digest"), default=8, validators=[MaxValueValidator(23)]
    )
    last_digest_at = models.DateTimeField(null=True)
    #: By the clock where the person is; both or none.
    quiet_from = models.TimeField(_("No e-mail from"), null=True, blank=True)
    quiet_until = models.TimeField(_("until"), null=True, blank=True)

    class Meta:
        verbose_name = _("choice of e-mail")
        verbose_name_plural = _("choices of e-mail")

    def __str__(self) -> str:
        return f"{self.user_id}"

    def delivery_of(self, topic: str) -> Delivery:
        """How the person hears of a topic."""
        if not getattr(self, topic):
            return Delivery.SITE
        return Delivery.DIGEST if topic in self.in_digest else Delivery.AT_ONCE


class Circular(Public):
    """A letter of the organisers to a group: written in both languages, one copy for each receiver."""

    bridge_id = models.BigIntegerField()
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # Whom it goes to, as the desk chose: what it means is known above us.
    audience = models.JSONField(default=dict)
    bridge_name = models.JSONField(default=dict, blank=True)
    subject_en = models.CharField(_("subject in English"), max_length=150, blank=True)
    subject_zh = models.CharField(_("subject in Chinese"), max_length=80, blank=True)
    text_en = models.TextField(_("text in English"), max_length=10_000, blank=True)
    text_zh = models.TextField(_("text in Chinese"), max_length=10_000, blank=True)
    state = models.CharField(max_length=10, choices=CircularState, default=CircularState.DRAFT)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    approved_at = models.DateTimeField(null=True)

    objects = CircularQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        indexes = (models.Index(fields=("bridge_id", "-id"), name="circular_by_bridge"),)

    def __str__(self) -> str:
        return self.subject_en or self.subject_zh

    @property
    def version(self) -> str:
        """Differs after each change."""
        return self.updated_at.isoformat()

    def words_in(self, language: str) -> tuple[str, str]:
        """Subject and text in a language of the site; in the other where it was written in that one only."""
        english, chinese = (self.subject_en, self.text_en), (self.subject_zh, self.text_zh)
        first, second = (chinese, english) if language.startswith("zh") else (english, chinese)
        return first if all(first) else second


class CircularReceiver(Timestamped):
    """A person whom a letter goes to, as settled when it was approved."""

    circular = models.ForeignKey(Circular, on_delete=models.CASCADE, related_name="receivers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=ReceiverState, default=ReceiverState.WAITING)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("circular", "user"), name="one_place_in_a_circular"),)
        indexes = (
            models.Index(fields=("circular", "id"), name="circular_waiting", condition=models.Q(state="waiting")),
        )

    def __str__(self) -> str:
        return f"{self.circular_id}: {self.user_id}"
