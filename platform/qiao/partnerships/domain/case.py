"""One introduction with both its sides, locked for a change; and what every change of it does."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from qiao.activity.domain.audit import record
from qiao.activity.domain.outbox import emit
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge, BridgeStaff
from qiao.bridges.rules import RUNS
from qiao.common.errors import NotFound
from qiao.common.states import move
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Block, Organisation
from qiao.notifications.domain.telling import tell
from qiao.partnerships.domain.queries.troubles import keep_held_up
from qiao.partnerships.enums import Answer
from qiao.partnerships.models import Introduction, Party
from qiao.partnerships.transitions import INTRODUCTION

#: What a message says to one reader: the case, the reader's side, and the reader.
Words = Callable[["Case", Party, Any], dict[str, Any]]


@dataclass
class Case:
    """A locked introduction and its two parties by the id of their organisation."""

    introduction: Introduction
    parties: dict[int, Party]

    @property
    def bridge(self) -> Bridge:
        return self.introduction.bridge

    def party_of(self, organisation: Organisation) -> Party:
        """The side of an organisation. Raises `NotFound` for a stranger."""
        try:
            return self.parties[organisation.pk]
        except KeyError:
            raise NotFound from None

    def other(self, party: Party) -> Party:
        """The opposite side."""
        return next(one for one in self.parties.values() if one.organisation_id != party.organisation_id)

    def __iter__(self) -> Any:
        return iter(self.parties.values())


def lock_organisations(*ids: int) -> None:
    """Have changes that touch these organisations' requests come one after the other. Always in the order of ids."""
    list(Organisation.objects.select_for_update(no_key=True).filter(pk__in=ids).order_by("pk").values_list("pk"))


def locked_case(introduction: Introduction) -> Case:
    """Lock both organisations, then the introduction, and read it anew. Inside the caller's transaction."""
    lock_organisations(introduction.first_id, introduction.second_id)
    found = (
        Introduction.objects.select_for_update(of=("self",))
        .select_related("bridge", "first", "second", "proposal")
        .get(pk=introduction.pk)
    )
    parties = Party.objects.filter(introduction=found).select_related("organisation", "contact", "adviser")
    return Case(found, {party.organisation_id: party for party in parties})


def step(case: Case, to: str, verb: str, *, actor: Any, party: Party | None = None, **detail: Any) -> None:
    """Move the introduction to a state, audit it for both sides, and tell the rest of the system."""
    before = move(case.introduction, INTRODUCTION, to)
    stir(case.introduction)
    log(case, verb, actor=actor, party=party, before=before, after=to, **detail)
    emit("introduction.changed", introduction_id=case.introduction.pk, state=to)


def log(case: Case, verb: str, *, actor: Any, party: Party | None = None, private: bool = False, **detail: Any) -> None:
    """Audit an act on an introduction. A private one is for the people of `party` alone.

    Who knows of the introduction sees the rest: a side that was not asked yet must not find it in its log.
    """
    before, after = str(detail.pop("before", "")), str(detail.pop("after", ""))
    knowing = sorted(one.organisation_id for one in case if one.knows)
    # Its own request has ended, and of the other side's it does not know: what it does stays with it.
    alone = private or (party is not None and party.remembers)
    own = party.organisation_id if party is not None and (alone or party.knows) else next(iter(knowing), None)
    record(
        verb,
        case.introduction,
        actor=actor,
        bridge_id=case.bridge.pk,
        organisation_id=own,
        before=before,
        after=after,
        detail=detail,
        private=private,
        also=() if alone else [pk for pk in knowing if pk != own],
    )


def log_at_desk(case: Case, verb: str, *, actor: Any) -> None:
    """Audit an act of the bridge's own people that neither side hears of."""
    record(verb, case.introduction, actor=actor, bridge_id=case.bridge.pk)


