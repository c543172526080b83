"""Reasons of a proposal in words, as one side reads them: why the OTHER side would say yes, or what speaks against it.

Codes are those of `matching.core`. A code without words here still has a title, so that a page never breaks on a newer
engine; a test demands words for every code of this one.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from matching.app.domain.queries.proposal_view import Reason, Sense
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


def reason_words(reason: Reason) -> Words:
    """Title and sentence of a reason, misfit or unknown, in the interface's language."""
    say = _WORDS[reason.sense].get(reason.code)
    return say(reason.params) if say is not None else (_("Another point"), "")


def _for() -> dict[str, Callable[[dict[str, Any]], Words]]:
    return {
        "text": lambda p: (_("Your texts speak of the same thing"), _("These passages are closest in meaning.")),
        "text_further": lambda p: (_("A second passage meets as well"), _("The texts meet in more than one point.")),
        "text_terms": lambda p: (
            _("You use the same terms"),
            _("Both texts name: %(terms)s.") % {"terms": _list(p.get("terms", []))},
        ),
        "complement": _complement,
        "sector": lambda p: (
            _("You work in the same field"),
            _("Both are in: %(sectors)s.") % {"sectors": _list(map(sector_label, p.get("sectors", [])))}
            if p.get("sectors")
            else _("Your branches belong to the same sector."),
        ),
        "stage": lambda p: (
            _("The stage of development suits them"),
            _stages(p, both=_("Yours: %(mine)s. Theirs: %(theirs)s.")),
        ),
        "form": lambda p: (
            _("You want to work together in the same way"),
            _("Both look for: %(forms)s.") % {"forms": _labels(CooperationForm, p.get("forms", []))}
            if p.get("forms")
            else _("A memorandum of cooperation can come first."),
        ),
        "ticket": lambda p: (_("The sums agree"), _("The sum sought lies within what the investor puts in.")),
        "region": lambda p: (
            _("They invest where you are"),
            _("They look in: %(regions)s.") % {"regions": _list(p.get("regions", []))},
        ),
        "protection": lambda p: (
            _("Your intellectual property is clear"),
            _("You state: %(status)s. That makes an agreement easier for them.")
            % {"status": _label(IntellectualProperty, p.get("ip_status"))},
        ),
        "helix": lambda p: (
            _("Organisations of your two kinds work well together"),
            _("You: %(mine)s. They: %(theirs)s.")
            % {
                "mine": _label(OrganisationKind, p.get("my_kind")),
                "theirs": _label(OrganisationKind, p.get("their_kind")),
            },
        ),
        "freshness": lambda p: (_("Your text is new"), _("Recent needs and offers are answered more often.")),
        "trust": lambda p: (_("They can rely on who you are"), _verified(p)),
        "profile": lambda p: (_("Your profile is informative"), _("They can see who you are before they answer.")),
        "kind_sought": lambda p: (
            _("They look for an organisation like yours"),
            _("Kind of partner sought: %(kind)s.") % {"kind": _label(OrganisationKind, p.get("kind"))},
        ),
        "size_sought": lambda p: (
            _("They look for an organisation of your size"),
            _("Size sought: %(size)s.") % {"size": _label(OrganisationSize, p.get("size"))},
        ),
        "country_sought": lambda p: (
            _("They look in your country"),
            _("Country sought: %(country)s.") % {"country": country_name(p.get("country", ""))},
        ),
        "further": lambda p: (
            _("You meet in another pair of texts"),
            _("There is more than one need or offer to talk about."),
        ),
    }


def _against() -> dict[str, Callable[[dict[str, Any]], Words]]:
    return {
        "text": lambda p: (
            _("The texts are not close"),
            _("The match rests on other points; read both texts before you decide."),
        ),
        "complement": lambda p: (
            _("Need and offer are of different kinds"),
            _("A need of “%(need)s” would be answered by an offer of “%(offer)s” only in part.")
            % {
                "need": _label(ListingKind, p.get("need_kind")),
                "offer": _label(ListingKind, p.get("offer_kind")),
            },
        ),
        "sector": lambda p: (_("Different fields"), _("The two texts name different sectors.")),
        "stage": lambda p: (
            _("The stage of development differs"),
            _stages(p, both=_("Yours: %(mine)s. Theirs: %(theirs)s.")),
        ),
        "form": lambda p: (
            _("You look for different ways of working together"),
            _("Yours: %(mine)s. Theirs: %(theirs)s.")
            % {
                "mine": _labels(CooperationForm, p.get("my_forms", [])),
                "theirs": _labels(CooperationForm, p.get("their_forms", [])),
            },
        ),
        "ticket": lambda p: (
            _("The sums lie apart"),
            _("The sum sought is outside what the investor usually puts in."),
        ),
        "region": lambda p: (
            _("They usually invest elsewhere"),
            _("They look in: %(regions)s.") % {"regions": _list(p.get("regions", []))},
        ),
        "protection": lambda p: (
            _("Your intellectual property may be a question"),
            _("You state: %(status)s.") % {"status": _label(IntellectualProperty, p.get("ip_status"))},
        ),
        "helix": lambda p: (
            _("Organisations of your two kinds work together less often"),
            _("You: %(mine)s. They: %(theirs)s.")
            % {
                "mine": _label(OrganisationKind, p.get("my_kind")),
                "theirs": _label(OrganisationKind, p.get("their_kind")),
            },
        ),
        "freshness": lambda p: (_("Your text has been out for a while"), _("Say that it still holds, or renew it.")),
        "profile": lambda p: (
            _("Your profile says little"),
            _("They cannot see much of you yet: fill in what is missing."),
        ),
    }


