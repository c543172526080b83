"""Writes of programs' keys. A secret is returned by what makes it, once, and never again: only its hash is kept."""

from __future__ import annotations

import base64
import datetime
import json
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from django.core.signing import BadSignature, TimestampSigner
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from qiao.accounts import places
from qiao.accounts.enums import SCOPES, KeyKind, Place
from qiao.accounts.models import ApiAnswer, ApiKey
from qiao.activity.domain.audit import record
from qiao.common.errors import InvalidInput, NotAllowed
from qiao.common.text import clean_line
from qiao.common.validation import check_model
from qiao.notifications.domain.mail import write_mail
from qiao.notifications.domain.telling import tell
from qiao.notifications.enums import Topic

#: What a secret begins with: by it scanners of published code find one that has leaked.
PREFIXES = {KeyKind.TOKEN: "qiao_token_", KeyKind.CLIENT: "qiao_secret_"}
ACCESS_PREFIX = "qiao_access_"
MOST_DAYS = 366
MOST_OVERLAP_HOURS = 7 * 24
#: How long the token lives that a client gets for its secret.
ACCESS_SECONDS = 600
MOST_KEYS = 50
#: Answers to repeated calls are kept for a day.
ANSWERS_KEPT = datetime.timedelta(hours=24)

# A dot, because a bearer token may not hold the colon that signatures have by default.
_signer = TimestampSigner(sep=".", salt="qiao.accounts.keys.access")


@dataclass(frozen=True)
class AccessToken:
    """A short-lived token as its holder shows it: the client it is of, and its scopes."""

    key: ApiKey
    scopes: frozenset[str]


@transaction.atomic
def make_key(
    *,
    actor: Any,
    name: str,
    scopes: Iterable[str],
    days: int,
    kind: str = KeyKind.TOKEN,
    organisation_id: int | None = None,
    bridge_id: int | None = None,
) -> tuple[ApiKey, str]:
    """Make a key that acts as the actor, and return it with its secret.

    Raises `NotAllowed` for a place whose keys the actor does not keep, `InvalidInput` for bad values.
    """
    key = ApiKey(
        user=actor, kind=kind, name=clean_line(name), organisation_id=organisation_id, bridge_id=bridge_id,
        scopes=[scope for scope in SCOPES if scope in set(scopes)],
        expires_at=timezone.now() + datetime.timedelta(days=_checked_days(days)),
    )  # fmt: skip
    if not _keeps(actor, key):
        raise NotAllowed
    if not key.scopes:
        raise InvalidInput(errors={"scopes": [_("Choose at least one thing that the key may do.")]})
    if ApiKey.objects.filter(_of_place(key)).holding().count() >= MOST_KEYS:
        raise InvalidInput(_("There are %(most)s keys already. End one that is not used.") % {"most": MOST_KEYS})
    secret = _new_secret(key)
    check_model(key)
    key.save(force_insert=True)
    _record("make_key", key, actor, scopes=key.scopes)
    _tell_keepers(key, actor)
    return key, secret


@transaction.atomic
def rotate_key(key: ApiKey, *, actor: Any, overlap_hours: int = 24, in_use: str = "") -> tuple[ApiKey, str]:
    """Give a key a new secret and return it; the old one holds for `overlap_hours` more, 0 ends it at once.

    `in_use` is the secret that the program has shown: it is the one that goes on holding, so that a program that never
    got the answer can ask again with it.

    Raises `NotAllowed` for who does not keep it, `InvalidInput` for a key that has ended.
    """
    key = _locked(key, actor)
    if actor.pk != key.user_id:
        # Whoever reads the secret could act as its person.
        raise NotAllowed(_("Only the person whose key it is may change its secret. End it, and make one of your own."))
    if not 0 <= overlap_hours <= MOST_OVERLAP_HOURS:
        raise InvalidInput(errors={"overlap_hours": [_("Choose at most seven days.")]})
    now = timezone.now()
    before = key.digest
    if in_use and key.previous_holds and digest_of(in_use) == key.previous_digest:
        before = digest_of(in_use)
    secret = _new_secret(key)
    key.rotated_at = now
    key.previous_digest = before if overlap_hours else None
    key.previous_until = now + datetime.timedelta(hours=overlap_hours) if overlap_hours else None
    key.save(update_fields=["digest", "hint", "previous_digest", "previous_until", "rotated_at", "updated_at"])
    _record("rotate_key", key, actor, overlap_hours=overlap_hours)
    return key, secret


@transaction.atomic
def revoke_key(key: ApiKey, *, actor: Any) -> ApiKey:
    """End a key at once, with the tokens that were given for it. One that has ended stays as it is."""
    key = ApiKey.objects.select_for_update().get(pk=key.pk)
    if not _keeps(actor, key):
        raise NotAllowed
    if key.revoked_at is None:
        key.revoked_at = timezone.now()
        key.save(update_fields=["revoked_at", "updated_at"])
        _record("revoke_key", key, actor)
    return key


def digest_of(secret: str) -> str:
    """What is kept of a secret. A plain hash: it has 256 random bits, which nobody guesses however fast they hash."""
    return sha256(secret.encode()).hexdigest()


def key_of_token(secret: str) -> ApiKey | None:
    """The token that a secret is, now or until its overlap ends; None for any other."""
    return _key_of(secret, KeyKind.TOKEN)


