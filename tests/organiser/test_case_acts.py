"""Acts on many cases: each whole or not at all, and undone only where nobody has gone on."""

from __future__ import annotations

from typing import Any

import pytest

from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from qiao.directory.enums import Direction
from qiao.organiser.case_acts import act_on_cases, undo_bulk
from qiao.partnerships.domain.brokering import assign_adviser, pause, resume
from qiao.partnerships.domain.responding import answer_proposal
from qiao.partnerships.enums import Answer, IntroductionState
from qiao.partnerships.models import Introduction, Party
from tests.factories import BridgeFactory, UserFactory, member_listing, propose, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory()


@pytest.fixture
def case(bridge: Bridge) -> Introduction:
    ann = UserFactory()
    need = member_listing(bridge, country="GB", owner=ann, direction=Direction.NEED)
    offer = member_listing(bridge, country="CN", owner=UserFactory(), direction=Direction.OFFER)
    proposal = propose(need, offer, rank_for_first=1, rank_for_second=1)
    made = answer_proposal(proposal, actor=ann, organisation=need.organisation, answer=Answer.INTERESTED)
    assert made is not None
    return made


def _person(bridge: Bridge, role: BridgeRole) -> Any:
    person = UserFactory()
    staff(bridge, person, role)
    return person


def _fresh(case: Introduction) -> Introduction:
    return Introduction.objects.get(pk=case.pk)


def _advisers(case: Introduction) -> list[int | None]:
    return list(Party.objects.filter(introduction=case).order_by("pk").values_list("adviser_id", flat=True))


def test_an_assignment_is_undone_unless_somebody_has_assigned_since(bridge: Bridge, case: Introduction) -> None:
    olga, adam = _person(bridge, BridgeRole.ORGANISER), _person(bridge, BridgeRole.ADVISER)
    other = _person(bridge, BridgeRole.ADVISER)
    first = act_on_cases([_fresh(case)], actor=olga, act="assign", adviser=adam.public_id)
    undone = undo_bulk({case.public_id: _fresh(case)}, actor=olga, act="assign", before=first.undo)
    assert (undone.done, _advisers(case)) == (1, [None, None])

    again = act_on_cases([_fresh(case)], actor=olga, act="assign", adviser=adam.public_id)
    assign_adviser(_fresh(case), actor=olga, organisation=case.first, adviser=other)
    kept = undo_bulk({case.public_id: _fresh(case)}, actor=olga, act="assign", before=again.undo)
    assert kept.done == 0
    assert len(kept.refused) == 1
    assert sorted(pk or 0 for pk in _advisers(case)) == sorted([adam.pk, other.pk])


def test_undoing_a_pause_leaves_the_pause_of_somebody_else(bridge: Bridge, case: Introduction) -> None:
    olga, adam = _person(bridge, BridgeRole.ORGANISER), _person(bridge, BridgeRole.ADVISER)
    result = act_on_cases([_fresh(case)], actor=olga, act="pause")
    resume(_fresh(case), actor=adam)
    pause(_fresh(case), actor=adam)
    assert undo_bulk({case.public_id: _fresh(case)}, actor=olga, act="pause", before=result.undo).done == 0
    assert _fresh(case).state == IntroductionState.PAUSED


def test_a_case_that_is_refused_for_one_side_is_left_as_it_was(bridge: Bridge, case: Introduction) -> None:
    adam, other = _person(bridge, BridgeRole.ADVISER), _person(bridge, BridgeRole.ADVISER)
    mine, theirs = Party.objects.filter(introduction=case).order_by("pk")
    Party.objects.filter(pk=mine.pk).update(adviser=adam)
    Party.objects.filter(pk=theirs.pk).update(adviser=other)
    result = act_on_cases([_fresh(case)], actor=adam, act="assign", adviser="")
    assert (result.done, result.undo) == (0, {})
    assert _advisers(case) == [adam.pk, other.pk]
