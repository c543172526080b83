"""Proposing roundtables for a workshop: who belongs together, what they have in common, who should moderate."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matching.app.domain.encoders import encoder_in_use
from matching.app.domain.statistics import statistics_of
from matching.app.halfvec import vector_bytes, vector_from_bytes
from matching.app.models import ListingVector, Proposal
from matching.core.grouping import mixed, verify_mixed
from matching.core.grouping.distinguishing import distinguishing_terms
from matching.embedding import detect_language
from matching.embedding.phrases import Phrases
from matching.embedding.protocol import unit
from qiao.common.languages import TextLanguage
from qiao.directory.enums import OrganisationKind
from qiao.directory.models import Listing, Membership
from qiao.workshops.domain.suggestion_runs import (
    FoundGroup,
    FoundMember,
    claim_suggestion_run,
    describe_suggestion,
    fail_suggestion_run,
    store_suggestions,
)
from qiao.workshops.enums import SuggestionState
from qiao.workshops.models import Registration, SuggestedMember, SuggestedSession, SuggestionRun, Workshop

#: What somebody hopes for at this workshop counts as much as all that their organisation needs and offers.
OF_GOALS = 0.5
#: Kinds of organisation that stand between the others: they moderate more easily than who wants to sell.
BETWEEN = frozenset(
    {
        OrganisationKind.UNIVERSITY,
        OrganisationKind.RESEARCH_INSTITUTE,
        OrganisationKind.HOSPITAL,
        OrganisationKind.GOVERNMENT_BODY,
        OrganisationKind.INDUSTRY_ASSOCIATION,
        OrganisationKind.STANDARDS_BODY,
    }
)
#: Parts of what speaks for a moderator: in the middle of the topic, understood by many, between the others.
MIDDLE, UNDERSTOOD, STANDS_BETWEEN = 0.4, 0.4, 0.2
#: Words of a title, and of what distinguishes a session.
IN_TITLE, TOPICS = 2, 6


@dataclass(frozen=True)
class Attendee:
    """A registered person with what their organisation needs and offers on the bridge, and a unit vector of it all.

    `listing_vectors`, shape (n, dimension): a unit row for each of `listings`. `vector` is None where nothing is known.
    """

    registration: Registration
    side: str
    listings: tuple[Listing, ...]
    listing_vectors: NDArray[np.float32]
    vector: NDArray[np.float32] | None


def propose_sessions(run_id: int) -> bool:
    """Do a run that waits; returns whether there was one. The grouping holds no lock: nobody waits for it."""
    run = claim_suggestion_run(run_id)
    if run is None:
        return False
    try:
        groups, digest, model_name, figures = _grouped(run)
    except ValueError as problem:
        fail_suggestion_run(run, error=str(problem))
        return True
    store_suggestions(run, groups, digest=digest, model_name=model_name, figures=figures)
    return True


def describe_again(suggestion_id: int) -> bool:
    """Tell anew what a session that was changed by hand is about; returns whether it is still there."""
    suggestion = SuggestedSession.objects.select_related("workshop").filter(pk=suggestion_id).first()
    if suggestion is None or suggestion.state != SuggestionState.PROPOSED:
        return False
    workshop = suggestion.workshop
    others = SuggestedSession.objects.filter(workshop=workshop).exclude(state=SuggestionState.DISMISSED)
    places = SuggestedMember.objects.filter(suggestion__in=others)
    number = {pk: n for n, pk in enumerate(sorted({suggestion.pk, *others.values_list("pk", flat=True)}))}
    group_of = {registration: number[group] for registration, group in places.values_list("registration", "suggestion")}
    registrations = Registration.objects.filter(pk__in=group_of)
    attendees = attendees_of(workshop, list(registrations.select_related("organisation")))
    described = describe(workshop, attendees, group_of)
    if number[suggestion.pk] in described:
        describe_suggestion(suggestion, described[number[suggestion.pk]])
    return True


def attendees_of(workshop: Workshop, registrations: Sequence[Registration]) -> list[Attendee]:
    """What is known of the people, in a constant number of queries. Anonymous listings tell nothing of anybody."""
    organisations = {one.organisation_id for one in registrations}
    sides = {
        pk: str(side)
        for pk, side in Membership.objects.approved()
        .filter(bridge_id=workshop.bridge_id, organisation__in=organisations)
        .values_list("organisation_id", "side__country")
    }
    listings: dict[int, list[Listing]] = defaultdict(list)
    live = Listing.objects.live().filter(bridge_id=workshop.bridge_id, organisation__in=organisations, anonymous=False)
    for listing in live.order_by("pk").prefetch_related("sectors"):
        listings[listing.organisation_id].append(listing)
    encoder = encoder_in_use(workshop.bridge_id)
    statistics = statistics_of(workshop.bridge_id, encoder.name)
    rows: dict[int, list[NDArray[np.float32]]] = defaultdict(list)
    stored = ListingVector.objects.filter(
        listing__in=[one.pk for of_one in listings.values() for one in of_one], encoder=encoder.name
    ).order_by("listing_id", "language")
    for pk, language, value in stored.values_list("listing_id", "language", vector_bytes()):
        rows[pk].append(statistics.centre(vector_from_bytes(value)[None, :], [language])[0])
    goals: dict[int, NDArray[np.float32]] = {}
    told = [one for one in registrations if one.goals.strip()]
    model = encoder.load() if told else None
    if model is not None:
        languages = [detect_language(one.goals) for one in told]
        vectors = statistics.centre(model.encode([one.goals for one in told]), languages)
        goals = {one.pk: vector for one, vector in zip(told, vectors, strict=True)}
    found = []
    for one in registrations:
        encoded = [listing for listing in listings[one.organisation_id] if listing.pk in rows]
        of_listings = np.array([unit(np.mean(rows[listing.pk], axis=0)[None, :])[0] for listing in encoded])
        parts = [] if not encoded else [(1 - OF_GOALS, unit(of_listings.mean(axis=0)[None, :])[0])]
        if one.pk in goals:
            parts.append((OF_GOALS, goals[one.pk]))
        found.append(
            Attendee(
                registration=one,
                side=sides.get(one.organisation_id, ""),
                listings=tuple(encoded),
                listing_vectors=of_listings.astype(np.float32),
                vector=None if not parts else unit(sum(weight * part for weight, part in parts)[None, :])[0],
            )
        )
    return found


def describe(workshop: Workshop, attendees: Sequence[Attendee], group_of: dict[int, int]) -> dict[int, FoundGroup]:
    """Each group's title and topics in both languages, its reasons, its moderator, and why each person is in it.

    `group_of` is by registration. What distinguishes a group is told against all the others.
    """
    groups: dict[int, list[Attendee]] = defaultdict(list)
    for one in attendees:
        if one.registration.pk in group_of:
            groups[group_of[one.registration.pk]].append(one)
    topics = {language: _topics(groups, language) for language in TextLanguage.values}
    partners = _partners(workshop, attendees)
    return {number: _described(members, number, topics, partners) for number, members in sorted(groups.items())}


def _grouped(run: SuggestionRun) -> tuple[list[FoundGroup], str, str, dict[str, Any]]:
    workshop = run.workshop
    kept = SuggestedMember.objects.filter(suggestion__workshop=workshop).exclude(
        suggestion__state=SuggestionState.DISMISSED
    )
    kept = kept.exclude(suggestion__state=SuggestionState.PROPOSED, suggestion__is_locked=False)
    stays = dict(kept.values_list("registration_id", "suggestion_id"))
    coming = Registration.objects.of_workshop(workshop).confirmed().filter(no_show_at=None).order_by("pk")
    registrations = list(coming.select_related("organisation"))
    attendees = attendees_of(workshop, registrations)
    free = [one for one in attendees if one.registration.pk not in stays]
    known = [(one, one.vector) for one in free if one.vector is not None]
    least, most = int(run.options["least"]), int(run.options["most"])
    figures: dict[str, Any] = {
        "people": len(free),
        "unknown": [one.registration.public_id for one in free if one.vector is None],
        "kept": len(stays),
    }
    vectors = np.stack([vector for _one, vector in known]) if known else np.zeros((0, 1), dtype=np.float32)
    problem = mixed.MixedProblem(
        guests=tuple(
            mixed.Guest(
                id=one.registration.public_id,
                row=row,
                side=one.side,
                kind=one.registration.organisation.kind,
                organisation=str(one.registration.organisation_id),
            )
            for row, (one, _vector) in enumerate(known)
        ),
        vectors=vectors,
        groups=int(run.options.get("groups") or mixed.groups_for(len(known), least=least, most=most)),
        least=least,
        most=most,
    )
    found = mixed.solve(problem, seed=run.seed)
    wrong = verify_mixed.check(problem, found)
    if wrong:
        raise ValueError("; ".join(wrong))
    # What distinguishes a session is told against those that stay, too.
    number_of_kept = {pk: problem.groups + n for n, pk in enumerate(sorted(set(stays.values())))}
    group_of = {
        one.registration.pk: number_of_kept[stays[one.registration.pk]]
        for one in attendees
        if one.registration.pk in stays
    }
    group_of |= {
        one.registration.pk: found.group_of[one.registration.public_id]
        for one, _vector in known
        if one.registration.public_id in found.group_of
    }
    short: dict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in found.shortfalls:
        short[one.group].append({"code": f"short_{one.rule}", "params": {"short": one.short, "what": one.what}})
    described = describe(workshop, attendees, group_of)
    groups = []
    for number in range(problem.groups):
        if number in described:
            group = described[number]
            groups.append(
                FoundGroup(group.title, group.topics, [*group.reasons, *short[number]], group.coherence, group.members)
            )
    groups.sort(key=lambda group: -group.coherence)
    figures |= {
        "sessions": len(groups),
        "placed": len(found.group_of),
        "left_out": list(found.left_out),
        "coherence": round(float(np.mean(list(found.coherence.values()))), 4) if found.coherence else None,
        "short": len(found.shortfalls),
    }
    digest = hashlib.sha256(vectors.tobytes())
    digest.update(repr((problem.guests, problem.groups, least, most)).encode())
    return groups, digest.hexdigest(), encoder_in_use(workshop.bridge_id).name, figures


def _described(
    members: list[Attendee],
    number: int,
    topics: dict[str, dict[int, list[str]]],
    partners: dict[int, set[int]],
) -> FoundGroup:
    known = [one.vector for one in members if one.vector is not None]
    mean = unit(np.mean(known, axis=0)[None, :])[0] if known else None
    fits = {
        one.registration.pk: 0.0 if mean is None or one.vector is None else float(one.vector @ mean) for one in members
    }
    words = {language: found.get(number, []) for language, found in topics.items()}
    moderator, why = _moderator(members, fits)
    in_group = {one.registration.organisation_id: one.registration for one in members}
    described = []
    for one in members:
        reasons = [] if mean is None else _near(one, mean)
        met = sorted(partners.get(one.registration.organisation_id, set()) & in_group.keys())
        if met:
            names = [in_group[pk].organisation.name for pk in met][:3]
            reasons.append({"code": "partners", "params": {"names": names, "count": len(met)}})
        is_moderator = one.registration.pk == moderator
        described.append(
            FoundMember(
                one.registration.pk, fits[one.registration.pk], is_moderator, reasons + (why if is_moderator else [])
            )
        )
    return FoundGroup(
        title={
            "en": _title(words.get(TextLanguage.ENGLISH, []), members, "en"),
            "zh-hans": _title(words.get(TextLanguage.CHINESE, []), members, "zh"),
        },
        topics={language: list(found) for language, found in words.items()},
        reasons=_of_group(members, partners),
        coherence=float(np.mean(list(fits.values()))) if fits else 0.0,
        members=sorted(described, key=lambda one: (not one.is_moderator, -one.fit, one.registration_id)),
    )


def _of_group(members: list[Attendee], partners: dict[int, set[int]]) -> list[dict[str, Any]]:
    sides = Counter(one.side for one in members if one.side)
    kinds = Counter(one.registration.organisation.kind for one in members)
    organisations = {one.registration.organisation_id for one in members}
    pairs = sum(len(partners.get(pk, set()) & organisations) for pk in organisations) // 2
    reasons: list[dict[str, Any]] = [
        {"code": "sides", "params": {"counts": dict(sorted(sides.items()))}},
        {"code": "kinds", "params": {"counts": dict(kinds.most_common())}},
    ]
    if pairs:
        reasons.append({"code": "pairs", "params": {"count": pairs}})
    return reasons


def _near(one: Attendee, mean: NDArray[np.float32]) -> list[dict[str, Any]]:
    """The need or offer that brings somebody here, or else their goals."""
    if len(one.listings):
        likeness = one.listing_vectors @ mean
        best = one.listings[int(np.argmax(likeness))]
        params = {"listing": best.public_id, "title": best.title, "direction": best.direction}
        return [{"code": "listing", "params": params}]
    return [{"code": "goals", "params": {}}] if one.registration.goals.strip() else []


def _moderator(members: list[Attendee], fits: dict[int, float]) -> tuple[int, list[dict[str, Any]]]:
    """Who should moderate, with what speaks for them."""
    most_fit = max(fits.values(), default=0.0) or 1.0

    def understood(one: Attendee) -> float:
        spoken = set(one.registration.languages)
        return sum(1 for other in members if spoken & set(other.registration.languages)) / len(members)

    def score(one: Attendee) -> float:
        between = one.registration.organisation.kind in BETWEEN
        return (
            MIDDLE * fits[one.registration.pk] / most_fit
            + UNDERSTOOD * understood(one)
            + STANDS_BETWEEN * float(between)
        )

    best = max(members, key=lambda one: (score(one), -one.registration.pk))
    why: list[dict[str, Any]] = []
    if best.registration.organisation.kind in BETWEEN:
        why.append({"code": "stands_between", "params": {}})
    if understood(best) > 0:
        share = round(100 * understood(best))
        why.append({"code": "understood", "params": {"languages": best.registration.languages, "percent": share}})
    return best.registration.pk, why


def _topics(groups: dict[int, list[Attendee]], language: str) -> dict[int, list[str]]:
    """What distinguishes each group in a language, as it is written most often."""
    phrases = Phrases()
    terms = {
        number: [phrases.of(text) for one in members if (text := _text(one, language))]
        for number, members in groups.items()
    }
    found = distinguishing_terms(terms, most=TOPICS)
    return {number: [phrases.written(term) for term in words] for number, words in found.items()}


def _text(one: Attendee, language: str) -> str:
    """What somebody's organisation needs and offers, and what they hope for, as far as it is in the language."""
    texts = []
    for listing in one.listings:
        for title, text in ((listing.title, listing.text), (listing.other_title, listing.other_text)):
            if title and detect_language(f"{title}\n{text}") == language:
                texts += [title, text]
    if one.registration.goals.strip() and detect_language(one.registration.goals) == language:
        texts.append(one.registration.goals)
    return "\n".join(texts)


def _title(words: Sequence[str], members: list[Attendee], language: str) -> str:
    chosen = list(words[:IN_TITLE])
    if not chosen:  # nobody has written anything in this language: the sectors have names in both
        counted = Counter(
            (sector.name_zh if language == "zh" else sector.name_en)
            for one in members
            for listing in one.listings
            for sector in listing.sectors.all()
        )
        chosen = [name for name, _count in sorted(counted.items(), key=lambda item: (-item[1], item[0]))[:IN_TITLE]]
    if not chosen:
        return "圆桌会" if language == "zh" else "Roundtable"
    if language == "zh":
        return "、".join(chosen)
    joined = ", ".join(chosen)
    return joined[0].upper() + joined[1:]


def _partners(workshop: Workshop, attendees: Sequence[Attendee]) -> dict[int, set[int]]:
    """Organisations that the matcher proposes to one another now."""
    ids = {one.registration.organisation_id for one in attendees}
    partners: dict[int, set[int]] = defaultdict(set)
    current = Proposal.objects.current().filter(bridge_id=workshop.bridge_id, first__in=ids, second__in=ids)
    for first, second in current.values_list("first_id", "second_id"):
        partners[first].add(second)
        partners[second].add(first)
    return partners
