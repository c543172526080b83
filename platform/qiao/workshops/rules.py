"""Who may do what with workshops."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rules

from qiao.bridges.rules import runs_bridge
from qiao.directory.rules import writes_for
from qiao.workshops.enums import RegistrationState, WorkshopRole
from qiao.workshops.models import Registration, Workshop, WorkshopStaff

if TYPE_CHECKING:
    from qiao.workshops.models import Meeting


def roles_at(user: Any, workshop: Workshop) -> frozenset[str]:
    """What the person does for the workshop, looked up once per person and workshop. Who runs the bridge owns it."""
    if not getattr(user, "is_authenticated", False):
        return frozenset()
    cache: dict[int, frozenset[str]] = user.__dict__.setdefault("_workshop_roles_by_id", {})
    if workshop.pk not in cache:
        roles = set(WorkshopStaff.objects.filter(workshop=workshop, user=user).values_list("role", flat=True))
        if runs_bridge(user, workshop.bridge):
            roles.add(WorkshopRole.OWNER)
        cache[workshop.pk] = frozenset(roles)
    return cache[workshop.pk]


def _has(user: Any, workshop: Workshop | None, *roles: str) -> bool:
    return workshop is not None and not roles_at(user, workshop).isdisjoint((WorkshopRole.OWNER, *roles))


@rules.predicate
def owns_workshop(user: Any, workshop: Workshop | None) -> bool:
    """Changes the workshop itself, its rooms, slots and people."""
    return _has(user, workshop)


@rules.predicate
def runs_workshop(user: Any, workshop: Workshop | None) -> bool:
    """Has any part in running it: sees its desk."""
    return workshop is not None and bool(roles_at(user, workshop))


@rules.predicate
def plans_programme(user: Any, workshop: Workshop | None) -> bool:
    """Sessions, releases, proposed sessions, and the schedule of meetings."""
    return _has(user, workshop, WorkshopRole.PROGRAMME)


@rules.predicate
def handles_registrations(user: Any, workshop: Workshop | None) -> bool:
    """Approves, invites, changes and withdraws registrations."""
    return _has(user, workshop, WorkshopRole.REGISTRATION)


@rules.predicate
def checks_in(user: Any, workshop: Workshop | None) -> bool:
    """Records who comes and leaves."""
    return _has(user, workshop, WorkshopRole.REGISTRATION, WorkshopRole.CHECK_IN)


@rules.predicate
def creates_workshops(user: Any, bridge: Any) -> bool:
    """Who runs the bridge."""
    return bool(runs_bridge(user, bridge))


def registration_of(user: Any, workshop: Workshop) -> Registration | None:
    """The person's own registration, whatever its state."""
    if not getattr(user, "is_authenticated", False):
        return None
    return Registration.objects.filter(workshop=workshop, user=user).select_related("organisation").first()


def takes_part(user: Any, workshop: Workshop) -> bool:
    """Has a confirmed place."""
    mine = registration_of(user, workshop)
    return mine is not None and mine.state == RegistrationState.CONFIRMED


@rules.predicate
def changes_registration(user: Any, registration: Registration | None) -> bool:
    """The person, who registered them, who leads their delegation, or who handles registrations."""
    if registration is None or not user.is_authenticated:
        return False
    return (
        user.pk in (registration.user_id, registration.registered_by_id)
        or (registration.delegation is not None and registration.delegation.leader_id == user.pk)
        or bool(handles_registrations(user, registration.workshop))
    )


def registers_for(user: Any, organisation: Any) -> bool:
    """Registers others of the organisation: its owners and editors."""
    return bool(writes_for(user, organisation))


@rules.predicate
def is_in_meeting(user: Any, meeting: Meeting | None) -> bool:
    """One of those who meet."""
    return meeting is not None and user.is_authenticated and meeting.members.filter(registration__user=user).exists()


rules.add_perm("workshops.own_workshop", owns_workshop)
rules.add_perm("workshops.run_workshop", runs_workshop)
rules.add_perm("workshops.plan_programme", plans_programme)
rules.add_perm("workshops.handle_registrations", handles_registrations)
rules.add_perm("workshops.check_in", checks_in)
rules.add_perm("workshops.change_registration", changes_registration)