def _unknown() -> dict[str, Callable[[dict[str, Any]], Words]]:
    return {
        "text": lambda p: (_("How close the texts are"), _("They have not been compared yet.")),
        "sector": lambda p: (_("Sectors"), _("One of the two texts names none.")),
        "stage": lambda p: (_("Stage of development"), _stages(p, both="")),
        "form": lambda p: (
            _("Ways of working together"),
            _only_one(p.get("my_forms"), p.get("their_forms")),
        ),
        "ticket": lambda p: (_("Sums"), _("The sum sought or the investor's range is not stated.")),
        "region": lambda p: (_("Place"), _("Whether you are where they invest is not stated.")),
        "protection": lambda p: (_("Intellectual property"), _("Your text does not state it.")),
        "helix": lambda p: (_("Kinds of organisation"), _("One of the two is of another kind.")),
        "freshness": lambda p: (_("Date"), _("When the text was published is not known.")),
        "trust": lambda p: (
            _("Verification"),
            _("They see none of your organisation. That does not count against you; you can ask for it."),
        ),
        "profile": lambda p: (_("Profile"), _("They see only your kind, size and country.")),
        "size_sought": lambda p: (_("Your size"), _("They look for certain sizes; your profile does not state yours.")),
    }


def _complement(params: dict[str, Any]) -> Words:
    need, offer = params.get("need_kind"), params.get("offer_kind")
    if need == offer:
        return (
            _("What one seeks, the other offers"),
            _("Need and offer are both of the kind “%(kind)s”.") % {"kind": _label(ListingKind, need)},
        )
    return (
        _("One's offer answers the other's need"),
        _("A need of “%(need)s” can be met by an offer of “%(offer)s”.")
        % {"need": _label(ListingKind, need), "offer": _label(ListingKind, offer)},
    )


def _verified(params: dict[str, Any]) -> str:
    """What was verified of the reader's organisation, one sentence each."""
    said = [str(_VERIFIED[level]) for level in params.get("levels", []) if level in _VERIFIED]
    return ("" if interface_text_language() == "zh" else " ").join(said or [_("Your organisation is verified.")])


def _stages(params: dict[str, Any], *, both: str) -> str:
    mine, theirs = params.get("my_stages") or [], params.get("their_stages") or []
    if mine and theirs and both:
        return both % {"mine": _labels(DevelopmentStage, mine), "theirs": _labels(DevelopmentStage, theirs)}
    return _only_one(mine, theirs)


def _only_one(mine: Any, theirs: Any) -> str:
    """Who has not stated it."""
    if mine:
        return _("They do not state it: ask.")
    if theirs:
        return _("You do not state it: adding it makes the match clearer.")
    return _("Neither text states it.")


def _label(choices: Any, value: Any) -> str:
    return str(choices(value).label) if value in choices.values else pgettext("value", "not stated")


def _labels(choices: Any, values: Iterable[Any]) -> str:
    return _list(str(choices(value).label) for value in values if value in choices.values)


def _list(items: Iterable[str]) -> str:
    return ("、" if interface_text_language() == "zh" else ", ").join(items)


_VERIFIED = {
    VerificationLevel.EMAIL_DOMAIN: gettext_lazy("Your organisation's address is confirmed."),
    VerificationLevel.DOCUMENT: gettext_lazy("Organisers have checked a document of yours."),
    VerificationLevel.VOUCHED: gettext_lazy("A guiding body vouches for you."),
}
_WORDS = {Sense.FOR: _for(), Sense.AGAINST: _against(), Sense.UNKNOWN: _unknown()}
