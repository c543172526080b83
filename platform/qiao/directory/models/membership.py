"""An organisation's place on a bridge, decisions about it, and whom it does not want to meet."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public, Timestamped
from qiao.directory.enums import MembershipState, ReviewDecision
from qiao.directory.querysets.membership import MembershipQuerySet


class Membership(Public):
    """An organisation on one side of a bridge, by application and approval."""

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="memberships")
    side = models.ForeignKey("bridges.Side", on_delete=models.PROTECT, related_name="memberships")
    state = models.CharField(_("state"), max_length=20, choices=MembershipState, default=MembershipState.APPLIED)
    applied_at = models.DateTimeField(auto_now_add=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ("-applied_at", "-id")
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = (models.UniqueConstraint(fields=("bridge", "organisation"), name="one_membership_on_a_bridge"),)
        indexes = (models.Index(fields=("bridge", "state", "side"), name="membership_by_bridge"),)

    def __str__(self) -> str:
        return f"{self.organisation_id} on {self.bridge_id}"


class Review(Timestamped):
    """An organiser's decision on a membership or a listing, with the reason that was sent."""

    membership = models.ForeignKey(Membership, null=True, on_delete=models.CASCADE, related_name="reviews")
    listing = models.ForeignKey("directory.Listing", null=True, on_delete=models.CASCADE, related_name="reviews")
    decision = models.CharField(max_length=20, choices=ReviewDecision)
    reason = models.TextField(blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="reviews_made"
    )

    class Meta:
        ordering = ("-id",)
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(membership__isnull=False) ^ models.Q(listing__isnull=False),
                name="review_of_one_thing",
            ),
        )

    def __str__(self) -> str:
        return self.decision


class Block(Timestamped):
    """`organisation` does not want to be proposed to `blocked`, nor the other way round. Only its own people see it."""

    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="blocks")
    blocked = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="blocked_by")

    class Meta:
        verbose_name = _("block")
        verbose_name_plural = _("blocks")
        constraints = (
            models.UniqueConstraint(fields=("organisation", "blocked"), name="one_block_a_pair"),
            models.CheckConstraint(condition=~models.Q(organisation=models.F("blocked")), name="no_block_of_oneself"),
        )

    def __str__(self) -> str:
        return f"{self.organisation_id} blocks {self.blocked_id}"
