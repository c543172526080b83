"""An introduction as one side reads it: nothing in it that this side may not know, nor could infer.

What the other side has answered is not here at all; its name is withheld while its listing is anonymous and the two
have not been introduced.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.db.models import Prefetch
from django.utils import timezone

from matching.app.domain.queries.proposal_view import ProposalView, shared_proposal_view
from qiao.bridges.models import Bridge
from qiao.directory.models import Affiliation, Block, Endorsement, Listing, Organisation
from qiao.partnerships.domain.conversation import must_acknowledge, unread_counts
from qiao.partnerships.domain.endorsing import have_met, source_of
from qiao.partnerships.domain.queries.naming import is_withheld, listing_of, name_of
from qiao.partnerships.domain.remembering import as_known_to, party_as_known
from qiao.partnerships.enums import Answer, IntroductionState, MilestoneState
from qiao.partnerships.models import Document, FollowUp, Introduction, Milestone, Party
from qiao.partnerships.rules import acts_for
from qiao.partnerships.wording.agenda import AgendaItem, agenda_items

State = IntroductionState


class Tab(StrEnum):
    """The part of an organisation's list that an introduction belongs to."""

    TO_ANSWER = "to_answer"
    WAITING = "waiting"
    INTRODUCED = "introduced"
    ENDED = "ended"


@dataclass(frozen=True)
class Person:
    """Somebody of the other side, once the two are introduced."""

    name: str
    email: str
    title: str
    language: str


@dataclass(frozen=True)
class IntroductionRow:
    """A line of an organisation's list."""

    introduction: Introduction
    organisation: Organisation
    their_name: str
    their_organisation: Organisation | None
    state: str
    state_label: str
    tab: Tab
    i_ask: bool
    my_answer: str
    unread: int
    overdue: bool
    # One's own side has blocked the other: nothing of it calls for anything.
    blocked: bool

    @property
    def lapses_at(self) -> datetime | None:
        """The date to answer, which both sides see."""
        return self.introduction.lapses_at if self.tab in (Tab.TO_ANSWER, Tab.WAITING) else None


@dataclass(frozen=True)
class MilestoneLine:
    """A milestone with what each side says of it: that is shared between them."""

    milestone: Milestone
    i_agree: bool | None
    they_agree: bool | None
    their_comment: str
    may_judge: bool
    may_withdraw: bool


@dataclass(frozen=True)
class IntroductionView:
    """The page of an introduction, read by one side."""

    row: IntroductionRow
    party: Party
    their_contact: Person | None
    my_listing: Listing | None
    their_listing: Listing | None
    proposal: ProposalView | None
    agenda: list[AgendaItem]
    milestones: list[MilestoneLine]
    follow_ups: list[FollowUp]
    endorsement: Endorsement | None
    is_member: bool
    may_act: bool
    must_acknowledge: bool

    @property
    def introduction(self) -> Introduction:
        return self.row.introduction

    @property
    def may_answer(self) -> bool:
        """The request waits, and this side has not said that it is interested."""
        return (
            self.may_act
            and not self.row.blocked
            and self.row.tab in (Tab.TO_ANSWER, Tab.ENDED)
            and self._was_asked
            and not self._is_over
        )

    @property
    def may_ask_back(self) -> bool:
        """The other side's request has lapsed or was withdrawn: this side may ask in turn, once."""
        return (
            self.may_act
            and not self.row.blocked
            and self.introduction.state in (State.LAPSED, State.WITHDRAWN)
            and self._was_asked
            and not self.party.has_asked
        )

    @property
    def may_take_back(self) -> bool:
        """It has said no or later to a request that still waits."""
        return (
            self.may_act
            and not self.row.blocked
            and self.introduction.state == State.REQUESTED
            and self.party.asked_at is not None
            and self.party.answer in (Answer.NO, Answer.LATER)
        )

    @property
    def may_withdraw(self) -> bool:
        return (
            self.may_act
            and self.party.asks
            and self.introduction.state in (State.QUEUED, State.WITH_ADVISERS, State.REQUESTED)
        )

    @property
    def may_question(self) -> bool:
        return self.may_act and not self.row.blocked and self.introduction.state == State.REQUESTED

    @property
    def may_write(self) -> bool:
        return (
            self.may_act and self.introduction.is_introduced and self.introduction.state in (State.OPEN, State.PAUSED)
        )

    @property
    def have_met(self) -> bool:
        """Both sides have confirmed a meeting or more: each may recommend the other."""
        return have_met(self.introduction)

    @property
    def may_close(self) -> bool:
        return self.may_write

    @property
    def may_reopen(self) -> bool:
        return self.may_act and self.introduction.is_introduced and self.introduction.state == State.CLOSED

    @property
    def _was_asked(self) -> bool:
        return self.party.asked_at is not None and not self.party.asks

    @property
    def _is_over(self) -> bool:
        return self.introduction.state != State.REQUESTED


