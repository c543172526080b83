"""What distinguishes each of several groups: the words that its members use and others do not.

TF-IDF by class (Grootendorst 2022, "BERTopic", section 3.3) over how many members use a term, not how often they use
it, so that one long text does not name a group: `share * log(1 + members / users)`, where `share` is the part of the
group's members who use the term, `members` the mean size of a group and `users` how many use it in all.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence


def distinguishing_terms(
    groups: Mapping[int, Sequence[Sequence[str]]], *, most: int = 3, least_users: int = 2
) -> dict[int, list[str]]:
    """The terms of each group, most telling first. `groups` holds the terms of each member's text, by group.

    A term of fewer than `least_users` members of a group is taken only when there are no others. Terms that are part of
    a chosen one, or hold one, are left out. Ties go to what comes first in the alphabet.
    """
    users = {group: Counter(term for member in members for term in set(member)) for group, members in groups.items()}
    everywhere: Counter[str] = Counter()
    for count in users.values():
        everywhere.update(count)
    size = sum(len(members) for members in groups.values()) / max(len(groups), 1)
    found = {}
    for group, count in users.items():
        members = max(len(groups[group]), 1)
        score = {term: n / members * math.log(1 + size / everywhere[term]) for term, n in count.items()}
        ranked = sorted(score, key=lambda term: (count[term] < least_users, -score[term] * _length(term), term))
        found[group] = _without_parts(ranked, most)
    return found


def _length(term: str) -> float:
    """Phrases tell more than words: a factor for each further part, a Chinese character counting as a third of one."""
    parts = len(term.split()) if term.isascii() else max(1.0, len(term) / 2)
    return 1 + 0.25 * (min(parts, 3) - 1)


def _without_parts(ranked: Sequence[str], most: int) -> list[str]:
    kept: list[str] = []
    for term in ranked:
        if len(kept) == most:
            break
        words = set(term.split())
        if not any(term in one or one in term or words & set(one.split()) for one in kept):
            kept.append(term)
    return kept
