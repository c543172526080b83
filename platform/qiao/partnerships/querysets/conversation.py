"""Reads of messages, files and notes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from qiao.partnerships.querysets.introductions import brokering

if TYPE_CHECKING:
    from qiao.partnerships.models import Document, Introduction, Message, PrivateNote


def _visible(user: Any) -> models.QuerySet[Introduction]:
    from qiao.partnerships.models import Introduction

    return Introduction.objects.visible_to(user)


class MessageQuerySet(models.QuerySet["Message"]):
    """Messages."""

    def visible_to(self, user: Any) -> MessageQuerySet:
        """Those of the introductions the person sees.

        Of one whose request has ended, those of before; and what the other side has written along with a request, once
        a request has reached either.
        """
        if not user.is_authenticated:
            return self.none()
        from qiao.partnerships.models import Party

        own = user.affiliations.values("organisation_id")
        of_introduction = Party.objects.filter(introduction=models.OuterRef("introduction_id"))
        ended = of_introduction.filter(
            organisation__in=own, asks=False, asked_at__isnull=True, ended_at_message__lt=models.OuterRef("pk")
        )
        of_other = ~models.Q(organisation__in=own) & models.Q(organisation__isnull=False)
        return (
            self.filter(introduction__in=_visible(user))
            .exclude(models.Exists(ended))
            .exclude(
                models.Exists(of_introduction.filter(organisation__in=own)),
                ~models.Exists(of_introduction.filter(asked_at__isnull=False)),
                of_other,
                introduction__opened_at__isnull=True,
            )
        )


class DocumentQuerySet(models.QuerySet["Document"]):
    """Files."""

    def visible_to(self, user: Any) -> DocumentQuerySet:
        """Those of the introductions the person sees. Files of a message that was taken back are gone."""
        return self.filter(introduction__in=_visible(user)).exclude(message__retracted_at__isnull=False)

    def without_content(self) -> DocumentQuerySet:
        """Everything but the bytes."""
        return self.defer("content")


class PrivateNoteQuerySet(models.QuerySet["PrivateNote"]):
    """Notes of one side."""

    def visible_to(self, user: Any) -> PrivateNoteQuerySet:
        """Those of the person's organisations, and the organisers' own for who brokers. Nobody sees others'."""
        if not user.is_authenticated:
            return self.none()
        return self.filter(introduction__in=_visible(user)).filter(
            models.Q(organisation__affiliations__user=user)
            | models.Q(
                models.Exists(brokering(user).filter(bridge=models.OuterRef("introduction__bridge_id"))),
                organisation__isnull=True,
            )
        )
