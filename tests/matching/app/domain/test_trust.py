"""Verification in proposals: told with its levels, within the bridge's limit, and never of who stays unnamed."""

from __future__ import annotations

import datetime
import math
from typing import Any

import pytest
from django.utils import timezone

from matching.app.domain.pool import load_pool, pool_digest
from matching.app.domain.refreshing import refresh_organisation
from matching.app.models import Proposal
from qiao.bridges.domain.bridge import change_policy
from qiao.bridges.models import Bridge
from qiao.directory.domain.trust.verifying import record_document, withdraw_verification
from qiao.directory.models import Listing, Organisation, Verification
from tests.factories import BridgeFactory, UserFactory, staff
from tests.matching.app.sensors import refresh, sensor_need, sensor_offer

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory()


@pytest.fixture
def need(bridge: Bridge) -> Listing:
    listing = sensor_need(bridge)
    refresh(listing, sensor_offer(bridge))
    return listing


def verify(organisation: Organisation, bridge: Bridge) -> Verification:
    organiser = UserFactory()
    staff(bridge, organiser)
    return record_document(organisation, actor=organiser, bridge=bridge, document_kind="registration")


def told_of_trust(side: str) -> list[dict[str, Any]]:
    return [reason for reason in Proposal.objects.get().reasons[side] if reason["code"] == "trust"]


def test_a_verified_organisation_is_more_welcome_and_the_reason_says_by_what(bridge: Bridge, need: Listing) -> None:
    before = Proposal.objects.get().score_for_first
    verification = verify(need.organisation, bridge)
    refresh_organisation(need.organisation_id)
    proposal = Proposal.objects.get()
    assert proposal.score_for_first > before
    (reason,) = told_of_trust("first")
    assert reason["params"] == {"levels": ["document"]}
    assert told_of_trust("second") == []
    organiser = verification.verified_by
    withdraw_verification(verification, actor=organiser, reason="It was forged.")
    refresh_organisation(need.organisation_id)
    assert Proposal.objects.get().score_for_first == before
    assert told_of_trust("first") == []


def test_the_reasons_still_add_up_to_the_score(bridge: Bridge, need: Listing) -> None:
    verify(need.organisation, bridge)
    refresh_organisation(need.organisation_id)
    proposal = Proposal.objects.get()
    stored = proposal.reasons
    assert "trust" in [reason["code"] for reason in stored["first"]]
    amounts = [reason["amount"] for reason in stored["first"]]
    amounts += [entry["amount"] for entry in stored["misfits"] if "first" in entry["sides"]]
    odds = stored["bias"] + sum(amounts)
    assert proposal.score_for_first == pytest.approx(1 / (1 + math.exp(-odds)), abs=1e-4)


def test_the_bridge_may_leave_trust_out(bridge: Bridge, need: Listing) -> None:
    unverified = Proposal.objects.get().score
    verify(need.organisation, bridge)
    change_policy(bridge.policy, actor=None, trust_weight=0.0)
    refresh_organisation(need.organisation_id)
    proposal = Proposal.objects.get()
    assert proposal.score == unverified
    assert told_of_trust("first") == []
    assert "trust" not in [entry["code"] for entry in proposal.reasons["unknown"]]


def test_a_higher_limit_does_not_by_itself_count_more(bridge: Bridge, need: Listing) -> None:
    change_policy(bridge.policy, actor=None, trust_weight=1.0)
    assert load_pool(bridge.pk, [need.organisation_id]).weights.terms["trust"].weight == 0.3


def test_who_stays_unnamed_is_not_told_to_be_verified(bridge: Bridge) -> None:
    hidden = sensor_need(bridge, anonymous=True)
    verify(hidden.organisation, bridge)
    refresh(hidden, sensor_offer(bridge))
    assert told_of_trust("first") == []


def test_what_another_bridge_has_checked_does_not_count(bridge: Bridge, need: Listing) -> None:
    verify(need.organisation, bridge)
    assert load_pool(bridge.pk, [need.organisation_id]).members[need.organisation_id].verified == {"document"}
    Verification.objects.update(bridge=BridgeFactory())
    assert load_pool(bridge.pk, [need.organisation_id]).members[need.organisation_id].verified == frozenset()


def test_what_has_run_out_does_not_count(bridge: Bridge, need: Listing) -> None:
    verify(need.organisation, bridge)
    Verification.objects.update(expires_on=timezone.localdate() - datetime.timedelta(days=1))
    assert load_pool(bridge.pk, [need.organisation_id]).members[need.organisation_id].verified == frozenset()


def test_a_run_has_work_to_do_when_a_verification_came(bridge: Bridge, need: Listing) -> None:
    before = pool_digest(bridge.pk)
    verify(need.organisation, bridge)
    assert pool_digest(bridge.pk) != before