def forget_answer(party: Party) -> None:
    """Have a side answered nothing. The caller saves it."""
    party.answer, party.answered_at, party.answered_by = Answer.NONE, None, None
    party.reason, party.comment, party.later_until = "", "", None


def stir(introduction: Introduction) -> None:
    """Something happened in it now."""
    introduction.stirred_at = timezone.now()
    introduction.save(update_fields=["stirred_at", "updated_at"])
    # What has come of it is looked at when all of it is written.
    transaction.on_commit(lambda: keep_held_up(introduction.pk), robust=True)


def path_of(introduction: Introduction) -> str:
    """The page of an introduction, as a participant finds it."""
    return f"/{introduction.bridge.slug}/introductions/{introduction.public_id}/"


def desk_path_of(introduction: Introduction) -> str:
    """The page of a case, as an organiser finds it."""
    return f"/organiser/{introduction.bridge.slug}/cases/{introduction.public_id}/"


def people_of(organisation: Organisation | int) -> list[Any]:
    """Who acts for an organisation: its owners and editors, owners first."""
    found = (
        Affiliation.objects.filter(
            organisation=organisation, role__in=(PersonRole.OWNER, PersonRole.EDITOR), user__is_active=True
        )
        .select_related("user")
        .order_by("pk")
    )
    return [one.user for one in sorted(found, key=lambda one: one.role != PersonRole.OWNER)]


def blocks(party: Party, other: Party) -> bool:
    """Whether this side has said that it does not want to meet the other."""
    return Block.objects.filter(organisation=party.organisation_id, blocked=other.organisation_id).exists()


def brokers_of(case: Case) -> list[Any]:
    """Who is to look after a case: its advisers, else all who broker on the bridge."""
    advisers = {party.adviser_id: party.adviser for party in case if party.adviser is not None}
    if advisers:
        return list(advisers.values())
    staff = BridgeStaff.objects.filter(bridge=case.bridge, role__in=(*RUNS, BridgeRole.ADVISER), user__is_active=True)
    return [one.user for one in staff.select_related("user").order_by("pk")]


def tell_side(
    case: Case,
    party: Party,
    kind: str,
    *,
    mail: str,
    key: str,
    topic: str = "introductions",
    words: Words | None = None,
    **more: Any,
) -> None:
    """Tell the people who act for one side. `more` goes to the message; the line names the other side as they may.

    `words` gives what the message says to each reader in that reader's language. Who has blocked the other side hears
    nothing of it any more.
    """
    if blocks(party, case.other(party)):
        return
    from qiao.partnerships.domain.queries.naming import name_of_other

    for user in people_of(party.organisation_id):
        tell(
            user,
            kind,
            topic=topic,
            url=path_of(case.introduction),
            bridge=case.bridge,
            key=f"{kind}:{case.introduction.public_id}:{key}" if key else "",
            mail=mail,
            mail_context={
                "introduction": case.introduction,
                "party": party,
                "organisation": party.organisation,
                "other_name": name_of_other(case.introduction, case.other(party), language=user.language),
                **more,
                **(words(case, party, user) if words is not None else {}),
            },
            subject=name_of_other(case.introduction, case.other(party), language=user.language),
        )


def tell_brokers(case: Case, kind: str, *, mail: str, key: str, **more: Any) -> None:
    """Tell the advisers of a case, or the organisers when it has none."""
    names = f"{case.introduction.first} – {case.introduction.second}"
    for user in brokers_of(case):
        tell(
            user,
            kind,
            topic="introductions",
            url=desk_path_of(case.introduction),
            bridge=case.bridge,
            key=f"{kind}:{case.introduction.public_id}:{key}" if key else "",
            mail=mail,
            mail_context={
                "introduction": case.introduction,
                "first": case.introduction.first,
                "second": case.introduction.second,
                **more,
            },
            subject=names,
        )


def in_days(days: int) -> Any:
    """That many days from now."""
    return timezone.now() + timedelta(days=days)
