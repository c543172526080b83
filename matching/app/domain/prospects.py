"""Members who may answer a need that is not among the bridge's listings, such as the challenge of a call.

The need is encoded, searched for, scored and explained like any other, and stored nowhere: it takes no place in
anybody's list and is proposed to nobody by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from matching.app.adapters import text_fields
from matching.app.domain.candidates import candidate_partners
from matching.app.domain.encoders import encoder_in_use
from matching.app.domain.encoding import versions_of
from matching.app.domain.pairing import explanations, score_partners
from matching.app.domain.pool import VectorSet, load_pool, member_with
from matching.app.domain.queries.proposal_view import from_viewpoint
from matching.embedding.evidence import sentences_of
from qiao.common.languages import TextLanguage
from qiao.directory.models import Listing, Sector

#: No row has it.
UNSTORED = 0
#: What a further pair of listings adds is not told: there is one need.
_UNTOLD = frozenset({"further"})


@dataclass(frozen=True)
class Prospect:
    """A member who may answer the need. `reasons`: why its author would want the member; `gains`: what the member has.

    Each is a list of codes with `params` seen from the member's side, the share of all that speaks for it, and the
    words of both texts (`mine`, `theirs`) that it stands on.
    """

    organisation_id: int
    score: float
    reasons: list[dict[str, Any]]
    gains: list[dict[str, Any]]


def prospects_for(need: Listing, *, sectors: Sequence[Sector] = ()) -> list[Prospect]:
    """Members of the other sides, best first, whose live offers answer the need well enough for the bridge's policy.

    Hard limits hold as for any pair: kinds that do not meet, kinds of partner sought, blocks. Empty for an author who
    is no member. The caller must not hold a transaction open: encoding takes its time.
    """
    author, bridge_id = need.organisation_id, need.bridge_id
    encoder = encoder_in_use(bridge_id)
    model, quoting = encoder.load(), encoder.load_for_sentences()
    if model is None or quoting is None:
        return []
    need.pk = UNSTORED
    # What a row's own sectors would be read from: it has no row.
    need._prefetched_objects_cache = {"sectors": list(sectors)}  # type: ignore[attr-defined]
    versions = versions_of(need)
    raw = VectorSet(
        listing_ids=(UNSTORED,) * len(versions),
        languages=tuple(version.language for version in versions),
        hashes=tuple(version.hash for version in versions),
        vectors=model.encode([version.text for version in versions]),
    )
    spans = sentences_of(text_fields(need), quoting)
    alone = load_pool(bridge_id, [author])
    if author not in alone.members:
        return []
    with transaction.atomic():  # the search has settings of its own
        partners = candidate_partners(
            member_with(alone, author, need, raw),
            bridge_id=bridge_id,
            encoder=alone.encoder,
            statistics=alone.statistics,
            languages=TextLanguage.values,
        )
    pool = load_pool(bridge_id, {author, *partners})
    member = member_with(pool, author, need, raw)
    pool.members[author] = member
    pairs = score_partners(pool, member)
    told = explanations(pool, pairs, spans={UNSTORED: spans})
    found = []
    for pair in pairs:
        mine, theirs = ("second", "first") if pair.first is member else ("first", "second")
        other = pair.second if pair.first is member else pair.first
        found.append(
            Prospect(
                organisation_id=other.organisation.pk,
                score=pair.meeting.score,
                reasons=_told(told[pair.ids][mine], mine, theirs),
                gains=_told(told[pair.ids][theirs], mine, theirs),
            )
        )
    return found


def _told(entries: list[dict[str, Any]], mine: str, theirs: str) -> list[dict[str, Any]]:
    return [
        {
            "code": entry["code"],
            "params": from_viewpoint(entry["params"], mine, theirs),
            "share": entry["share"],
            "mine": entry.get(f"{mine}_quote", {}).get("text", ""),
            "theirs": entry.get(f"{theirs}_quote", {}).get("text", ""),
        }
        for entry in entries
        if entry["code"] not in _UNTOLD
    ]
