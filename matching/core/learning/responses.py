"""What one side's responses to one proposal say of the fit: for or against, and how firmly."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

#: How firmly each kind speaks. What costs more effort says more; the steps are judgements of ours.
FOR: Mapping[str, float] = {"saved": 1.0, "interested": 1.5, "introduced": 2.0, "meeting": 3.0, "agreement": 4.0}
AGAINST: Mapping[str, float] = {"dismissed": 1.0, "declined": 1.5}
#: These reasons tell of the one who responds, or of the time, and nothing of the fit.
NOT_ABOUT_THE_FIT = frozenset({"capacity", "in_contact", "later"})
#: Without a reason, or with one of their own, it may be the fit or not: it counts half.
UNSAID = frozenset({"", "other"})
UNSAID_WEIGHT = 0.5


@dataclass(frozen=True)
class Verdict:
    """Whether a side's responses speak for the fit, and how firmly."""

    positive: bool
    weight: float


@dataclass(frozen=True)
class Example:
    """A verdict with the values of the fits it stood on when it was given.

    `pair` and `organisation` are opaque keys: of the two organisations, and of the one that responded.
    """

    pair: str
    organisation: str
    values: Mapping[str, float | None]
    verdict: Verdict


def verdict_of(responses: Iterable[tuple[str, str]]) -> Verdict | None:
    """The verdict of one side, from the kinds and reasons of its responses to one proposal, oldest first.

    The latest that says something of the fit decides for or against; of those that agree with it and follow each other
    up to it, the firmest weighs. None when nothing was said of the fit. Raises `KeyError` for an unknown kind.
    """
    verdict: Verdict | None = None
    for kind, reason in responses:
        said = _said(kind, reason)
        if said is None:
            continue
        if verdict is not None and verdict.positive == said.positive:
            said = max(verdict, said, key=lambda one: one.weight)
        verdict = said
    return verdict


def _said(kind: str, reason: str) -> Verdict | None:
    if kind in FOR:
        return Verdict(True, FOR[kind])
    if reason in NOT_ABOUT_THE_FIT:
        return None
    return Verdict(False, AGAINST[kind] * (UNSAID_WEIGHT if reason in UNSAID else 1.0))
