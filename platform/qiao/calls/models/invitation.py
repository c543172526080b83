"""An organisation whom the matcher has found for a call."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.calls.querysets.invitation import CallInvitationQuerySet
from qiao.common.models import Public


class CallInvitation(Public):
    """Why a call may suit an organisation. Only its own people see it; the call's owner sees how many there are.

    `reasons` holds what speaks for it in two readings: `reasons`, why the owner would want the organisation, and
    `gains`, what the organisation has of it; each a list of codes with parameters and quoted words.
    """

    call = models.ForeignKey("calls.Call", on_delete=models.CASCADE, related_name="invitations")
    organisation = models.ForeignKey(
        "directory.Organisation", on_delete=models.CASCADE, related_name="call_invitations"
    )
    score = models.FloatField()
    reasons = models.JSONField(default=dict)
    # The organisation has said that it does not want to enter.
    declined_at = models.DateTimeField(null=True)

    objects = CallInvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("invitation to a call")
        verbose_name_plural = _("invitations to calls")
        constraints = (models.UniqueConstraint(fields=("call", "organisation"), name="one_invitation_to_a_call"),)
        indexes = (models.Index(fields=("organisation", "-created_at"), name="call_invitation_of"),)

    def __str__(self) -> str:
        return f"{self.organisation_id} to {self.call_id}"
