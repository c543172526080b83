"""What messages say to one reader: reasons they would care about, and the agenda, in their language."""

from __future__ import annotations

from typing import Any

from django.utils import translation

from matching.app.domain.queries.proposal_view import shared_proposal_view
from qiao.partnerships.domain.case import Case
from qiao.partnerships.models import Party
from qiao.partnerships.wording.agenda import agenda_items
from qiao.partnerships.wording.gains import gain_words

#: A message has room for the strongest reasons only.
REASONS_IN_A_MESSAGE = 3


def reasons_to_meet(case: Case, party: Party, user: Any) -> dict[str, Any]:
    """`gains`: title and sentence of what speaks for it on the reader's side, strongest first."""
    proposal = case.introduction.proposal
    if proposal is None:
        return {"gains": []}
    with translation.override(user.language):
        view = shared_proposal_view(user, party.organisation, proposal)
        reasons = sorted(view.gains, key=lambda one: -one.strength) if view is not None else []
        said = [words for words in map(gain_words, reasons) if words is not None]
    return {"gains": list(dict.fromkeys(said))[:REASONS_IN_A_MESSAGE]}


def agenda_for(case: Case, party: Party, user: Any) -> dict[str, Any]:
    """`agenda`: the points of the first agenda."""
    introduction = case.introduction
    titles = {one.pk: one.title for one in (introduction.first_listing, introduction.second_listing) if one is not None}
    with translation.override(user.language):
        return {"agenda": agenda_items(introduction.agenda, titles)}
