"""Which kind of offer answers which kind of need, and which kinds of organisation work well together.

The values are judgements of ours from 0 (never) to 1 (exactly), not measurements; responses will correct them.
"""

from __future__ import annotations

#: need kind -> {offer kind: how well it answers}; the same kind answers fully, what is not named does not answer.
_ANSWERS: dict[str, dict[str, float]] = {
    "technology": {
        "rd_cooperation": 0.7, "manufacturing": 0.35, "data": 0.35, "advisory": 0.3, "facility_sharing": 0.3,
    },
    "rd_cooperation": {
        "technology": 0.75, "clinical_validation": 0.55, "facility_sharing": 0.55, "data": 0.6, "talent_training": 0.35,
        "standards_expertise": 0.3,
    },
    "investment": {},
    "manufacturing": {"technology": 0.4, "facility_sharing": 0.5, "rd_cooperation": 0.3},
    "distribution": {"advisory": 0.4, "clinical_validation": 0.25},
    "clinical_validation": {"rd_cooperation": 0.6, "data": 0.5, "facility_sharing": 0.4, "advisory": 0.3},
    "facility_sharing": {"rd_cooperation": 0.5, "manufacturing": 0.4, "clinical_validation": 0.4},
    "talent_training": {"rd_cooperation": 0.4, "advisory": 0.5, "facility_sharing": 0.3},
    "data": {"rd_cooperation": 0.55, "clinical_validation": 0.6, "technology": 0.35},
    "advisory": {"standards_expertise": 0.6, "distribution": 0.4, "talent_training": 0.4},
    "standards_expertise": {"advisory": 0.65, "rd_cooperation": 0.3},
}  # fmt: skip

#: The quadruple helix (Carayannis and Campbell 2009): industry, university, government, and those who use what is made.
_HELIX = {
    "startup": "industry",
    "sme": "industry",
    "large_enterprise": "industry",
    "service_provider": "industry",
    "investor": "capital",
    "university": "university",
    "research_institute": "university",
    "hospital": "users",
    "government_body": "government",
    "industry_association": "government",
    "standards_body": "government",
}
_HELIX_FIT = {
    frozenset({"industry"}): 0.6,
    frozenset({"industry", "university"}): 0.8,
    frozenset({"industry", "users"}): 0.9,
    frozenset({"industry", "capital"}): 0.9,
    frozenset({"industry", "government"}): 0.6,
    frozenset({"university"}): 0.6,
    frozenset({"university", "users"}): 0.8,
    frozenset({"university", "capital"}): 0.5,
    frozenset({"university", "government"}): 0.6,
    frozenset({"users"}): 0.6,
    frozenset({"users", "government"}): 0.5,
    frozenset({"users", "capital"}): 0.3,
    frozenset({"capital"}): 0.3,
    frozenset({"capital", "government"}): 0.5,
    frozenset({"government"}): 0.5,
}


def answers(need_kind: str, offer_kind: str) -> float:
    """How well an offer of one kind answers a need of another, from 0 to 1."""
    if need_kind == offer_kind:
        return 1.0
    return _ANSWERS.get(need_kind, {}).get(offer_kind, 0.0)


def offers_that_answer(need_kind: str) -> frozenset[str]:
    """Kinds of offer that answer a kind of need at all."""
    return frozenset({need_kind, *_ANSWERS.get(need_kind, {})})


def needs_answered_by(offer_kind: str) -> frozenset[str]:
    """Kinds of need that a kind of offer answers at all."""
    return frozenset({offer_kind, *(need for need, offers in _ANSWERS.items() if offer_kind in offers)})


def helix_fit(kind: str, other_kind: str) -> float | None:
    """How well two kinds of organisation work together, from 0 to 1; None for kinds that are not known."""
    one, other = _HELIX.get(kind), _HELIX.get(other_kind)
    return None if one is None or other is None else _HELIX_FIT[frozenset({one, other})]
