"""What a side goes on reading of its own ended request while one of the other side is on its way to it.

The pair has one row. While the other's request lies with the advisers or in the queue, the row says so; to this side it
says what it said before: that it vanished, or moved, would tell that the other side is asking.
"""

from __future__ import annotations

import copy
from typing import Any

from django.db.models import Max
from django.utils.dateparse import parse_datetime

from qiao.partnerships.models import Introduction, Message, Party

_MOMENTS = ("requested_at", "lapses_at", "closed_at", "stirred_at", "updated_at")
_WORDS = ("state", "close_reason", "close_note")
_OF_PARTY = ("asks", "has_asked", "answer")


def remember(introduction: Introduction, party: Party, **changes: Any) -> None:
    """Keep what the side knows now, before it is taken to know nothing. `changes` are what it sees besides.

    The caller holds the lock, and saves the party.
    """
    if not party.knows:
        return
    seen = {name: getattr(introduction, name) for name in (*_WORDS, *_MOMENTS)} | changes
    party.ended = {
        name: value.isoformat() if hasattr(value, "isoformat") else value for name, value in seen.items()
    } | {name: getattr(party, name) for name in _OF_PARTY}
    newest = Message.objects.filter(introduction=introduction).aggregate(newest=Max("pk"))["newest"]
    party.ended_at_message = newest or 0


def as_known_to(introduction: Introduction, organisation_id: int) -> Introduction:
    """The introduction as one side knows it: itself, or a copy that says how its own request ended.

    A copy is for reading: what changes an introduction reads it anew.
    """
    party = next((one for one in introduction.parties.all() if one.organisation_id == organisation_id), None)
    if party is None or not party.remembers:
        return introduction
    known = copy.copy(introduction)
    for name in _WORDS:
        setattr(known, name, party.ended[name])
    for name in _MOMENTS:
        value = party.ended[name]
        setattr(known, name, parse_datetime(value) if value else None)
    return known


def party_as_known(party: Party) -> Party:
    """One's own side in it, likewise."""
    if not party.remembers:
        return party
    known = copy.copy(party)
    for name in _OF_PARTY:
        setattr(known, name, party.ended[name])
    return known
