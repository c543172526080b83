"""Who reviews the entries to a call, which of them they keep out of, and what they think of the others."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.calls.enums import Verdict
from qiao.calls.querysets.reviewing import MarkQuerySet, ReviewerQuerySet
from qiao.common.models import Public, Timestamped

NOTE_LENGTH = 3000


class Reviewer(Public):
    """A person whom the owner of a call has asked to review.

    The link goes to an address, which is forgotten once it was used or has run out; only the hash of its secret is
    kept. Entries are read only after the person has said which of them touch their own interests.
    """

    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="reviewers")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="reviewing_of_calls"
    )
    email = models.EmailField(_("e-mail address"), blank=True)
    token_hash = models.CharField(max_length=64, unique=True, null=True)  # noqa: DJ001 - used links have none
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    # When the person has said which entries touch their own interests.
    declared_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    objects = ReviewerQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("reviewer of a call")
        verbose_name_plural = _("reviewers of calls")
        constraints = (
            models.UniqueConstraint(
                fields=("call", "user"),
                condition=models.Q(user__isnull=False, removed_at=None),
                name="one_reviewer_a_person",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} of {self.call_id}"


class Conflict(Timestamped):
    """An entry that a reviewer keeps out of: they neither read nor mark it."""

    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="conflicts")
    entry = models.ForeignKey("calls.Entry", on_delete=models.CASCADE, related_name="conflicts")

    class Meta:
        verbose_name = _("conflict of interest")
        verbose_name_plural = _("conflicts of interest")
        constraints = (models.UniqueConstraint(fields=("reviewer", "entry"), name="one_conflict_an_entry"),)

    def __str__(self) -> str:
        return f"{self.reviewer_id}: {self.entry_id}"


class Mark(Timestamped):
    """What a reviewer thinks of an entry in a stage. The note is read by reviewers alone."""

    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="marks")
    entry = models.ForeignKey("calls.Entry", on_delete=models.CASCADE, related_name="marks")
    stage = models.ForeignKey("calls.CallStage", on_delete=models.CASCADE, related_name="marks")
    verdict = models.CharField(_("mark"), max_length=10, choices=Verdict)
    note = models.TextField(_("note"), blank=True, validators=[MaxLengthValidator(NOTE_LENGTH)])

    objects = MarkQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        verbose_name = _("mark")
        verbose_name_plural = _("marks")
        constraints = (models.UniqueConstraint(fields=("reviewer", "entry", "stage"), name="one_mark_a_stage"),)

    def __str__(self) -> str:
        return f"{self.reviewer_id} on {self.entry_id}: {self.verdict}"
