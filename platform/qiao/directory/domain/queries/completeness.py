"""What would make a profile complete."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from qiao.directory.models import Organisation

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


@dataclass(frozen=True)
class Hint:
    """One thing that is missing, why it is worth giving, and the field it is typed in."""

    field: str
    text: StrOrPromise


@dataclass(frozen=True)
class Completeness:
    """How much of a profile is there: `done` of `total` things, and what is missing, most useful first."""

    done: int
    total: int
    hints: tuple[Hint, ...]

    @property
    def percent(self) -> int:
        """From 0 to 100."""
        return round(100 * self.done / self.total)


def completeness_of(organisation: Organisation) -> Completeness:
    """Check the profile."""
    either = organisation
    checks: list[tuple[bool, Hint]] = [
        (
            bool(either.summary_en or either.summary_zh),
            Hint("summary_en", _("Say in one or two sentences what you do: it is the first thing a partner reads.")),
        ),
        (organisation.sectors.exists(), Hint("sectors", _("Choose your sectors: partners look for them."))),
        (
            bool(either.summary_en and either.summary_zh),
            Hint("summary_zh", _("Give the summary in both languages: the other side reads it in its own.")),
        ),
        (
            bool(either.name_en and either.name_zh),
            Hint("name_zh", _("Give your name in both languages.")),
        ),
        (bool(either.size), Hint("size", _("Say how large you are: some partners look for a certain size."))),
        (bool(either.city_en or either.city_zh), Hint("city_en", _("Name your city."))),
        (bool(either.website), Hint("website", _("Add your website: people check it before they meet you."))),
        (
            bool(either.description_en or either.description_zh),
            Hint("description_en", _("Describe your work: products, results, references.")),
        ),
        (either.founded is not None, Hint("founded", _("Say when you were founded."))),
    ]
    missing = tuple(hint for there, hint in checks if not there)
    return Completeness(done=len(checks) - len(missing), total=len(checks), hints=missing)
