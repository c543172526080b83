"""What an organisation keeps, puts off or dismisses, privately."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Timestamped
from qiao.partnerships.enums import DismissalReason
from qiao.partnerships.querysets.marks import ProposalMarkQuerySet


class ProposalMark(Timestamped):
    """An organisation's own view of a proposal: kept, or dismissed with a reason. The other side never sees it."""

    proposal = models.ForeignKey("matching.Proposal", on_delete=models.CASCADE, related_name="marks")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="proposal_marks")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    seen_at = models.DateTimeField(null=True)
    saved_at = models.DateTimeField(null=True)
    dismissed_at = models.DateTimeField(null=True)
    # "Later": out of the list until that day.
    later_until = models.DateField(null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=24, choices=DismissalReason, blank=True)
    note = models.CharField(_("note"), max_length=500, blank=True)

    objects = ProposalMarkQuerySet.as_manager()

    class Meta:
        verbose_name = _("mark on a proposal")
        verbose_name_plural = _("marks on proposals")
        constraints = (models.UniqueConstraint(fields=("proposal", "organisation"), name="one_mark_an_organisation"),)

    def __str__(self) -> str:
        return f"{self.organisation_id} on {self.proposal_id}"
