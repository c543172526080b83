"""What the two sides write to each other, the files they exchange, and what each keeps for itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public, Timestamped
from qiao.partnerships.enums import MessageKind
from qiao.partnerships.querysets.conversation import DocumentQuerySet, MessageQuerySet, PrivateNoteQuerySet

MESSAGE_LENGTH = 8000


class Message(Public):
    """Words from one side, or from an organiser (`organisation` is empty), to everybody in the introduction."""

    introduction = models.ForeignKey("partnerships.Introduction", on_delete=models.CASCADE, related_name="messages")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    organisation = models.ForeignKey("directory.Organisation", null=True, on_delete=models.SET_NULL, related_name="+")
    kind = models.CharField(max_length=10, choices=MessageKind, default=MessageKind.MESSAGE)
    text = models.TextField(_("message"), max_length=MESSAGE_LENGTH)
    # Given by the form, so that pressing the button twice writes once.
    once = models.CharField(max_length=32, blank=True)
    retracted_at = models.DateTimeField(null=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        constraints = (
            models.UniqueConstraint(
                fields=("introduction", "author", "once"), condition=~models.Q(once=""), name="message_once"
            ),
        )
        indexes = (models.Index(fields=("introduction", "id"), name="message_by_introduction"),)

    def __str__(self) -> str:
        return self.text[:60]


class Document(Public):
    """A file of an introduction: with a message, or the evidence of a milestone. Served only to who may see it."""

    introduction = models.ForeignKey("partnerships.Introduction", on_delete=models.CASCADE, related_name="documents")
    message = models.ForeignKey(Message, null=True, on_delete=models.CASCADE, related_name="documents")
    milestone = models.ForeignKey(
        "partnerships.Milestone", null=True, on_delete=models.CASCADE, related_name="documents"
    )
    organisation = models.ForeignKey("directory.Organisation", null=True, on_delete=models.SET_NULL, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    name = models.CharField(max_length=160)
    content_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    # In the database, as uploads of imports are: a worker or web process on another machine must reach it.
    content = models.BinaryField()

    objects = DocumentQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("file")
        verbose_name_plural = _("files")

    def __str__(self) -> str:
        return self.name


class ReadMark(Timestamped):
    """How far a person has read an introduction's messages."""

    introduction = models.ForeignKey("partnerships.Introduction", on_delete=models.CASCADE, related_name="read_marks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    last_message_id = models.BigIntegerField(default=0)
    read_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("introduction", "user"), name="one_read_mark_a_person"),)

    def __str__(self) -> str:
        return f"{self.user_id} has read {self.introduction_id} to {self.last_message_id}"


class PrivateNote(Public):
    """A note for one's own side only; without an organisation, for the bridge's organisers and advisers only."""

    introduction = models.ForeignKey("partnerships.Introduction", on_delete=models.CASCADE, related_name="notes")
    organisation = models.ForeignKey("directory.Organisation", null=True, on_delete=models.CASCADE, related_name="+")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    text = models.TextField(_("note"), max_length=4000)

    objects = PrivateNoteQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("private note")
        verbose_name_plural = _("private notes")

    def __str__(self) -> str:
        return self.text[:60]


class ConfidentialityNotice(Timestamped):
    """A person has read that nothing confidential belongs here until an NDA is recorded. Asked once an introduction."""

    introduction = models.ForeignKey("partnerships.Introduction", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("introduction", "user"), name="one_notice_a_person"),)

    def __str__(self) -> str:
        return f"{self.user_id} in {self.introduction_id}"
