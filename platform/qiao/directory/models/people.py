"""People of an organisation: their roles, invitations to them, and what they keep."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qiao.common.models import Public, Timestamped
from qiao.directory.enums import InvitationPurpose, PersonRole
from qiao.directory.querysets.people import InvitationQuerySet, SavedItemQuerySet


class Affiliation(Timestamped):
    """A person's role in an organisation: an owner runs it, an editor writes, a viewer reads."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="affiliations")
    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="affiliations")
    role = models.CharField(_("role"), max_length=8, choices=PersonRole)
    title_en = models.CharField(_("position in English"), max_length=80, blank=True)
    title_zh = models.CharField(_("position in Chinese"), max_length=40, blank=True)
    is_public = models.BooleanField(_("shown on the organisation's page"), default=True)

    class Meta:
        ordering = ("id",)
        verbose_name = _("person of an organisation")
        verbose_name_plural = _("people of organisations")
        constraints = (models.UniqueConstraint(fields=("user", "organisation"), name="one_role_in_an_organisation"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"


class Invitation(Public):
    """A link sent to an address: to join as a colleague, or to take over a managed profile. Only its hash is kept."""

    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="invitations")
    purpose = models.CharField(max_length=12, choices=InvitationPurpose, default=InvitationPurpose.COLLEAGUE)
    email = models.EmailField(_("e-mail address"))
    role = models.CharField(_("role"), max_length=8, choices=PersonRole, default=PersonRole.EDITOR)
    token_hash = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    revoked_at = models.DateTimeField(null=True)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")

    def __str__(self) -> str:
        return f"{self.purpose} {self.organisation_id}"


class SavedItem(Timestamped):
    """An organisation or a listing that a person keeps to come back to. Nobody else sees it."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_items")
    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(
        "directory.Organisation", null=True, on_delete=models.CASCADE, related_name="saved_items"
    )
    listing = models.ForeignKey("directory.Listing", null=True, on_delete=models.CASCADE, related_name="saved_items")

    objects = SavedItemQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("saved item")
        verbose_name_plural = _("saved items")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(organisation__isnull=False) ^ models.Q(listing__isnull=False),
                name="saved_item_is_one_thing",
            ),
            models.UniqueConstraint(fields=("user", "bridge", "organisation"), name="organisation_saved_once"),
            models.UniqueConstraint(fields=("user", "listing"), name="listing_saved_once"),
        )

    def __str__(self) -> str:
        return f"{self.user_id}: {self.organisation_id or self.listing_id}"
