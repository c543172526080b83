"""What came of an introduction: milestones that both sides confirm, and the question asked some months later."""

from __future__ import annotations

from django.conf import settings
from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public, Timestamped
from qiao.common.money import Currency, MoneyRange
from qiao.partnerships.enums import AgreementKind, Confidentiality, FollowUpAnswer, MilestoneState, Stage
from qiao.partnerships.querysets.collaboration import FollowUpQuerySet, MilestoneQuerySet


class Milestone(Public):
    """A meeting held, an NDA, a memorandum, an agreement or an outcome, recorded by one side or an organiser."""

    introduction = models.ForeignKey("partnerships.Introduction", on_delete=models.CASCADE, related_name="milestones")
    stage = models.CharField(_("what happened"), max_length=12, choices=Stage)
    happened_on = models.DateField(_("day"))
    state = models.CharField(max_length=10, choices=MilestoneState, default=MilestoneState.AWAITING)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    # The side that recorded it; empty for an organiser on behalf of both.
    organisation = models.ForeignKey("directory.Organisation", null=True, on_delete=models.SET_NULL, related_name="+")
    comment = models.TextField(_("in a few words"), max_length=2000, blank=True)
    kind = models.CharField(_("kind of agreement"), max_length=20, choices=AgreementKind, blank=True)
    value_least = models.BigIntegerField(_("value from"), null=True, blank=True, validators=[MinValueValidator(0)])
    value_most = models.BigIntegerField(_("value to"), null=True, blank=True, validators=[MinValueValidator(0)])
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, blank=True)
    public_funding = models.BigIntegerField(
        _("public funding in it"), null=True, blank=True, validators=[MinValueValidator(0)]
    )
    funding_source = models.CharField(_("source of public funding"), max_length=160, blank=True)
    other_parties = models.CharField(_("further parties"), max_length=300, blank=True)
    starts_on = models.DateField(_("starts on"), null=True, blank=True)
    ends_on = models.DateField(_("ends on"), null=True, blank=True)
    confidentiality = models.CharField(
        _("who may know"), max_length=8, choices=Confidentiality, default=Confidentiality.PARTIES
    )

    objects = MilestoneQuerySet.as_manager()

    class Meta:
        ordering = ("happened_on", "id")
        verbose_name = _("milestone")
        verbose_name_plural = _("milestones")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(value_least__isnull=True)
                | models.Q(value_most__isnull=True)
                | models.Q(value_least__lte=models.F("value_most")),
                name="milestone_value_in_order",
            ),
            models.CheckConstraint(condition=~models.Q(stage="introduced"), name="milestone_after_introduction"),
        )
        indexes = (models.Index(fields=("introduction", "state"), name="milestone_by_introduction"),)

    def __str__(self) -> str:
        return f"{self.stage} of {self.introduction_id}"

    @property
    def value(self) -> MoneyRange | None:
        """The range of its value, if stated."""
        if self.value_least is None and self.value_most is None:
            return None
        return MoneyRange(self.value_least, self.value_most, self.currency)


class Confirmation(Timestamped):
    """What one side says of a milestone. An organiser may say it for a side, and then that is kept."""

    milestone = models.ForeignKey(Milestone, on_delete=models.CASCADE, related_name="confirmations")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    by_organiser = models.BooleanField(default=False)
    agrees = models.BooleanField()
    comment = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("milestone", "organisation"), name="one_confirmation_a_side"),)

    def __str__(self) -> str:
        return f"{self.organisation_id} on {self.milestone_id}"


class FollowUp(Public):
    """One question to one side, some months after the introduction."""

    introduction = models.ForeignKey("partnerships.Introduction", on_delete=models.CASCADE, related_name="follow_ups")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="+")
    months = models.PositiveSmallIntegerField()
    due_on = models.DateField(db_index=True)
    sent_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=10, choices=FollowUpAnswer, blank=True)
    answered_at = models.DateTimeField(null=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    comment = models.CharField(_("in a few words"), max_length=500, blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        ordering = ("due_on", "id")
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        constraints = (
            models.UniqueConstraint(fields=("introduction", "organisation", "months"), name="one_follow_up_a_month"),
        )

    def __str__(self) -> str:
        return f"{self.months} months, {self.organisation_id} in {self.introduction_id}"
