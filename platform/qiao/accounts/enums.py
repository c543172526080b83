"""Kinds of keys, and what a key may be for."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class KeyKind(models.TextChoices):
    """How a program shows who it is."""

    TOKEN = "token", _("Token: sent with every request")
    CLIENT = "client", _("Client: exchanged for short-lived tokens (OAuth 2.0)")


class ApiResource(models.TextChoices):
    """What a key may be for. Surfaces that grow add theirs here."""

    BRIDGES = "bridges", pgettext_lazy("interface", "Bridges")
    ORGANISATIONS = "organisations", pgettext_lazy("interface", "Organisations and memberships")
    PEOPLE = "people", pgettext_lazy("interface", "People")
    LISTINGS = "listings", pgettext_lazy("interface", "Needs and offers")
    PROPOSALS = "proposals", pgettext_lazy("interface", "Proposals and responses")
    INTRODUCTIONS = "introductions", pgettext_lazy("interface", "Introductions and messages")
    COLLABORATIONS = "collaborations", pgettext_lazy("interface", "Collaborations and milestones")
    CALLS = "calls", pgettext_lazy("interface", "Calls and entries")
    WORKSHOPS = "workshops", pgettext_lazy("interface", "Workshops and their programmes")
    REGISTRATIONS = "registrations", pgettext_lazy("interface", "Registrations")
    MEETINGS = "meetings", pgettext_lazy("interface", "Meetings")
    FIGURES = "figures", pgettext_lazy("interface", "Figures")


class ApiAction(models.TextChoices):
    """What a key may do with it."""

    READ = "read", pgettext_lazy("interface", "read")
    WRITE = "write", pgettext_lazy("interface", "write")


#: Resources that are only read.
READ_ONLY = frozenset({ApiResource.BRIDGES, ApiResource.PEOPLE, ApiResource.WORKSHOPS, ApiResource.FIGURES})

#: Every scope a key may have: `listings:read`, `listings:write`, …
SCOPES: tuple[str, ...] = tuple(
    f"{resource}:{action}"
    for resource in ApiResource
    for action in ApiAction
    if action == ApiAction.READ or resource not in READ_ONLY
)


class Place(models.TextChoices):
    """What a key is limited to, besides what its person may do."""

    PERSON = "person", pgettext_lazy("key", "Everything I may do")
    ORGANISATION = "organisation", pgettext_lazy("key", "One organisation")
    BRIDGE = "bridge", pgettext_lazy("key", "One bridge")
