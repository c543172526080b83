"""Whether people can talk with each other."""

from __future__ import annotations

from collections.abc import Iterable

from qiao.workshops.models import Registration


def needs_interpreter(people: Iterable[Registration]) -> bool:
    """Whether some of them share no language, as far as they have said which they speak."""
    people = list(people)
    spoken = [set(one.languages) for one in people if one.languages]
    if len(spoken) < len(people):
        return any(one.needs_interpreter for one in people)
    return bool(spoken) and not set.intersection(*spoken)
