"""What a line of the inbox says, by its kind. `%(subject)s` is the need, offer, organisation or bridge it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, StrOrPromise] = {
    "membership_reviewed_approved": _("Your organisation is now a member of %(subject)s."),
    "membership_reviewed_changes_requested": _("The organisers of %(subject)s ask for changes to your profile."),
    "membership_reviewed_rejected": _("Your application to %(subject)s was rejected."),
    "membership_suspended": _("The organisers of %(subject)s have suspended your membership."),
    "membership_restored": _("Your membership of %(subject)s is restored."),
    "listing_reviewed_approved": _("“%(subject)s” is published."),
    "listing_reviewed_changes_requested": _("The organisers ask for changes to “%(subject)s”."),
    "listing_reviewed_rejected": _("“%(subject)s” was rejected."),
    "join_requested": _("Somebody asks to join %(subject)s."),
    "colleague_joined": _("%(subject)s joined your organisation."),
}


def sentence_of(kind: str, context: Mapping[str, Any]) -> str:
    """The sentence in the language in use. A kind without one still says what it is about."""
    template = str(SENTENCES.get(kind, _("There is news about %(subject)s.")))
    return template % {"subject": str(context.get("subject", "")) or gettext("your account")}
