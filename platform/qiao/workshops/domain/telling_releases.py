"""Telling a release: each whom it concerns once, with what goes into their calendar."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils import timezone

from qiao.notifications.domain.telling import tell
from qiao.notifications.models import Notification
from qiao.workshops.domain.audience import TOPIC, path_of
from qiao.workshops.domain.inviting_to_sessions import bring_calendar_up_to_date, send_entry
from qiao.workshops.domain.queries.shown import ShownSession, shown_sessions
from qiao.workshops.domain.session_calendars import entries_of_who_left, entries_to_send
from qiao.workshops.enums import AnswerToInvitation, RegistrationState, WorkshopState
from qiao.workshops.models import CalendarEntry, Registration, Release, SessionPerson, Workshop


def tell_release(release_id: int) -> int:
    """Tell everybody whose sessions a release has given a time, changed or cancelled; returns how many were told now.

    Each in a transaction of their own, once for the release however often this runs: who was told before it was cut off
    is not told again. Nobody hears of a workshop that is not published: it is told when that happens.
    """
    release = Release.objects.select_related("workshop__bridge").filter(pk=release_id).first()
    if release is None or release.workshop.state != WorkshopState.PUBLISHED:
        return 0
    workshop = release.workshop
    shown = shown_sessions(workshop)
    told = sum(_tell_one(release, registration_id, shown) for registration_id in _concerned(release))
    Release.objects.filter(pk=release.pk, told_at=None).update(told_at=timezone.now())
    return told


def empty_calendars_of_who_left() -> int:
    """Take sessions out of the calendars of those who come no longer, and of workshops that are cancelled."""
    return sum(_empty_calendar(pk) for pk in entries_of_who_left())


@transaction.atomic
def _empty_calendar(registration_id: int) -> int:
    one = _locked(registration_id)
    workshops = Workshop.objects.filter(sessions__calendar_entries__registration=one).select_related("bridge")
    return sum(bring_calendar_up_to_date(workshop, one) for workshop in workshops.distinct())


def _concerned(release: Release) -> list[int]:
    """Those in a session that has changed, and those whose calendar has one of them."""
    keys = {one["session"] for one in release.changes if one["code"] != "details"}
    places = SessionPerson.objects.filter(session__public_id__in=keys, registration__user__isnull=False)
    places = places.exclude(answer=AnswerToInvitation.DECLINED)
    entries = CalendarEntry.objects.filter(session__public_id__in=keys, is_cancelled=False)
    found = {*places.values_list("registration_id", flat=True), *entries.values_list("registration_id", flat=True)}
    return sorted(one for one in found if one is not None)


@transaction.atomic
def _tell_one(release: Release, registration_id: int, shown: list[ShownSession]) -> bool:
    workshop, one = release.workshop, _locked(registration_id)
    key = f"programme:{workshop.public_id}:{release.number}"
    if one.user is None or one.state != RegistrationState.CONFIRMED:
        return False
    if Notification.objects.filter(user=one.user, key=key).exists():
        return False
    entries = entries_to_send(workshop, one, shown)
    changes = _changes_for(release, one)
    if not changes and not entries:
        return False
    tell(
        one.user,
        "programme_changed" if release.number > 1 else "programme_out",
        topic=TOPIC,
        url=f"{path_of(workshop)}programme/",
        bridge=workshop.bridge,
        key=key,
        mail="programme_changed",
        mail_context={"workshop": workshop, "release": release, "changes": changes, "zone": workshop.zone},
        calendar=entries[0].part if entries else None,
        subject=str(workshop.name),
    )
    for entry in entries[1:]:
        send_entry(workshop, one, entry)
    return True


def _changes_for(release: Release, registration: Registration) -> list[dict[str, Any]]:
    places = SessionPerson.objects.filter(registration=registration).exclude(answer=AnswerToInvitation.DECLINED)
    mine = set(places.values_list("session__public_id", flat=True))
    mine |= set(CalendarEntry.objects.filter(registration=registration).values_list("session__public_id", flat=True))
    return [change for change in release.changes if change["session"] in mine and change["code"] != "details"]


def _locked(registration_id: int) -> Registration:
    people = Registration.objects.select_for_update(no_key=True, of=("self",)).select_related("user", "organisation")
    return people.get(pk=registration_id)
