"""The first agenda of an introduction, as codes with parameters: `wording/agenda.py` puts them into words."""

from __future__ import annotations

from typing import Any

from qiao.partnerships.domain.case import Case

#: Points that are open between two sides and worth a place on the agenda, most telling first.
_WORTH_ASKING = ("ticket", "form", "stage", "protection", "region", "complement", "sector")


def first_agenda(case: Case) -> list[dict[str, Any]]:
    """What a first talk should cover: who one is, what met, what is unknown or does not fit, and the next step.

    Listings are named by id: each reader sees the title in the language it has.
    """
    introduction = case.introduction
    items: list[dict[str, Any]] = [{"code": "introduce", "minutes": 10}]
    if introduction.first_listing_id and introduction.second_listing_id:
        items.append(
            {
                "code": "what_met",
                "minutes": 15,
                "listings": [introduction.first_listing_id, introduction.second_listing_id],
            }
        )
    reasons = introduction.proposal.reasons if introduction.proposal is not None else {}
    for code, part in (("unknown", "unknown"), ("misfit", "misfits")):
        points = {entry.get("code") for entry in reasons.get(part, [])}
        found = [point for point in _WORTH_ASKING if point in points]
        if found:
            items.append({"code": code, "minutes": 10, "points": found[:4]})
    items += [{"code": "confidentiality", "minutes": 5}, {"code": "next_step", "minutes": 5}]
    return items
