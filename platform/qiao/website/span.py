"""A proposal as the bridge figure draws it: two sides, and between them the reasons with the words they stand on."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.text import Truncator

from matching.app.domain.queries.proposal_view import ProposalView, Quote, Reason, SideView
from qiao.bridges.models import Bridge
from qiao.common.regions import country_name
from qiao.directory.models import Listing
from qiao.website.wording.reasons import reason_words

#: Characters of a text shown on each side in a list and on a page of its own, and of context around a quotation.
IN_LIST, IN_FULL = 240, 2000
AROUND = 60


@dataclass(frozen=True)
class SpanSide:
    """One end: whose text it is, as far as the reader may know, and its beginning."""

    title: str
    language: str
    label: str
    kind: str
    kind_label: str
    country: str
    text: str
    direction_label: str
    url: str


@dataclass(frozen=True)
class SpanReason:
    """One plank of the bridge: in words, how strong, and the words of both texts it stands on."""

    code: str
    title: str
    detail: str
    strength: float | None
    mine_quote: str = ""
    mine_before: str = ""
    mine_after: str = ""
    mine_lang: str = ""
    theirs_quote: str = ""
    theirs_before: str = ""
    theirs_after: str = ""
    theirs_lang: str = ""


@dataclass(frozen=True)
class Span:
    """What the figure needs."""

    my_side: SpanSide
    their_side: SpanSide
    band: str
    reasons: tuple[SpanReason, ...]
    misfits: tuple[SpanReason, ...]
    unknowns: tuple[SpanReason, ...]


def span_of(view: ProposalView, bridge: Bridge, *, excerpt: int = IN_LIST) -> Span:
    """The figure of one proposal, in the interface's language. Strengths are relative to the strongest reason's."""
    strongest = max((reason.strength for reason in view.reasons), default=0.0)
    return Span(
        my_side=_side(view.mine, bridge, excerpt),
        their_side=_side(view.theirs, bridge, excerpt),
        band=str(view.band),
        reasons=tuple(_reason(reason, strongest) for reason in view.reasons),
        misfits=tuple(_reason(reason, 0.0) for reason in view.misfits),
        unknowns=tuple(_reason(reason, 0.0) for reason in view.unknowns),
    )


def _side(side: SideView, bridge: Bridge, excerpt: int) -> SpanSide:
    listing, author = side.listing, side.author
    return SpanSide(
        title=listing.title,
        language=listing.language,
        label=author.label,
        kind=author.kind,
        kind_label=author.kind_label,
        country=country_name(author.country),
        text=Truncator(listing.text).chars(excerpt if listing.language == "en" else excerpt // 2),
        direction_label=str(listing.get_direction_display()),
        url=reverse("website:listing", args=[bridge.slug, listing.public_id]),
    )


def _reason(reason: Reason, strongest: float) -> SpanReason:
    title, detail = reason_words(reason)
    quotes = {
        f"{whose}_{part}": value
        for whose, quote in (("mine", reason.mine), ("theirs", reason.theirs))
        if quote is not None
        for part, value in zip(("before", "quote", "after", "lang"), _in_context(quote), strict=True)
    }
    strength = reason.strength / strongest if strongest > 0 else None
    return SpanReason(code=reason.code, title=title, detail=detail, strength=strength, **quotes)


def _in_context(quote: Quote) -> tuple[str, str, str, str]:
    """Words before, the quotation, words after, its language. A text that has changed since gives no context."""
    whole = _field(quote.listing, quote.field)
    if whole[quote.start : quote.end] != quote.text:
        return "", quote.text, "", quote.language
    before = whole[max(0, quote.start - AROUND) : quote.start]
    after = whole[quote.end : quote.end + AROUND]
    return (
        ("…" if quote.start > AROUND else "") + before,
        quote.text,
        after + ("…" if quote.end + AROUND < len(whole) else ""),
        quote.language,
    )


def _field(listing: Listing, name: str) -> str:
    return str(getattr(listing, name)) if name in ("title", "text", "other_title", "other_text") else ""