def introduction_view(
    user: Any, introduction: Introduction, organisation: Organisation | None = None
) -> IntroductionView | None:
    """One introduction as the person reads it for their organisation; None for who has no side in it.

    `introduction` comes from `visible_to(user).in_full()`.
    """
    parties = {party.organisation_id: party for party in introduction.parties.all()}
    mine = _own_party(user, parties.values(), organisation)
    if mine is None:
        return None
    other = next(one for one in parties.values() if one.organisation_id != mine.organisation_id)
    introduction, mine = as_known_to(introduction, mine.organisation_id), party_as_known(mine)
    row = _row(introduction, mine, other, unread_counts(user, [introduction]), _blocked_by(mine.organisation_id))
    listings = {
        listing.pk: listing.title for listing in (introduction.first_listing, introduction.second_listing) if listing
    }
    proposal = introduction.proposal
    may_act = acts_for(user, mine.organisation)
    return IntroductionView(
        row=row,
        party=mine,
        their_contact=_person(other) if introduction.is_introduced else None,
        my_listing=listing_of(introduction, mine.organisation_id),
        their_listing=listing_of(introduction, other.organisation_id),
        proposal=shared_proposal_view(user, mine.organisation, proposal) if proposal is not None else None,
        agenda=agenda_items(introduction.agenda, listings),
        milestones=_milestones(introduction, mine, may_act),
        follow_ups=list(
            FollowUp.objects.filter(
                introduction=introduction, organisation=mine.organisation_id, sent_at__isnull=False
            ).order_by("months")
        ),
        endorsement=Endorsement.objects.filter(
            by=mine.organisation_id, of=other.organisation_id, source=source_of(introduction)
        ).first()
        if have_met(introduction)
        else None,
        is_member=True,
        may_act=may_act,
        must_acknowledge=introduction.is_introduced and must_acknowledge(introduction, user),
    )


def introduction_rows(user: Any, organisation: Organisation, bridge: Bridge) -> list[IntroductionRow]:
    """The organisation's introductions on the bridge, those that want something of it first. Constant queries."""
    found = list(Introduction.objects.visible_to(user).on_bridge(bridge).known_to(organisation).in_full())
    unread, blocked = unread_counts(user, found), _blocked_by(organisation.pk)
    rows = []
    known = [as_known_to(one, organisation.pk) for one in found]
    for introduction in sorted(known, key=lambda one: (one.stirred_at, one.pk), reverse=True):
        parties = list(introduction.parties.all())
        mine = party_as_known(next(one for one in parties if one.organisation_id == organisation.pk))
        other = next(one for one in parties if one.organisation_id != organisation.pk)
        if user.is_authenticated:
            rows.append(_row(introduction, mine, other, unread, blocked))
    return rows


def introductions_to_answer(user: Any, organisation: Organisation, bridge: Bridge) -> int:
    """How many requests wait for the organisation's answer: the number in the navigation."""
    waiting = Introduction.objects.visible_to(user).on_bridge(bridge).requests_to(organisation)
    return waiting.filter(state=State.REQUESTED).count()


def _own_party(user: Any, parties: Iterable[Party], organisation: Organisation | None) -> Party | None:
    known = {party.organisation_id: party for party in parties if party.knows or party.remembers}
    own = list(Affiliation.objects.filter(user=user, organisation__in=known).values_list("organisation_id", flat=True))
    if organisation is not None:
        return known.get(organisation.pk) if organisation.pk in own else None
    return known[own[0]] if own else None


def _blocked_by(organisation_id: int) -> set[int]:
    return set(Block.objects.filter(organisation=organisation_id).values_list("blocked_id", flat=True))


def _row(
    introduction: Introduction, mine: Party, other: Party, unread: dict[int, int], blocked: set[int]
) -> IntroductionRow:
    is_blocked = other.organisation_id in blocked
    withheld = is_withheld(introduction, other.organisation_id)
    return IntroductionRow(
        introduction=introduction,
        organisation=mine.organisation,
        their_name=name_of(introduction, other.organisation),
        their_organisation=None if withheld else other.organisation,
        state=introduction.state,
        state_label=str(IntroductionState(introduction.state).label),
        tab=Tab.ENDED if is_blocked else _tab(introduction, mine),
        i_ask=mine.asks,
        my_answer=mine.answer,
        unread=0 if is_blocked else unread.get(introduction.pk, 0),
        overdue=introduction.state == State.OPEN
        and not is_blocked
        and introduction.next_step_on is not None
        and introduction.next_step_on < timezone.localdate(),
        blocked=is_blocked,
    )


def _tab(introduction: Introduction, mine: Party) -> Tab:
    if introduction.state in (State.LAPSED, State.WITHDRAWN, State.CLOSED):
        return Tab.ENDED
    if introduction.is_introduced:
        return Tab.INTRODUCED
    if mine.asks or mine.answer == Answer.INTERESTED or introduction.state != State.REQUESTED:
        return Tab.WAITING
    return Tab.ENDED if mine.answer == Answer.NO else Tab.TO_ANSWER


def _person(party: Party) -> Person | None:
    contact: Any = party.contact
    if contact is None:
        return None
    affiliation = Affiliation.objects.filter(user=contact, organisation=party.organisation_id).first()
    title = (affiliation.title_en or affiliation.title_zh) if affiliation is not None else ""
    return Person(name=contact.display_name, email=contact.email, title=title, language=contact.language)


def _milestones(introduction: Introduction, mine: Party, may_act: bool) -> list[MilestoneLine]:
    lines = []
    for milestone in (
        introduction.milestones.standing()
        .prefetch_related("confirmations", Prefetch("documents", Document.objects.without_content()))
        .order_by("happened_on", "pk")
    ):
        said = {one.organisation_id: one for one in milestone.confirmations.all()}
        own = said.get(mine.organisation_id)
        theirs = next((one for pk, one in said.items() if pk != mine.organisation_id), None)
        open_to_judge = milestone.state in (MilestoneState.AWAITING, MilestoneState.DISPUTED)
        lines.append(
            MilestoneLine(
                milestone=milestone,
                i_agree=own.agrees if own else None,
                they_agree=theirs.agrees if theirs else None,
                their_comment=theirs.comment if theirs else "",
                may_judge=may_act and open_to_judge,
                may_withdraw=may_act and milestone.organisation_id == mine.organisation_id,
            )
        )
    return lines
