"""What an organisation hands in to a call."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.calls.enums import STANDING, EntryState
from qiao.calls.querysets.entry import EntryQuerySet
from qiao.common.languages import TextLanguage
from qiao.common.models import Public, Timestamped

ENTRY_TITLE_LENGTH = 160
#: More than any limit of words needs; a draft may be too long, and is told so.
ANSWER_LENGTH = 12_000
FEEDBACK_LENGTH = 2000


class Entry(Public):
    """A short proposal: one of an organisation to a call. Its drafts are its own people's alone."""

    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="entries")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="entries")
    contact = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        verbose_name=_("contact person"),
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
    )
    language = models.CharField(_("language of the text"), max_length=4, choices=TextLanguage)
    title = models.CharField(_("title"), max_length=ENTRY_TITLE_LENGTH, blank=True)
    state = models.CharField(_("state"), max_length=12, choices=EntryState, default=EntryState.DRAFT)
    # The stage it has come to; 0 until it is before the reviewers.
    stage = models.PositiveSmallIntegerField(default=0, editable=False)
    submitted_at = models.DateTimeField(null=True, editable=False)
    decided_at = models.DateTimeField(null=True, editable=False)
    # What the owner of the call says to one that was not chosen; read once it was decided.
    feedback = models.TextField(_("feedback"), blank=True, validators=[MaxLengthValidator(FEEDBACK_LENGTH)])
    introduction = models.ForeignKey(
        "partnerships.Introduction", null=True, editable=False, on_delete=models.SET_NULL, related_name="entries"
    )

    objects = EntryQuerySet.as_manager()

    class Meta:
        ordering = ("-submitted_at", "-id")
        verbose_name = _("entry")
        verbose_name_plural = _("entries")
        constraints = (
            models.UniqueConstraint(fields=("call", "organisation"), name="one_entry_an_organisation"),
            models.CheckConstraint(
                condition=models.Q(state__in=("draft", "withdrawn")) | models.Q(submitted_at__isnull=False),
                name="entry_submitted_before_judged",
            ),
        )
        indexes = (models.Index(fields=("organisation", "state"), name="entry_by_organisation"),)

    def __str__(self) -> str:
        return f"{self.organisation_id} to {self.call_id}"

    @property
    def is_standing(self) -> bool:
        """Handed in, and nothing decided yet."""
        return self.state in STANDING


class Answer(Timestamped):
    """What an entry says to one criterion."""

    entry = models.ForeignKey(Entry, on_delete=models.CASCADE, related_name="answers")
    criterion = models.ForeignKey("calls.Criterion", on_delete=models.CASCADE, related_name="+")
    text = models.TextField(blank=True, validators=[MaxLengthValidator(ANSWER_LENGTH)])

    class Meta:
        ordering = ("entry", "criterion__position")
        verbose_name = _("answer to a criterion")
        verbose_name_plural = _("answers to criteria")
        constraints = (models.UniqueConstraint(fields=("entry", "criterion"), name="one_answer_a_criterion"),)

    def __str__(self) -> str:
        return f"{self.entry_id}: {self.criterion_id}"
