"""Why people belong together at a roundtable, in the reader's language."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qiao.common.regions import country_name
from qiao.directory.enums import Direction, OrganisationKind
from qiao.workshops.models import SuggestedMember, SuggestedSession


def group_sentences(suggestion: SuggestedSession) -> list[str]:
    """What speaks for a proposed session as a whole."""
    return [words for reason in suggestion.reasons if not _is_warning(reason) and (words := _of_group(reason))]


def group_warnings(suggestion: SuggestedSession) -> list[str]:
    """Which rules of the mixture it does not keep."""
    return [words for reason in suggestion.reasons if _is_warning(reason) and (words := _of_group(reason))]


def member_sentences(member: SuggestedMember) -> list[str]:
    """Why somebody is in it."""
    return [words for reason in member.reasons if (words := _of_member(reason))]


def _is_warning(reason: dict[str, Any]) -> bool:
    return str(reason.get("code", "")).startswith("short_")


def _of_group(reason: dict[str, Any]) -> str:
    params = reason.get("params", {})
    match reason.get("code"):
        case "sides":
            return _listed((country_name(code), count) for code, count in params["counts"].items())
        case "kinds":
            return _listed((_kind(kind), count) for kind, count in params["counts"].items())
        case "pairs":
            return ngettext(
                "%(count)d pair in it is proposed to each other already.",
                "%(count)d pairs in it are proposed to each other already.",
                params["count"],
            ) % {"count": params["count"]}
        case "short_size":
            return ngettext(
                "%(short)d person fewer than asked for.", "%(short)d people fewer than asked for.", params["short"]
            ) % {"short": params["short"]}
        case "short_side":
            return _("Nobody from %(side)s: there are too few to sit in every session.") % {
                "side": country_name(params["what"]) if params["what"] else _("an unknown side")
            }
        case "short_kinds":
            return _("Only one kind of organisation is in it.")
    return ""


def _of_member(reason: dict[str, Any]) -> str:
    params = reason.get("params", {})
    match reason.get("code"):
        case "listing" if params["direction"] == Direction.NEED:
            return _("needs: %(title)s") % {"title": params["title"]}
        case "listing":
            return _("offers: %(title)s") % {"title": params["title"]}
        case "goals":
            return _("comes for this topic, by their own goals")
        case "partners":
            names = _("; ").join(params["names"])
            return _("is proposed as a partner of %(names)s") % {"names": names}
        case "stands_between":
            return _("may moderate: stands between those who need and those who offer")
        case "understood":
            return _("may moderate: shares a language with %(percent)d%% of the others") % {
                "percent": params["percent"]
            }
    return ""


def _listed(counts: Any) -> str:
    return _(", ").join(f"{name} {count}" for name, count in counts)


def _kind(kind: str) -> str:
    return str(OrganisationKind(kind).label) if kind in OrganisationKind.values else kind
