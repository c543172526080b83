"""Why a meeting is proposed: reason codes with their evidence and their share of the score. Prose is the site's.

What a side reads is why the OTHER side would accept: the terms of the other's acceptance. True by construction: the
amounts of a side's reasons, misfits and unknowns, with the bias, give back the other side's probability.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from matching.core.meeting import Meeting
from matching.core.scoring import BIAS, Acceptance, Contribution

#: How the text's part in a score is told: by the pair of passages nearest each other, a further pair, shared terms.
_TEXT_SHARES = (("text", 0.6), ("text_further", 0.25), ("text_terms", 0.15))


@dataclass(frozen=True)
class Quote:
    """Words of a listing: `text` is its `field` from `start` to `end`."""

    listing: str
    field: str
    language: str
    start: int
    end: int
    text: str


@dataclass(frozen=True)
class QuotePair:
    """Words of both sides that met. `similarity` is told in deviations above random pairs, if it was measured."""

    first: Quote
    second: Quote
    similarity: float | None = None
    terms: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """The words that stand behind a pair of listings: passages best first, shared terms, and both titles."""

    passages: tuple[QuotePair, ...] = ()
    terms: QuotePair | None = None
    titles: QuotePair | None = None


@dataclass(frozen=True)
class Reason:
    """A code with its parameters. `amount` is its part of the log-odds, `share` that part of all that speaks for it."""

    code: str
    amount: float
    share: float
    params: dict[str, Any] = field(default_factory=dict)
    quotes: QuotePair | None = None

    def to_json(self) -> dict[str, Any]:
        """As plain data."""
        entry: dict[str, Any] = {
            "code": self.code, "amount": round(self.amount, 6), "share": round(self.share, 6), "params": self.params,
        }  # fmt: skip
        if self.quotes is not None:
            entry["first_quote"] = _quote_json(self.quotes.first)
            entry["second_quote"] = _quote_json(self.quotes.second)
        return entry


@dataclass(frozen=True)
class SideExplanation:
    """What one side reads: why the other would accept, what speaks against it, what is not known."""

    reasons: tuple[Reason, ...]
    misfits: tuple[Reason, ...]
    unknown: tuple[Reason, ...]
    bias: float = BIAS

    @property
    def probability(self) -> float:
        """The other side's acceptance, recomputed from what is told."""
        total = self.bias + sum(reason.amount for reason in (*self.reasons, *self.misfits))
        return 1.0 / (1.0 + math.exp(-total))


@dataclass(frozen=True)
class Explanation:
    """Both sides' readings of one meeting."""

    first: SideExplanation
    second: SideExplanation
    #: Each side's own acceptance by the value of its fits: what its response will teach, whatever is edited later.
    values: dict[str, dict[str, float | None]] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """As plain data: `first` and `second` are what each side reads; misfits and unknowns name whose they are."""
        return {
            "bias": self.first.bias,
            "values": self.values,
            "first": [reason.to_json() for reason in self.first.reasons],
            "second": [reason.to_json() for reason in self.second.reasons],
            "misfits": _joined(self.first.misfits, self.second.misfits),
            "unknown": _joined(self.first.unknown, self.second.unknown),
        }


def explain(meeting: Meeting, evidence: Mapping[tuple[str, str], Evidence]) -> Explanation:
    """Explain the best evidence of a meeting; further pairs of listings follow as reasons without amount."""
    best = meeting.best
    words = evidence.get((best.first_listing, best.second_listing), Evidence())
    further = tuple(
        Reason("further", 0.0, 0.0, quotes=found.titles)
        for pair in meeting.further
        if (found := evidence.get((pair.first_listing, pair.second_listing))) is not None
    )
    return Explanation(
        first=_side(best.by_second, words, further),
        second=_side(best.by_first, words, further),
        values={"first": best.by_first.values, "second": best.by_second.values},
    )


def _side(acceptance: Acceptance, words: Evidence, further: Sequence[Reason]) -> SideExplanation:
    told: list[Reason] = []
    for contribution in acceptance.contributions:
        told.extend(_told(contribution, words))
    positive = sum(reason.amount for reason in told if reason.amount > 0) or 1.0
    for_it = [
        Reason(reason.code, reason.amount, reason.amount / positive, reason.params, reason.quotes)
        for reason in told
        if reason.amount > 0
    ]
    against = [reason for reason in told if reason.amount < 0]
    known = {reason.code for reason in told}
    unknown = tuple(
        Reason(contribution.code, 0.0, 0.0, contribution.params)
        for contribution in acceptance.contributions
        if contribution.value is None and contribution.code not in known
    )
    return SideExplanation(
        reasons=(*sorted(for_it, key=lambda reason: (-reason.amount, reason.code)), *further),
        misfits=tuple(sorted(against, key=lambda reason: (reason.amount, reason.code))),
        unknown=unknown,
        bias=acceptance.bias,
    )


def _told(contribution: Contribution, words: Evidence) -> list[Reason]:
    """A contribution as reasons; the one of the text is told by its words, in parts that add up to it."""
    if contribution.value is None:
        return []
    if contribution.code != "text":
        quotes = words.titles if contribution.code in ("complement", "sector") else None
        return [Reason(contribution.code, contribution.amount, 0.0, contribution.params, quotes)]
    pairs: list[tuple[str, float, QuotePair | None]] = []
    for (code, share), quotes in zip(
        _TEXT_SHARES,
        (_at(words.passages, 0), _at(words.passages, 1), words.terms),
        strict=True,
    ):
        if quotes is not None:
            pairs.append((code, share, quotes))
    if not pairs or contribution.amount <= 0:
        # No passage stands out: the two titles are what can be shown.
        pairs = [("text", 1.0, _at(words.passages, 0) or words.titles)]
    whole = sum(share for _, share, _ in pairs)
    return [
        Reason(
            code,
            contribution.amount * share / whole,
            0.0,
            {"terms": list(quotes.terms)} if quotes is not None and quotes.terms else {},
            quotes,
        )
        for code, share, quotes in pairs
    ]


def _at(pairs: Sequence[QuotePair], index: int) -> QuotePair | None:
    return pairs[index] if index < len(pairs) else None


def _quote_json(quote: Quote) -> dict[str, Any]:
    return {
        "listing": quote.listing, "field": quote.field, "language": quote.language, "start": quote.start,
        "end": quote.end, "text": quote.text,
    }  # fmt: skip


def _joined(first: Sequence[Reason], second: Sequence[Reason]) -> list[dict[str, Any]]:
    """Entries of both readings; what both have is told once. `sides` says in whose reading it stands."""
    joined: dict[str, dict[str, Any]] = {}
    for side, reasons in (("first", first), ("second", second)):
        for reason in reasons:
            entry = reason.to_json()
            known = joined.get(reason.code)
            if known is not None and (known["amount"], known["params"]) == (entry["amount"], entry["params"]):
                known["sides"].append(side)
            else:
                joined[reason.code if known is None else f"{reason.code}:{side}"] = entry | {"sides": [side]}
    return list(joined.values())
