"""The whole way with real workers: events through a broker, kill -9, and a broker that goes away."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from matching.app.domain.runs import request_run, run_in_process
from matching.app.enums import RunState
from matching.app.models import MatchRun, Proposal, RunPart
from qiao.activity.domain import outbox
from qiao.activity.models import OutboxEvent
from qiao.bridges.models import Bridge
from qiao.directory.domain.listings import submit_listing
from qiao.directory.domain.reviews import review_listing
from qiao.directory.enums import ListingState, ReviewDecision
from qiao.directory.models import Listing
from tests.factories import BridgeFactory, UserFactory
from tests.matching.app.sensors import is_proposed, sensor_need, sensor_offer
from tests.matching.app.workers import Broker, kill, running_broker, wait_for, worker, worker_environment

TOPICS = (
    "blood glucose patches", "surgical robot arms", "stroke exoskeletons", "retinal cameras", "bone cement",
    "sleep apnoea masks",
    "insulin pumps", "dental aligners", "hearing implants", "mRNA vaccines", "cataract lenses", "wound dressings",
    "dialysis membranes", "tremor spoons", "asthma inhalers", "newborn incubators",
)  # fmt: skip

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


@pytest.fixture
def broker() -> Iterator[Broker]:
    """A broker of the test's own, to which this process sends too."""
    with running_broker() as started:
        yield started


def _publish(listing: Listing) -> None:
    """As people do: the organisation submits, an organiser approves."""
    admin = UserFactory(is_superuser=True)
    review_listing(submit_listing(listing, actor=admin), actor=admin, decision=ReviewDecision.APPROVED)


def test_a_published_listing_is_proposed_within_five_seconds(broker: Broker) -> None:
    bridge: Bridge = BridgeFactory()
    offer = sensor_offer(bridge)
    warm = sensor_need(bridge, state=ListingState.DRAFT, published_at=None)
    need = sensor_need(bridge, state=ListingState.DRAFT, published_at=None)
    with worker(worker_environment(broker.url)):
        _publish(warm)
        wait_for(lambda: warm.vectors.exists(), seconds=60)
        outbox.emit("listing.changed", listing_id=offer.pk)
        wait_for(lambda: is_proposed(warm, offer), seconds=30)
        _publish(need)
        wait_for(lambda: is_proposed(need, offer), seconds=5)


@pytest.mark.encoder
def test_with_the_real_encoder_a_chinese_need_finds_its_english_offer_within_five_seconds(broker: Broker) -> None:
    bridge: Bridge = BridgeFactory()
    offer = sensor_offer(bridge, country="GB")
    need = sensor_need(
        bridge, country="CN", language="zh", title="寻求可穿戴血压传感器的临床验证合作医院",
        text="我们研制了腕戴式无袖带血压传感器，需要一家医院开展临床验证，与袖带血压计对照，计划入组二百名患者。",
        state=ListingState.DRAFT, published_at=None,
    )  # fmt: skip
    with worker(worker_environment(broker.url, encoder="bridge")):
        outbox.emit("listing.changed", listing_id=offer.pk)
        wait_for(lambda: offer.vectors.filter(matched_at__isnull=False).exists(), seconds=120)
        _publish(need)
        wait_for(lambda: is_proposed(need, offer), seconds=5)


def test_a_run_whose_worker_is_killed_is_finished_by_the_next(broker: Broker) -> None:
    bridge: Bridge = BridgeFactory()
    for topic in TOPICS:
        sensor_need(bridge, title=f"Validation of {topic}", text=f"We look for a hospital that can validate {topic}.")
        sensor_offer(bridge, title=f"We validate {topic}", text=f"Our ward has validated {topic} in many patients.")
    environment = worker_environment(broker.url)
    run = request_run(bridge, actor=None)
    at_work = RunPart.objects.filter(run=run, claimed_at__isnull=False, done_at=None)
    with worker(environment) as first:
        wait_for(lambda: MatchRun.objects.get(pk=run.pk).parts_done >= 1 and at_work.exists(), seconds=120)
        kill(first)
    assert at_work.exists()
    made_before = dict(Proposal.objects.values_list("pk", "public_id"))
    with worker(environment, beat=True):
        wait_for(lambda: MatchRun.objects.get(pk=run.pk).state == RunState.DONE, seconds=180)
    run.refresh_from_db()
    assert run.parts_done == run.parts_total == RunPart.objects.filter(run=run, done_at__isnull=False).count()
    assert made_before.items() <= dict(Proposal.objects.values_list("pk", "public_id")).items()
    columns = ("pk", "first", "second", "score", "state", "rank_for_first", "rank_for_second")
    made = set(Proposal.objects.values_list(*columns))
    assert len({row[1:3] for row in made}) == len(made) >= len(TOPICS)
    undisturbed = run_in_process(request_run(bridge, actor=None, hand_over=False), progress=lambda run: None)
    assert undisturbed.state == RunState.DONE
    assert set(Proposal.objects.values_list(*columns)) == made


def test_while_the_broker_is_away_people_publish_and_the_work_is_done_when_it_returns(broker: Broker) -> None:
    bridge: Bridge = BridgeFactory()
    need = sensor_need(bridge, state=ListingState.DRAFT, published_at=None)
    offer = sensor_offer(bridge, state=ListingState.DRAFT, published_at=None)
    broker.stop()
    times = []
    for act in (lambda: _publish(need), lambda: _publish(offer), lambda: request_run(bridge, actor=None)):
        began = time.monotonic()
        act()
        times.append(time.monotonic() - began)
    # The first of them meets the refused connection; the others do not even try.
    assert max(times) < 8
    waiting = OutboxEvent.objects.waiting().filter(topic="listing.changed")
    assert {event.payload["listing_id"] for event in waiting} == {need.pk, offer.pk}
    broker.start()
    with worker(worker_environment(broker.url)):
        # What beat does every few seconds.
        wait_for(lambda: outbox.relay_waiting() == 0 and not OutboxEvent.objects.waiting().exists(), seconds=30)
        wait_for(lambda: is_proposed(need, offer), seconds=60)
        wait_for(lambda: MatchRun.objects.get().state == RunState.DONE, seconds=60)
