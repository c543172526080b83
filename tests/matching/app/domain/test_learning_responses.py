"""Which responses are kept, which count, and with what values."""

from __future__ import annotations

from typing import Any

import pytest

from matching.app.domain.learning_responses import examples_of, record_response, void_response
from matching.app.domain.refreshing import refresh_member
from matching.app.enums import Fit, ResponseKind
from matching.app.models import Proposal, Response
from matching.core.learning.responses import AGAINST, FOR, Verdict
from matching.core.scoring import TERMS
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from qiao.common.errors import NotAllowed
from qiao.directory.enums import MembershipState
from qiao.directory.models import Listing, Membership, Organisation
from qiao.partnerships.domain.marks import dismiss_proposal, remove_saved_proposal, restore_proposal, save_proposal
from tests.factories import BridgeFactory, UserFactory, affiliate, staff
from tests.matching.app.sensors import proposal_between, refresh, sensor_need, sensor_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    made: Bridge = BridgeFactory()
    return made


@pytest.fixture
def owner() -> Any:
    return UserFactory()


@pytest.fixture
def proposal(bridge: Bridge, owner: Any) -> Proposal:
    """Between the owner's organisation, which is `first`, and a Chinese one."""
    need = sensor_need(bridge, owner=owner, stage="prototype")
    refresh(need, offer := sensor_offer(bridge, stage="in_use"))
    found = proposal_between(need, offer)
    assert found is not None
    return found


@pytest.fixture
def mine(proposal: Proposal) -> Organisation:
    return proposal.first


def test_a_mark_is_a_response_with_the_values_that_were_shown(
    proposal: Proposal, owner: Any, mine: Organisation
) -> None:
    save_proposal(proposal, actor=owner, organisation=mine)
    kept = Response.objects.get()
    assert (kept.kind, kept.organisation, kept.other, kept.user) == (ResponseKind.SAVED, mine, proposal.second, owner)
    assert (kept.rank, kept.model_version, kept.by_staff) == (1, 0, False)
    assert kept.values == proposal.reasons["values"]["first"]
    assert kept.values["stage"] == pytest.approx(0.25)
    Listing.objects.filter(pk=proposal.first_listing_id).update(stage="in_use")
    refresh_member(mine.pk, proposal.bridge_id)
    proposal.refresh_from_db()
    assert proposal.reasons["values"]["first"]["stage"] == 1.0
    assert examples_of(proposal.bridge_id)[0].values["stage"] == pytest.approx(0.25)


def test_the_values_are_those_of_the_side_that_responds(proposal: Proposal) -> None:
    """The first side's acceptance is what the second reads as reasons."""
    for side, reader in (("first", "second"), ("second", "first")):
        told = {entry["code"] for entry in proposal.reasons[reader] if entry["amount"] and "text_" not in entry["code"]}
        assert told <= {code for code, value in proposal.reasons["values"][side].items() if value is not None}
        assert set(proposal.reasons["values"][side]) <= set(TERMS)


def test_undoing_a_mark_voids_its_response(proposal: Proposal, owner: Any, mine: Organisation) -> None:
    save_proposal(proposal, actor=owner, organisation=mine)
    save_proposal(proposal, actor=owner, organisation=mine)
    remove_saved_proposal(proposal, actor=owner, organisation=mine)
    assert Response.objects.count() == 1
    assert not Response.objects.standing().exists()
    dismiss_proposal(proposal, actor=owner, organisation=mine, reason="wrong_sector")
    assert [one.verdict for one in examples_of(proposal.bridge_id)] == [Verdict(False, 1.0)]
    restore_proposal(proposal, actor=owner, organisation=mine)
    assert examples_of(proposal.bridge_id) == []
    save_proposal(proposal, actor=owner, organisation=mine)
    assert [one.verdict for one in examples_of(proposal.bridge_id)] == [Verdict(True, 1.0)]


def test_a_changed_mind_about_the_reason_is_the_one_that_counts(
    proposal: Proposal, owner: Any, mine: Organisation
) -> None:
    dismiss_proposal(proposal, actor=owner, organisation=mine, reason="wrong_sector")
    dismiss_proposal(proposal, actor=owner, organisation=mine, reason="capacity")
    assert Response.objects.get().reason == "capacity"
    assert examples_of(proposal.bridge_id) == []


def test_a_refused_mark_leaves_no_response(proposal: Proposal, mine: Organisation) -> None:
    with pytest.raises(NotAllowed):
        save_proposal(proposal, actor=UserFactory(), organisation=mine)
    assert not Response.objects.exists()


def test_what_both_sides_do_together_is_an_example_of_each(proposal: Proposal) -> None:
    for organisation in (proposal.first, proposal.second):
        record_response(proposal, actor=None, organisation=organisation, kind=ResponseKind.MEETING)
    examples = examples_of(proposal.bridge_id)
    assert {one.organisation for one in examples} == {str(proposal.first_id), str(proposal.second_id)}
    assert len({one.pair for one in examples}) == 1
    assert all(one.verdict == Verdict(True, FOR["meeting"]) for one in examples)
    assert void_response(proposal, organisation=proposal.first, kind=ResponseKind.MEETING)
    assert not void_response(proposal, organisation=proposal.first, kind=ResponseKind.MEETING)
    assert [one.organisation for one in examples_of(proposal.bridge_id)] == [str(proposal.second_id)]


def test_tries_of_those_at_the_desk_do_not_count_even_when_they_have_left_it(
    proposal: Proposal, mine: Organisation
) -> None:
    adviser = UserFactory()
    affiliate(adviser, mine)
    role = staff(proposal.bridge, adviser, BridgeRole.ADVISER)
    save_proposal(proposal, actor=adviser, organisation=mine)
    assert Response.objects.get().by_staff
    role.delete()
    assert examples_of(proposal.bridge_id) == []


def test_responses_of_who_was_suspended_shut_out_or_came_to_the_desk_do_not_count(
    proposal: Proposal, owner: Any, mine: Organisation
) -> None:
    save_proposal(proposal, actor=owner, organisation=mine)
    assert len(examples_of(proposal.bridge_id)) == 1
    membership = Membership.objects.filter(organisation=mine)
    membership.update(state=MembershipState.SUSPENDED)
    assert examples_of(proposal.bridge_id) == []
    membership.update(state=MembershipState.APPROVED)
    owner.is_active = False
    owner.save()
    assert examples_of(proposal.bridge_id) == []
    owner.is_active = True
    owner.save()
    role = staff(proposal.bridge, owner, BridgeRole.REVIEWER)
    assert examples_of(proposal.bridge_id) == []
    role.delete()
    assert len(examples_of(proposal.bridge_id)) == 1


def test_a_response_outlives_the_account_that_gave_it(proposal: Proposal, owner: Any, mine: Organisation) -> None:
    save_proposal(proposal, actor=owner, organisation=mine)
    owner.delete()
    assert Response.objects.get().user is None
    assert len(examples_of(proposal.bridge_id)) == 1


def test_responses_to_proposals_without_values_are_kept_and_teach_nothing(
    proposal: Proposal, mine: Organisation
) -> None:
    Proposal.objects.update(reasons={"first": [], "second": []})
    proposal.refresh_from_db()
    record_response(proposal, actor=None, organisation=mine, kind=ResponseKind.AGREEMENT)
    assert Response.objects.get().values == {}
    assert examples_of(proposal.bridge_id) == []


def test_every_kind_has_its_weight_and_every_fit_its_name() -> None:
    assert set(ResponseKind.values) == set(FOR) | set(AGAINST)
    assert set(Fit.values) == set(TERMS)
