"""What can be reported from a page, by the word in its address: each entry finds it as far as the person may see it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404

from qiao.bridges.models import Bridge
from qiao.directory.domain.trust.reporting import (
    Reported,
    reported_endorsement,
    reported_listing,
    reported_organisation,
)
from qiao.directory.models import Endorsement, Listing, Organisation
from qiao.directory.rules import role_in
from qiao.partnerships.domain.reporting import reported_document, reported_message
from qiao.partnerships.models import Document, Introduction, Message

Finder = Callable[[Any, Bridge, str], Reported]


def _organisation(user: Any, bridge: Bridge, public_id: str) -> Reported:
    found = get_object_or_404(Organisation.objects.visible_to(user).on_bridge(bridge), public_id=public_id)
    return reported_organisation(found, bridge)


def _listing(user: Any, bridge: Bridge, public_id: str) -> Reported:
    listings = Listing.objects.visible_to(user).on_bridge(bridge).select_related("organisation", "bridge")
    return reported_listing(get_object_or_404(listings, public_id=public_id))


def _endorsement(user: Any, bridge: Bridge, public_id: str) -> Reported:
    endorsements = Endorsement.objects.visible_to(user).on_bridge(bridge).select_related("by", "of", "bridge")
    return reported_endorsement(get_object_or_404(endorsements, public_id=public_id))


def _message(user: Any, bridge: Bridge, public_id: str) -> Reported:
    messages = Message.objects.visible_to(user).filter(introduction__bridge=bridge, retracted_at__isnull=True)
    found = get_object_or_404(messages.select_related("organisation", *_OF_INTRODUCTION), public_id=public_id)
    _must_be_of_a_side(user, found.introduction)
    return reported_message(found)


def _file(user: Any, bridge: Bridge, public_id: str) -> Reported:
    documents = Document.objects.visible_to(user).filter(introduction__bridge=bridge).without_content()
    found = get_object_or_404(documents.select_related("organisation", *_OF_INTRODUCTION), public_id=public_id)
    _must_be_of_a_side(user, found.introduction)
    return reported_document(found)


_OF_INTRODUCTION = (
    "introduction__bridge", "introduction__first", "introduction__second", "introduction__first_listing",
    "introduction__second_listing",
)  # fmt: skip


def _must_be_of_a_side(user: Any, introduction: Introduction) -> None:
    """What is said to a side is reported by its people; those of the desk who read along decide. Raises `Http404`."""
    parties = introduction.parties.select_related("organisation")
    if not any((party.knows or party.remembers) and role_in(user, party.organisation) is not None for party in parties):
        raise Http404


REPORTABLE: dict[str, Finder] = {
    "organisation": _organisation,
    "listing": _listing,
    "endorsement": _endorsement,
    "message": _message,
    "file": _file,
}
