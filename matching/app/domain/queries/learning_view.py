"""What a bridge's responses have taught, as organisers read it: counts only, since single responses are private."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.db.models import QuerySet

from matching.app.domain.learning_weights import weights_of
from matching.app.enums import Fit
from matching.app.models import BridgeLearning, Response, ScoringModel
from matching.core.learning.refit import LEAST_EXAMPLES, LEAST_ORGANISATIONS
from matching.core.scoring import PRIORS, Term, Weights
from qiao.bridges.models import Bridge

#: A term counts more or less when it moves the log-odds between its best and worst by a twentieth, and not by a hair.
NOTICEABLE, HAIR = 0.05, 0.05


class Change(StrEnum):
    """How a term counts against what was in use before."""

    MORE = "more"
    LESS = "less"
    SAME = "same"


@dataclass(frozen=True)
class TermLine:
    """One term: what it adds at best and takes away at worst, in log-odds, and how many responses knew its fit."""

    fit: Fit
    prior: Term
    before: Term
    now: Term
    known: int
    change: Change


@dataclass(frozen=True)
class LearningView:
    """Where a bridge's learning stands. `shown` is the refit whose terms are told; None for the priors.

    `responses` and `organisations` are what counts today; the `least_…` are what a refit needs of them.
    """

    in_use: ScoringModel | None
    shown: ScoringModel | None
    latest: ScoringModel | None
    held: bool
    responses: int
    organisations: int
    least_responses: int
    least_organisations: int
    lines: tuple[TermLine, ...]

    @property
    def version(self) -> int:
        """Version in use; 0 for the priors."""
        return self.in_use.version if self.in_use is not None else 0

    @property
    def previous(self) -> int | None:
        """The version to go back to: what was in use before; None where that are the priors."""
        return (self.in_use.base_version or None) if self.in_use is not None else None

    def labels(self, change: Change) -> list[str]:
        """Names of the terms that changed so, those that changed most first."""
        lines = [line for line in self.lines if line.change == change]
        lines.sort(key=lambda line: -abs(_span(line.now) - _span(line.before)))
        return [str(line.fit.label) for line in lines]


def learning_view(bridge: Bridge, *, version: int | None = None) -> LearningView:
    """What is in use, or with `version` one of the refits.

    Raises `ScoringModel.DoesNotExist` for one that has no weights or is not there.
    """
    learning = BridgeLearning.objects.filter(bridge=bridge).select_related("in_use").first()
    in_use = learning.in_use if learning is not None else None
    models = ScoringModel.objects.filter(bridge=bridge)
    shown = in_use if version is None else models.exclude(data={}).get(version=version)
    base = models.filter(version=shown.base_version).first() if shown is not None and shown.base_version else None
    counted = Response.objects.that_count().filter(bridge=bridge)
    return LearningView(
        in_use=in_use,
        shown=shown,
        latest=models.order_by("-version").first(),
        held=learning is not None and learning.held,
        responses=counted.count(),
        organisations=counted.values("organisation").distinct().count(),
        least_responses=LEAST_EXAMPLES,
        least_organisations=LEAST_ORGANISATIONS,
        lines=_lines(weights_of(base), weights_of(shown), shown.known if shown is not None else {}),
    )


def refits_of(bridge: Bridge) -> QuerySet[ScoringModel]:
    """The bridge's refits, the latest first."""
    return ScoringModel.objects.filter(bridge=bridge).order_by("-version")


def _lines(before: Weights, now: Weights, known: dict[str, Any]) -> tuple[TermLine, ...]:
    lines = [
        TermLine(
            fit=Fit(code),
            prior=prior,
            before=before.terms[code],
            now=now.terms[code],
            known=int(known.get(code, 0)),
            change=_change(before.terms[code], now.terms[code]),
        )
        for code, prior in PRIORS.terms.items()
    ]
    return tuple(sorted(lines, key=lambda line: -_span(line.now)))


def _change(before: Term, now: Term) -> Change:
    by = _span(now) - _span(before)
    if abs(by) < max(HAIR, NOTICEABLE * _span(before)):
        return Change.SAME
    return Change.MORE if by > 0 else Change.LESS


def _span(term: Term) -> float:
    """Log-odds between its best and its worst."""
    return term.weight + (term.penalty if term.neutral > 0 else 0.0)
