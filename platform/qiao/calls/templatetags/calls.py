"""Template filters for pages and messages of calls."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from matching.app.domain.queries.proposal_view import Reason, Sense
from qiao.calls.models import Call, CallStage, Criterion
from qiao.calls.moments import moment_words, own_moment_words
from qiao.partnerships.wording.gains import gain_words

register = template.Library()


@register.simple_tag
def moment_of(call: Call, moment: datetime, reader: Any = None) -> str:
    """A moment of a call in its owner's zone and, where that is another, in the reader's."""
    meant, own = moment_words(moment, call.time_zone), own_moment_words(moment, call.time_zone, reader)
    return _("%(moment)s; for you %(own)s") % {"moment": meant, "own": own} if own else meant


@register.filter
def in_readers_language(row: Criterion | CallStage) -> str:
    """The name of a criterion or a stage in the interface's language, or the one there is."""
    reader = "zh" if (get_language() or "en").startswith("zh") else "en"
    return row.name if row.call.language == reader else row.other_name or row.name


@register.filter
def gains_in_words(entries: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """What an organisation has of a call, strongest first: at most three, each once."""
    strongest = sorted(entries, key=lambda entry: -entry["share"])
    said = [gain_words(reason_of(entry)) for entry in strongest]
    return list(dict.fromkeys(words for words in said if words is not None))[:3]


def reason_of(entry: dict[str, Any]) -> Reason:
    """A stored reason of an invitation, as what makes words of it takes it."""
    return Reason(
        code=entry["code"], sense=Sense.FOR, params=entry["params"], strength=entry["share"], mine=None, theirs=None
    )