def key_of_client(client_id: str, secret: str) -> ApiKey | None:
    """The client that has this id and this secret."""
    key = _key_of(secret, KeyKind.CLIENT)
    return key if key is not None and secrets.compare_digest(key.public_id, client_id) else None


def access_token_for(key: ApiKey, scopes: Iterable[str]) -> str:
    """A token that lives for `ACCESS_SECONDS` and may do what both the client and `scopes` allow."""
    said = json.dumps([key.public_id, sorted(set(scopes) & set(key.scopes))])
    return ACCESS_PREFIX + _signer.sign(base64.urlsafe_b64encode(said.encode()).decode())


def access_of(token: str) -> AccessToken | None:
    """What a short-lived token allows; None for one that is forged, over, or of a client that has ended."""
    if not token.startswith(ACCESS_PREFIX):
        return None
    try:
        said = _signer.unsign(token.removeprefix(ACCESS_PREFIX), max_age=ACCESS_SECONDS)
    except BadSignature:  # forged, or over
        return None
    client_id, scopes = json.loads(base64.urlsafe_b64decode(said))
    key = ApiKey.objects.holding().filter(public_id=client_id, kind=KeyKind.CLIENT).select_related("user").first()
    if key is None or not may_act(key):
        return None
    return AccessToken(key, frozenset(scopes) & frozenset(key.scopes))


def may_act(key: ApiKey) -> bool:
    """Whether its person is still active and has a part in what it is limited to."""
    if not key.user.is_active:
        return False
    if key.organisation_id is not None:
        return places.acts(key.user, Place.ORGANISATION, key.organisation_id)
    return key.bridge_id is None or places.acts(key.user, Place.BRIDGE, key.bridge_id)


def note_use(key: ApiKey) -> None:
    """Remember that it was used; to the minute, so that reading does not become writing."""
    now = timezone.now()
    if key.last_used_at is None or now - key.last_used_at > datetime.timedelta(minutes=1):
        ApiKey.objects.filter(pk=key.pk).update(last_used_at=now)


def forget_answers() -> int:
    """Remove answers kept for longer than a day; returns how many."""
    return ApiAnswer.objects.filter(created_at__lt=timezone.now() - ANSWERS_KEPT).delete()[0]


def _key_of(secret: str, kind: str) -> ApiKey | None:
    digest = digest_of(secret)
    before = Q(previous_digest=digest, previous_until__gt=timezone.now())
    found = ApiKey.objects.holding().filter(Q(digest=digest) | before, kind=kind).select_related("user").first()
    return found if found is not None and may_act(found) else None


def _new_secret(key: ApiKey) -> str:
    secret = PREFIXES[KeyKind(key.kind)] + secrets.token_urlsafe(32)
    key.digest, key.hint = digest_of(secret), secret[-4:]
    return secret


def _checked_days(days: int) -> int:
    if not 1 <= days <= MOST_DAYS:
        raise InvalidInput(errors={"days": [_("A key holds for at most a year.")]})
    return days


def _locked(key: ApiKey, actor: Any) -> ApiKey:
    key = ApiKey.objects.select_for_update(of=("self",)).select_related("user").get(pk=key.pk)
    if not _keeps(actor, key):
        raise NotAllowed
    if not key.holds:
        raise InvalidInput(_("This key has ended. Make a new one."))
    return key


def _keeps(actor: Any, key: ApiKey) -> bool:
    if key.organisation_id is not None:
        return places.keeps(actor, Place.ORGANISATION, key.organisation_id)
    if key.bridge_id is not None:
        return places.keeps(actor, Place.BRIDGE, key.bridge_id)
    return bool(actor.pk == key.user_id)


def _of_place(key: ApiKey) -> Q:
    if key.organisation_id is not None:
        return Q(organisation_id=key.organisation_id)
    if key.bridge_id is not None:
        return Q(bridge_id=key.bridge_id)
    return Q(user=key.user, organisation_id__isnull=True, bridge_id__isnull=True)


def _record(verb: str, key: ApiKey, actor: Any, **detail: Any) -> None:
    record(
        verb,
        key,
        actor=actor,
        bridge_id=key.bridge_id,
        organisation_id=key.organisation_id,
        detail={"of": key.public_id, **detail},
    )


def _tell_keepers(key: ApiKey, actor: Any) -> None:
    """Who made it, and everybody else who keeps the keys of its place: a key that nobody expects is noticed."""
    told = {actor.pk: actor}
    if key.place != Place.PERSON:
        pk = key.organisation_id if key.organisation_id is not None else key.bridge_id
        assert pk is not None  # noqa: S101 - by the place
        told |= {user.pk: user for user in places.keepers(key.place, pk)}
    for user in told.values():
        tell(
            user,
            "key_made",
            topic=Topic.TRUST,
            url=reverse("website:my_keys") if user.pk == actor.pk and key.place == Place.PERSON else "",
            key=f"key-made:{key.public_id}",
            subject=key.name,
        )
        # Whatever the person chose to be mailed about: of a key that somebody else has made for them they must hear.
        write_mail(
            "key_made", to=user.email, language=user.language, context={"user": user, "key": key, "maker": actor},
            recipient=user,
        )  # fmt: skip
