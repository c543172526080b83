"""Keys of programs, and the answers kept for calls that are sent twice."""

from __future__ import annotations

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qiao.accounts.enums import KeyKind, Place
from qiao.accounts.querysets import ApiKeyQuerySet
from qiao.common.models import Public, Timestamped


class ApiKey(Public):
    """By this a program acts as a person: never more than the person may do now, and no more than its scopes.

    A token is the secret itself; a client changes its secret for tokens that live for minutes. Only hashes are kept.
    Limited to an organisation or a bridge, it acts for that alone; both lie above accounts and are known by id.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="api_keys")
    kind = models.CharField(_("kind"), max_length=8, choices=KeyKind, default=KeyKind.TOKEN)
    name = models.CharField(_("what it is for"), max_length=80)
    organisation_id = models.BigIntegerField(null=True, blank=True)
    bridge_id = models.BigIntegerField(null=True, blank=True)
    scopes = ArrayField(models.CharField(max_length=40), verbose_name=_("scopes"), default=list)
    digest = models.CharField(max_length=64, unique=True)
    # The end of the secret, by which its owner tells keys apart.
    hint = models.CharField(max_length=4)
    expires_at = models.DateTimeField(_("holds until"))
    # After a change of secret the old one holds for a while, so that no program stops in between.
    previous_digest = models.CharField(max_length=64, null=True, blank=True, unique=True)
    previous_until = models.DateTimeField(null=True, blank=True)
    rotated_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        verbose_name = _("key of a program")
        verbose_name_plural = _("keys of programs")
        constraints = (
            models.CheckConstraint(
                condition=models.Q(organisation_id__isnull=True) | models.Q(bridge_id__isnull=True),
                name="key_limited_to_one_place",
            ),
        )
        indexes = (
            models.Index(fields=("organisation_id",), name="key_by_organisation"),
            models.Index(fields=("bridge_id",), name="key_by_bridge"),
        )

    def __str__(self) -> str:
        return self.name

    @property
    def place(self) -> Place:
        """What it is limited to."""
        if self.organisation_id is not None:
            return Place.ORGANISATION
        return Place.BRIDGE if self.bridge_id is not None else Place.PERSON

    @property
    def holds(self) -> bool:
        """Neither ended nor past its date."""
        return self.revoked_at is None and self.expires_at > timezone.now()

    @property
    def previous_holds(self) -> bool:
        """Whether the secret before this one is still taken."""
        return self.holds and self.previous_until is not None and self.previous_until > timezone.now()


class ApiAnswer(Timestamped):
    """What was answered to a call that carried an `Idempotency-Key`: sent again, it is answered so again."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.ForeignKey(ApiKey, null=True, on_delete=models.CASCADE, related_name="+")
    # Over who calls, where, and the header: one column, because a null is equal to nothing.
    place = models.CharField(max_length=64, unique=True)
    # Over what was sent.
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        verbose_name = _("answer kept for a repeated call")
        verbose_name_plural = _("answers kept for repeated calls")
        indexes = (models.Index(fields=("created_at",), name="api_answer_by_age"),)

    def __str__(self) -> str:
        return f"{self.status} for {self.place[:8]}"
