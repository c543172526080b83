"""Releasing the programme: what participants see from then on, what has changed, and telling those it concerns."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.activity.domain.outbox import emit
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.common.text import clean_line, clean_text
from qiao.workshops.domain.log import log_act
from qiao.workshops.enums import AnswerToInvitation, SessionState
from qiao.workshops.models import Release, Session, Workshop
from qiao.workshops.rules import plans_programme

#: What of a session a change is told of, in this order.
TOLD = ("starts_at", "minutes", "room", "title", "people")
#: What of a session a release shows anew without telling anybody by name.
DETAILS = ("description", "track", "kind", "online_url", "is_for_all")


@transaction.atomic
def release_programme(workshop: Workshop, *, actor: Any, name: str = "", note: str = "") -> Release:
    """Show the draft's sessions that have a time. Those whose session has changed are told, once for the release, by
    whoever hears the event (`telling_releases.py`).

    Raises `InvalidInput` when nothing is placed, or nothing has changed since the last release.
    """
    workshop = (
        Workshop.objects.select_for_update(no_key=True, of=("self",)).select_related("bridge").get(pk=workshop.pk)
    )
    if not plans_programme(actor, workshop):
        raise NotAllowed
    content = {"sessions": [_line(one) for one in _placed(workshop)]}
    last = Release.objects.of_workshop(workshop).first()
    if not content["sessions"] and last is None:
        raise InvalidInput(_("No session has a time yet."))
    changes = changes_between([] if last is None else last.content.get("sessions", []), content["sessions"])
    if last is not None and not changes:
        raise InvalidInput(_("Nothing has changed since the last release."))
    number = 1 if last is None else last.number + 1
    release = Release.objects.create(
        workshop=workshop,
        number=number,
        name=clean_line(name)[:80] or _("Release %(n)d") % {"n": number},
        note=clean_text(note)[:2000],
        content=content,
        changes=changes,
        released_by=actor,
        released_at=timezone.now(),
    )
    log_act(workshop, "release_programme", actor=actor, detail={"release": number, "changes": len(changes)})
    emit("programme.released", workshop_id=workshop.pk, release_id=release.pk)
    return release


def changes_since_last(workshop: Workshop) -> list[dict[str, Any]]:
    """What the next release would change."""
    last = Release.objects.of_workshop(workshop).first()
    return changes_between(
        [] if last is None else last.content.get("sessions", []), [_line(one) for one in _placed(workshop)]
    )


def changes_between(before: Iterable[dict[str, Any]], after: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Codes with parameters: added, cancelled, moved, minutes, room, title, people, details; by session."""
    old, new = {one["id"]: one for one in before}, {one["id"]: one for one in after}
    found: list[dict[str, Any]] = []
    for key, line in new.items():
        was = old.get(key)
        if was is None:
            found.append({"code": "added", "session": key, "title": line["title"], "to": line["starts_at"]})
            continue
        for name in TOLD:
            if was.get(name) != line[name]:
                code = {"starts_at": "moved"}.get(name, name)
                told = {"code": code, "session": key, "title": line["title"]}
                if name in ("starts_at", "room", "minutes"):
                    told |= {"from": was.get(name), "to": line[name]}
                found.append(told)
        if any(was.get(name) != line[name] for name in DETAILS):
            found.append({"code": "details", "session": key, "title": line["title"]})
    found += [
        {"code": "cancelled", "session": key, "title": line["title"], "from": line["starts_at"]}
        for key, line in old.items()
        if key not in new
    ]
    return found


def _placed(workshop: Workshop) -> list[Session]:
    sessions = Session.objects.of_workshop(workshop).placed().filter(state=SessionState.ACTIVE)
    return list(sessions.select_related("room").prefetch_related("people").order_by("starts_at", "pk"))


def _line(session: Session) -> dict[str, Any]:
    starts_at, ends_at = session.starts_at, session.ends_at
    room = session.room
    return {
        "id": session.public_id,
        "kind": session.kind,
        "title": _both(session.title),
        "description": _both(session.description),
        "track": session.track,
        "minutes": session.minutes,
        "starts_at": starts_at.isoformat() if starts_at is not None else None,
        "ends_at": ends_at.isoformat() if ends_at is not None else None,
        "room": None if room is None else {"id": room.public_id, "name": _both(room.name)},
        "is_for_all": session.is_for_all,
        "online_url": session.online_url,
        "state": session.state,
        "people": [
            {"name": one.name, "role": one.role, "affiliation": one.affiliation}
            for one in session.people.all()
            if one.role != "participant" and one.answer != AnswerToInvitation.DECLINED
        ],
    }


def _both(value: Any) -> dict[str, str]:
    data = getattr(value, "data", value)
    return {code: text for code, text in data.items() if text} if isinstance(data, dict) else {"en": data or ""}
