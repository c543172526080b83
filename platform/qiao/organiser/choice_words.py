"""What sharing attention out has cost and brought in a run, in sentences for organisers."""

from __future__ import annotations

from typing import Any

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

#: Shares below this are told as nothing: they would read 0.0%.
NOTHING = 0.0005


def choice_words(figures: dict[str, Any]) -> list[str]:
    """Sentences on a run's choice; none for a run that has not chosen, or where there was nothing to choose from."""
    choice = figures.get("choice")
    if not choice or choice["loss"] is None:
        return []
    return [_loss(choice), *_gained(choice["gained"]), _requests(choice), _gap(choice)]


def _loss(choice: dict[str, Any]) -> str:
    if choice["loss"] < NOTHING:
        return _("Spreading attention cost nothing: everybody receives the best there is for them.")
    words = _("Spreading attention cost %(share)s%% of the total score, held against everybody's own best list.")
    return words % {"share": _share(choice["loss"])}


def _gained(count: int) -> list[str]:
    if not count:
        return []
    words = ngettext(
        "%(count)s organisation is proposed to more others than it would be otherwise.",
        "%(count)s organisations are proposed to more others than they would be otherwise.",
        count,
    )
    return [words % {"count": number_format(count)}]


def _requests(choice: dict[str, Any]) -> str:
    values = {
        "limit": number_format(choice["requests_limit"]),
        "before": _tenths(choice["most_requests_unlimited"]),
        "now": _tenths(choice["most_requests"]),
    }
    if not choice["relieved"]:
        words = _("The most sought organisation may expect %(now)s requests; the policy allows %(limit)s.")
        return words % values
    words = ngettext(
        "%(count)s organisation would otherwise expect more requests than the policy's %(limit)s: "
        "the most sought one %(before)s, and now %(now)s.",
        "%(count)s organisations would otherwise expect more requests than the policy's %(limit)s: "
        "the most sought one %(before)s, and now %(now)s.",
        choice["relieved"],
    )
    return words % (values | {"count": number_format(choice["relieved"])})


def _gap(choice: dict[str, Any]) -> str:
    if choice["status"] == "optimal" or (choice["gap"] is not None and choice["gap"] < NOTHING):
        return _("No other choice within the limits is better.")
    words = _("No other choice within the limits is better by more than %(share)s%%.")
    return words % {"share": _share(choice["gap"])}


def _share(value: float) -> str:
    return _tenths(100 * value)


def _tenths(value: float) -> str:
    # number_format cuts further digits off.
    return number_format(round(value, 1), 1)
