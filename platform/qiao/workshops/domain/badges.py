"""What a badge holds besides its words: a token that only we can make, and its short form to type."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable

from django.utils.crypto import salted_hmac

from qiao.workshops.models import Registration, Workshop

_SALT = "workshops.badge"
#: 80 bits are what the picture holds; what people type is its beginning.
TOKEN_LENGTH = 16
CODE_LENGTH = 8
_OTHER = re.compile(r"[^A-Z2-7]")


def badge_token(registration: Registration) -> str:
    """The token on somebody's badge. It is a keyed hash: it tells nothing of them and cannot be made up."""
    digest = salted_hmac(_SALT, registration.public_id, algorithm="sha256").digest()
    return base64.b32encode(digest).decode()[:TOKEN_LENGTH]


def badge_code(registration: Registration) -> str:
    """What is printed beside it, to be typed where nothing can scan."""
    token = badge_token(registration)
    return f"{token[:4]}-{token[4:CODE_LENGTH]}"


def holder_of(workshop: Workshop, given: str, *, among: Iterable[Registration] | None = None) -> Registration | None:
    """Whose badge it is, by its token, its code or the address in its picture; None for none, or if it might be two.

    Typing a 0 or 1 for the letters they look like does no harm: neither digit is in a code.
    """
    typed = given.strip().rstrip("/").rsplit("/", 1)[-1].upper().replace("0", "O").replace("1", "I")
    wanted = _OTHER.sub("", typed)
    if len(wanted) not in (CODE_LENGTH, TOKEN_LENGTH):
        return None
    people = Registration.objects.of_workshop(workshop).in_full() if among is None else among
    found = [one for one in people if badge_token(one)[: len(wanted)] == wanted]
    return found[0] if len(found) == 1 else None
