"""Why YOU would say yes: what speaks for the meeting in the eyes of the side that reads.

The mirror of what the website says of the other side's reasons. Codes are those of `matching.core`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from matching.app.domain.queries.proposal_view import Reason
from qiao.common.languages import interface_text_language
from qiao.common.regions import country_name
from qiao.directory.domain.queries.sector_names import sector_label
from qiao.directory.enums import (
    CooperationForm,
    DevelopmentStage,
    IntellectualProperty,
    ListingKind,
    OrganisationKind,
    OrganisationSize,
)
from qiao.directory.trust_words import VerificationLevel

Words = tuple[str, str]


def gain_words(reason: Reason) -> Words | None:
    """Title and sentence of what speaks for it on one's own side; None for a code that has no words here."""
    say = _SAY.get(reason.code)
    return say(reason.params) if say is not None else None


def _complement(params: dict[str, Any]) -> Words:
    need, offer = params.get("need_kind"), params.get("offer_kind")
    if need == offer:
        return (
            _("What one of you seeks, the other offers"),
            _("Need and offer are both of the kind “%(kind)s”.") % {"kind": _label(ListingKind, need)},
        )
    return (
        _("One's offer answers the other's need"),
        _("A need of “%(need)s” can be met by an offer of “%(offer)s”.")
        % {"need": _label(ListingKind, need), "offer": _label(ListingKind, offer)},
    )


def _verified(params: dict[str, Any]) -> str:
    """What was verified of the other organisation, one sentence each."""
    said = [str(_VERIFIED[level]) for level in params.get("levels", []) if level in _VERIFIED]
    return ("" if interface_text_language() == "zh" else " ").join(said or [_("Their organisation is verified.")])


_VERIFIED = {
    VerificationLevel.EMAIL_DOMAIN: gettext_lazy("Their organisation's address is confirmed."),
    VerificationLevel.DOCUMENT: gettext_lazy("Organisers have checked a document of theirs."),
    VerificationLevel.VOUCHED: gettext_lazy("A guiding body vouches for them."),
}
_SAY: dict[str, Callable[[dict[str, Any]], Words]] = {
    "text": lambda p: (_("Your texts speak of the same thing"), _("These passages are closest in meaning.")),
    "text_further": lambda p: (_("A second passage meets as well"), _("The texts meet in more than one point.")),
    "text_terms": lambda p: (
        _("You use the same terms"),
        _("Both texts name: %(terms)s.") % {"terms": _list(p.get("terms", []))},
    ),
    "complement": _complement,
    "sector": lambda p: (
        _("They work in your field"),
        _("Both are in: %(sectors)s.") % {"sectors": _list(map(sector_label, p.get("sectors", [])))}
        if p.get("sectors")
        else _("Your branches belong to the same sector."),
    ),
    "stage": lambda p: (
        _("Their stage of development suits you"),
        _("Yours: %(mine)s. Theirs: %(theirs)s.")
        % {
            "mine": _labels(DevelopmentStage, p.get("my_stages") or []),
            "theirs": _labels(DevelopmentStage, p.get("their_stages") or []),
        }
        if p.get("my_stages") and p.get("their_stages")
        else "",
    ),
    "form": lambda p: (
        _("They want to work together in the way you do"),
        _("Both look for: %(forms)s.") % {"forms": _labels(CooperationForm, p.get("forms", []))}
        if p.get("forms")
        else _("A memorandum of cooperation can come first."),
    ),
    "ticket": lambda p: (_("The sums agree"), _("The sum sought lies within what the investor puts in.")),
    "region": lambda p: (
        _("They are where you invest"),
        _("You look in: %(regions)s.") % {"regions": _list(p.get("regions", []))},
    ),
    "protection": lambda p: (
        _("Their intellectual property is clear"),
        _("They state: %(status)s.") % {"status": _label(IntellectualProperty, p.get("ip_status"))},
    ),
    "helix": lambda p: (
        _("Organisations of your two kinds work well together"),
        _("You: %(mine)s. They: %(theirs)s.")
        % {
            "mine": _label(OrganisationKind, p.get("my_kind")),
            "theirs": _label(OrganisationKind, p.get("their_kind")),
        },
    ),
    "freshness": lambda p: (_("Their text is new"), _("What they write of is likely to hold.")),
    "trust": lambda p: (_("You can rely on who they are"), _verified(p)),
    "profile": lambda p: (_("Their profile is informative"), _("You can see who they are before you answer.")),
    "kind_sought": lambda p: (
        _("They are the kind of partner you look for"),
        _("Kind of partner sought: %(kind)s.") % {"kind": _label(OrganisationKind, p.get("kind"))},
    ),
    "size_sought": lambda p: (
        _("They have the size you look for"),
        _("Size sought: %(size)s.") % {"size": _label(OrganisationSize, p.get("size"))},
    ),
    "country_sought": lambda p: (
        _("They are in a country you look in"),
        _("Country sought: %(country)s.") % {"country": country_name(p.get("country", ""))},
    ),
    "further": lambda p: (
        _("You meet in another pair of texts"),
        _("There is more than one need or offer to talk about."),
    ),
}


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else pgettext("value", "not stated")


def _labels(choices: Any, values: Iterable[Any]) -> str:
    return _list(str(choices(value).label) for value in values if value in choices.values)


def _list(items: Iterable[str]) -> str:
    return ("、" if interface_text_language() == "zh" else ", ").join(items)
