"""Loads the demonstration bridges through the same domain functions that people's acts go through."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import yaml
from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone
from i18nfield.strings import LazyI18nString

from qiao.accounts.models import User
from qiao.activity.domain.outbox import emit, without_events
from qiao.bridges.domain.bridge import create_bridge, set_bridge_role
from qiao.bridges.enums import BridgeState
from qiao.bridges.models import Bridge
from qiao.demonstration.calls import load_calls
from qiao.demonstration.cases import load_cases
from qiao.demonstration.workshops import load_workshops
from qiao.directory.domain.listings import (
    create_listing,
    fulfil_listing,
    pause_listing,
    submit_listing,
)
from qiao.directory.domain.organisations import apply_to_bridge, create_organisation
from qiao.directory.domain.reviews import review_listing, review_membership
from qiao.directory.enums import ListingState, ReviewDecision
from qiao.directory.models import Affiliation, Organisation, Sector
from qiao.notifications.models import OutgoingMail
from qiao.settings.env import VAR

DATA = Path(__file__).resolve().parent / "data"
PASSWORD_FILE = VAR / "demonstration_password"
DEFAULT_VALIDITY_DAYS = 270

#: Nobody is to be told of what is loaded, and the one run asked for at the end does for the lists.
_EVENTS_OF_CASES = (
    "mail.waiting", "introduction.changed", "introduction.message", "milestone.confirmed", "request.place_free",
    "list.changed", "call.opened",
)  # fmt: skip

_EVENTS_OF_WORKSHOPS = (
    "workshop.changed", "registration.changed", "session.changed", "meeting.changed", "programme.released",
)  # fmt: skip

_ORGANISATION_FIELDS = (
    "name_en", "name_zh", "kind", "size", "founded", "country", "region_en", "region_zh", "city_en", "city_zh",
    "website", "summary_en", "summary_zh", "description_en", "description_zh",
)  # fmt: skip
_LISTING_FIELDS = (
    "direction", "kind", "language", "title", "text", "other_title", "other_text", "stage", "trl", "ip_status", "forms",
    "partner_kinds", "partner_sizes", "countries", "amount_min", "amount_max", "currency", "stages_sought",
    "regions_sought", "anonymous",
)  # fmt: skip


def demonstration_password() -> str:
    """The password of every demonstration account on this machine: random, made on first use, kept under `var/`."""
    if not PASSWORD_FILE.exists():
        PASSWORD_FILE.parent.mkdir(parents=True, exist_ok=True)
        PASSWORD_FILE.write_text(f"bridge-{secrets.token_hex(4)}\n")
        PASSWORD_FILE.chmod(0o600)
    return PASSWORD_FILE.read_text().strip()


def sign_ins() -> list[tuple[str, str, str]]:
    """What to try: (what the person is, e-mail address, interface language), for the first bridge."""
    bridge = _bridges()[0]
    people = {person["organisation"]: person for person in _people(bridge) if person["role"] == "owner"}
    languages = {"en": "in English", "zh-hans": "in Chinese"}
    wanted = [(f"Organiser, {languages[person['language']]}", person) for person in bridge["staff"][:2]]
    wanted += [(f"Participant, {label}", people[_first(people, language)]) for language, label in languages.items()]
    return [(label, person["email"], person["language"]) for label, person in wanted]


def load_demonstration() -> Iterator[str]:
    """Load every demonstration bridge that is not there yet, each in one transaction; yields a line per bridge.

    Listings are not matched one by one meanwhile: one run over the bridge is asked for at the end.
    """
    for data in _bridges():
        if Bridge.objects.filter(slug=data["slug"]).exists():
            yield f"{data['slug']}: already there"
            continue
        with transaction.atomic():
            newest = OutgoingMail.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
            bridge, organisations, listings = _load_bridge(data)
            # Nobody reads the decisions' mail to invented people, and it would bury the mail of those who try the site.
            OutgoingMail.objects.filter(pk__gt=newest).delete()
            emit("run.requested", bridge_id=bridge.pk)
        yield f"{data['slug']}: {organisations} organisations, {listings} needs and offers"


def _load_bridge(data: dict[str, Any]) -> tuple[Bridge, int, int]:
    sectors = {sector.code: sector for sector in Sector.objects.all()}
    bridge = create_bridge(
        actor=None,
        slug=data["slug"],
        **{name: LazyI18nString(data[name]) for name in ("name", "tagline", "theme", "description")},
        languages=data["languages"],
        contact_email=data["contact_email"],
        state=BridgeState.OPEN,
        sides=[
            {**side, "region": LazyI18nString(side["region"]), "guiding_body": LazyI18nString(side["guiding_body"])}
            for side in data["sides"]
        ],
    )
    sides = {side.code: side for side in bridge.sides.all()}
    organiser = None
    for person in data["staff"]:
        user = _user(person)
        set_bridge_role(bridge, actor=None, user=user, role=person["role"], side=sides[person["side"]])
        organiser = organiser or user
    owners = _owners(_people(data))
    listings = 0
    made: dict[str, Organisation] = {}
    with without_events("listing.changed", "organisation.changed", "membership.changed", "mail.waiting"):
        for file in sorted((DATA / data["folder"]).glob("organisations_*.yaml")):
            for values in yaml.safe_load(file.read_text(encoding="utf-8")):
                owner = owners.get(values["key"])
                organisation = _load_organisation(values, bridge, owner, organiser, sectors)
                made[values["key"]] = organisation
                listings += len(values.get("listings") or [])
    for person in _people(data):
        Affiliation.objects.update_or_create(
            user=_user(person),
            organisation=made[person["organisation"]],
            defaults={
                "role": person["role"],
                "title_en": person.get("title_en", ""),
                "title_zh": person.get("title_zh", ""),
            },
        )
    cases = DATA / data["folder"] / "cases.yaml"
    if cases.exists():
        with without_events(*_EVENTS_OF_CASES):
            load_cases(bridge, made, yaml.safe_load(cases.read_text(encoding="utf-8")), organiser)
    calls = DATA / data["folder"] / "calls.yaml"
    if calls.exists():
        with without_events(*_EVENTS_OF_CASES):
            load_calls(bridge, made, yaml.safe_load(calls.read_text(encoding="utf-8")), organiser)
    workshops = DATA / data["folder"] / "workshops.yaml"
    if workshops.exists():
        with without_events(*_EVENTS_OF_CASES, *_EVENTS_OF_WORKSHOPS):
            load_workshops(bridge, made, yaml.safe_load(workshops.read_text(encoding="utf-8")), organiser)
    return bridge, len(made), listings


def _load_organisation(
    values: dict[str, Any], bridge: Bridge, owner: User | None, organiser: Any, sectors: dict[str, Sector]
) -> Organisation:
    organisation = create_organisation(
        actor=owner or organiser,
        managed_by=None if owner else bridge,
        sectors=[sectors[code] for code in values.get("sectors") or []],
        **{name: values[name] for name in _ORGANISATION_FIELDS if values.get(name) is not None},
    )
    actor = owner or organiser
    membership = apply_to_bridge(organisation, actor=actor, bridge=bridge)
    state = values.get("membership", "approved")
    if state == "approved":
        review_membership(membership, actor=organiser, decision=ReviewDecision.APPROVED)
    for listing_values in values.get("listings") or []:
        _load_listing(listing_values, organisation, bridge, actor, organiser, sectors, approved=state == "approved")
    return organisation


def _load_listing(
    values: dict[str, Any],
    organisation: Organisation,
    bridge: Bridge,
    actor: Any,
    organiser: Any,
    sectors: dict[str, Sector],
    *,
    approved: bool,
) -> None:
    listing = create_listing(
        organisation,
        actor=actor,
        bridge=bridge,
        sectors=[sectors[code] for code in values.get("sectors") or []],
        valid_until=timezone.localdate() + timedelta(days=values.get("valid_days", DEFAULT_VALIDITY_DAYS)),
        **{name: values[name] for name in _LISTING_FIELDS if values.get(name) is not None},
    )
    state = values.get("state", ListingState.PUBLISHED)
    if state == ListingState.DRAFT:
        return
    listing = submit_listing(listing, actor=actor)
    if state == ListingState.IN_REVIEW or not approved:
        return
    listing = review_listing(listing, actor=organiser, decision=ReviewDecision.APPROVED)
    if state == ListingState.PAUSED:
        pause_listing(listing, actor=actor)
    elif state == ListingState.FULFILLED:
        fulfil_listing(listing, actor=actor)


def _user(person: dict[str, Any]) -> User:
    user = User.objects.filter(email=person["email"]).first()
    if user is None:
        user = User.objects.create_user(
            person["email"],
            demonstration_password(),
            name=person["name"],
            name_zh=person.get("name_zh", ""),
            language=person["language"],
            terms_accepted_at=timezone.now(),
        )
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    return user


def _owners(people: list[dict[str, Any]]) -> dict[str, User]:
    return {person["organisation"]: _user(person) for person in people if person["role"] == "owner"}


def _bridges() -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load((DATA / "bridges.yaml").read_text(encoding="utf-8"))
    return loaded


def _people(bridge: dict[str, Any]) -> list[dict[str, Any]]:
    loaded: list[dict[str, Any]] = yaml.safe_load((DATA / bridge["folder"] / "people.yaml").read_text(encoding="utf-8"))
    return loaded


def _first(people: dict[str, dict[str, Any]], language: str) -> str:
    return next(key for key, person in people.items() if person["language"] == language)
