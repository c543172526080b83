"""What is verified of an organisation, by whom, and what waits to be."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public
from qiao.directory.querysets.verification import VerificationQuerySet, VerificationRequestQuerySet
from qiao.directory.trust_words import DocumentKind, VerificationLevel, VerificationRequestState, VerificationState

NOTE_LENGTH = 1000


class Verification(Public):
    """One thing verified of an organisation. It is never rewritten: what no longer holds is ended and kept.

    A confirmed address holds on every bridge, since nobody's judgement is in it. The other two hold on the bridge whose
    organisers stand for them.
    """

    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="verifications")
    level = models.CharField(_("what was verified"), max_length=16, choices=VerificationLevel)
    state = models.CharField(max_length=12, choices=VerificationState, default=VerificationState.HELD)
    bridge = models.ForeignKey(
        "bridges.Bridge", null=True, blank=True, on_delete=models.CASCADE, related_name="verifications"
    )
    # Whose guiding body vouches.
    side = models.ForeignKey("bridges.Side", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    # The registered domain of the confirmed address.
    domain = models.CharField(max_length=253, blank=True)
    document_kind = models.CharField(_("what was seen"), max_length=16, choices=DocumentKind, blank=True)
    # For the organisers: what exactly was seen, and where. Never shown to the public.
    note = models.CharField(_("note"), max_length=NOTE_LENGTH, blank=True)
    expires_on = models.DateField(_("holds until"), null=True, blank=True)
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=NOTE_LENGTH, blank=True)

    objects = VerificationQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("verification")
        verbose_name_plural = _("verifications")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "level"),
                condition=models.Q(state="held", level="email_domain"),
                name="one_confirmed_domain",
            ),
            models.UniqueConstraint(
                fields=("organisation", "level", "bridge"),
                condition=models.Q(state="held"),
                name="verified_once_on_a_bridge",
            ),
            models.CheckConstraint(
                condition=models.Q(level="email_domain", bridge__isnull=True)
                | (~models.Q(level="email_domain") & models.Q(bridge__isnull=False)),
                name="verification_of_a_bridge",
            ),
        )
        indexes = (
            models.Index(fields=("organisation", "state"), name="verification_by_organisation"),
            models.Index(fields=("expires_on",), name="verification_to_expire", condition=models.Q(state="held")),
        )

    def __str__(self) -> str:
        return f"{self.level} of {self.organisation_id}"


class VerificationRequest(Public):
    """An organisation asks the organisers of a bridge to verify it."""

    organisation = models.ForeignKey(
        "directory.Organisation", on_delete=models.CASCADE, related_name="verification_requests"
    )
    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="verification_requests")
    state = models.CharField(max_length=12, choices=VerificationRequestState, default=VerificationRequestState.WAITING)
    note = models.CharField(_("what they can look at"), max_length=NOTE_LENGTH)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=NOTE_LENGTH, blank=True)

    objects = VerificationRequestQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("request for verification")
        verbose_name_plural = _("requests for verification")
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "bridge"),
                condition=models.Q(state="waiting"),
                name="one_request_for_verification_waits",
            ),
        )
        indexes = (models.Index(fields=("bridge", "state", "id"), name="verification_request_queue"),)

    def __str__(self) -> str:
        return f"{self.organisation_id} on {self.bridge_id}"
