"""ISO's harmonised stage codes: what a document's stage means and what can still be influenced.

Source: ISO, International harmonized stage codes (the published matrix of stages and substages).
"""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

STAGES: dict[str, Promise | str] = {
    "00": _("Preliminary"),
    "10": _("Proposal"),
    "20": _("Preparatory"),
    "30": _("Committee"),
    "40": _("Enquiry"),
    "50": _("Approval"),
    "60": _("Publication"),
    "90": _("Review"),
    "95": _("Withdrawal"),
}

SUBSTAGES: dict[str, Promise | str] = {
    "00": _("registered"),
    "20": _("main action begun"),
    "60": _("main action completed"),
    "90": _("decision pending"),
    "92": _("decision: repeat an earlier phase"),
    "93": _("decision: repeat this phase"),
    "98": _("decision: abandon"),
    "99": _("decision: proceed"),
}


@dataclass(frozen=True)
class Influence:
    """How much of a document at this stage can still be shaped, 0 to 1, and what."""

    share: float
    what: Promise | str


_INFLUENCE: dict[str, Influence] = {
    "00": Influence(1.0, _("whether there will be a project, and about what")),
    "10": Influence(1.0, _("scope and structure, by comments on the proposal")),
    "20": Influence(0.9, _("the text itself, as an expert of the working group")),
    "30": Influence(0.7, _("technical content, by comments on the committee draft")),
    "40": Influence(0.4, _("technical comments through a national body's enquiry ballot")),
    "50": Influence(0.1, _("a yes or no through a national body; editorial changes only")),
    "60": Influence(0.0, _("nothing until its review")),
    "90": Influence(0.5, _("whether it is confirmed, revised or withdrawn")),
    "95": Influence(0.0, _("nothing: it is being withdrawn")),
}


def is_stage(code: str) -> bool:
    """Whether this is a harmonised stage code such as `40.20`."""
    stage, _dot, substage = code.partition(".")
    return stage in STAGES and substage in SUBSTAGES


def influence_at(code: str) -> Influence | None:
    """What can still be influenced at a stage such as `40.20`; None for an unknown one."""
    stage, _dot, substage = code.partition(".")
    if stage == "90" and substage == "92":
        return Influence(0.9, _("a revision is decided: its scope and text"))
    if substage == "98":
        return Influence(0.0, _("nothing: the project is abandoned"))
    return _INFLUENCE.get(stage)


def is_under_development(code: str) -> bool:
    """Between a proposal and publication, and not abandoned."""
    stage, _dot, substage = code.partition(".")
    return stage in ("00", "10", "20", "30", "40", "50") and substage != "98"
