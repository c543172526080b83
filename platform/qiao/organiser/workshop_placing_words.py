"""Why a session could not be placed, and what could give way, in sentences."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qiao.workshops.models import Room, Session


def reason_words(
    told: Mapping[str, Any], people: Mapping[str, str], sessions: Mapping[str, Session], *, never_small: bool
) -> str:
    """A reason as a run keeps it. `people` are names by public id, `sessions` are by public id."""
    names = [people[one] for one in told["people"] if one in people]
    words = {
        "people": _(", ").join(names),
        "sessions": titles(told["sessions"], sessions),
        "seats": told["seats"] or 0,
        "minutes": told["minutes"],
    }
    of_seats = never_small and bool(told["seats"])
    match told["code"]:
        case "no_room" if of_seats:
            return _("None of the rooms chosen has %(seats)d seats.") % words
        case "no_room":
            return _("There is no room it may be in.")
        case "too_long":
            return _("It takes %(minutes)d minutes, and no room is open for so long on a day.") % words
        case "absent":
            return (
                ngettext(
                    "%(people)s is never there for %(minutes)d minutes within these hours.",
                    "%(people)s are never there together for %(minutes)d minutes within these hours.",
                    len(names),
                )
                % words
            )
        case "for_all":
            return _("Whenever it could be, it would overlap with a session for everybody: %(sessions)s.") % words
        case "busy":
            return _("Whenever it could be, %(people)s is needed in another session: %(sessions)s.") % words
    return _rooms_taken(told, names, of_seats) % words


def _rooms_taken(told: Mapping[str, Any], names: list[str], of_seats: bool) -> str:
    if told["keeps_time"]:
        return _("No room with %(seats)d seats is free at its time.") if of_seats else _("No room is free at its time.")
    if names and of_seats:
        return _("No room with %(seats)d seats is free while %(people)s can come.")
    if names:
        return _("No room is free while %(people)s can come.")
    if of_seats:
        return _("No room with %(seats)d seats is free for %(minutes)d minutes within these hours.")
    return _("No room is free for %(minutes)d minutes within these hours.")


def instead_words(
    told: Mapping[str, Any], sessions: Mapping[str, Session], rooms: Mapping[str, Room], zone: datetime.tzinfo
) -> str:
    """Where it could be if others moved; empty when nothing is known."""
    instead = told.get("instead")
    if not instead or not told["of"]:
        return ""
    begins = datetime.datetime.fromisoformat(instead["starts_at"]).astimezone(zone)
    words = {
        "moment": f"{date_format(begins, 'DATE_FORMAT')}, {begins:%H:%M}",
        "room": str(rooms.get(instead["room"] or "", "")),
        "sessions": titles(told["of"], sessions),
    }
    if not words["room"]:
        return _("It could be on %(moment)s if this moved: %(sessions)s.") % words
    return _("It could be on %(moment)s in %(room)s if this moved: %(sessions)s.") % words


def titles(keys: list[str], sessions: Mapping[str, Session], *, most: int = 4) -> str:
    """Titles of sessions, the first few of them."""
    known = [_("“%(title)s”") % {"title": sessions[key].title} for key in keys if key in sessions]
    said = _(", ").join(known[:most])
    rest = len(known) - most
    return (
        said
        if rest <= 0
        else ngettext("%(said)s and %(n)d more", "%(said)s and %(n)d more", rest) % {"said": said, "n": rest}
    )
