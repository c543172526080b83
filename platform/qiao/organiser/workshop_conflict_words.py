"""Conflicts of a programme in words."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qiao.workshops.domain.queries.conflicts import Conflict


def conflict_words(conflict: Conflict) -> str:
    """A conflict in a sentence."""
    titles = _(" and ").join(f"“{one.title}”" for one in conflict.sessions)
    told = {"titles": titles, "about": conflict.about, "count": conflict.count}
    match conflict.code:
        case "room_twice":
            return _("%(titles)s are in %(about)s at the same time.") % told
        case "person_twice":
            return _("%(about)s is needed in %(titles)s at the same time.") % told
        case "absent":
            return _("%(about)s is not there during %(titles)s.") % told
        case "moderator_missing":
            return _("%(titles)s has no moderator.") % told
        case "room_small":
            return _("%(about)s is too small for %(titles)s.") % told
        case "interpreter_missing":
            return _("%(titles)s needs interpreting, and there is neither a booth nor an interpreter.") % told
        case "too_far":
            return _("%(about)s has too little time to go from one building to the other between %(titles)s.") % told
        case "same_people":
            return (
                ngettext(
                    "%(count)d person belongs to both %(titles)s.",
                    "%(count)d people belong to both %(titles)s.",
                    conflict.count,
                )
                % told
            )
        case "same_track":
            return _("%(titles)s are of one track and in parallel.") % told
    return _("%(titles)s has no time yet.") % told
