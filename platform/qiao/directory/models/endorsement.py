"""What a partner says of an organisation after they have met."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.languages import TextLanguage
from qiao.common.models import Public
from qiao.directory.querysets.endorsement import EndorsementQuerySet

ENDORSEMENT_LENGTH = 600


class Endorsement(Public):
    """One organisation recommends another. `source` says where they met: `introduction:<public id>`."""

    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="endorsements")
    by = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="endorsements_given")
    of = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="endorsements")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    language = models.CharField(_("language of the text"), max_length=4, choices=TextLanguage)
    text = models.CharField(_("text"), max_length=ENDORSEMENT_LENGTH)
    source = models.CharField(max_length=60)
    hidden_at = models.DateTimeField(null=True, blank=True)
    # By whom it was hidden: the organisation itself may show it again, what organisers hide stays hidden.
    hidden_by_desk = models.BooleanField(default=False)

    objects = EndorsementQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("endorsement")
        verbose_name_plural = _("endorsements")
        constraints = (
            models.UniqueConstraint(fields=("by", "of", "source"), name="one_endorsement_a_meeting"),
            models.CheckConstraint(condition=~models.Q(by=models.F("of")), name="no_endorsement_of_oneself"),
        )
        indexes = (models.Index(fields=("of", "bridge", "-id"), name="endorsement_by_organisation"),)

    def __str__(self) -> str:
        return f"{self.by_id} of {self.of_id}"
