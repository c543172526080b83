"""A changed setting with a real worker, its broker and its queue: nobody has to do anything else."""

from __future__ import annotations

import pytest
from celery import current_app
from django.db import connection

from matching.app.domain.vector_index import index_name, index_vectors, indexed_languages
from matching.app.models import BridgeEncoder, ListingVector, MatchRun, Proposal
from qiao.bridges.models import Bridge
from tests.factories import BridgeFactory
from tests.matching.app.sensors import refresh, sensor_need, sensor_offer
from tests.matching.app.workers import running_broker, wait_for, worker, worker_environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


def test_a_worker_with_another_encoder_brings_the_bridge_over() -> None:
    bridge: Bridge = BridgeFactory()
    for number in range(12):
        refresh(sensor_need(bridge, title=f"Need {number}"), sensor_offer(bridge))
    with running_broker() as broker, worker(worker_environment(broker.url, encoder="multilingual-use-v3")):
        current_app.send_task("matching.reencode_bridges", priority=9)  # as beat does every minute
        wait_for(lambda: BridgeEncoder.objects.filter(in_use="multilingual-use-v3").exists(), seconds=90)
        wait_for(lambda: MatchRun.objects.filter(encoder="multilingual-use-v3", state="done").exists(), seconds=90)
    assert ListingVector.objects.filter(encoder="multilingual-use-v3").count() == 24
    assert not Proposal.objects.current().filter(encoder="word-hash-1").exists()


def test_an_index_is_built_while_others_read_and_write() -> None:
    """Outside of a transaction it is built concurrently; one that was left half built is built anew."""
    bridge: Bridge = BridgeFactory()
    refresh(sensor_need(bridge), sensor_offer(bridge))
    assert index_vectors(bridge.pk, "word-hash-1", fewest=1) == ["en"]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pg_index SET indisvalid = false WHERE indexrelid = to_regclass(%s)",
            [index_name(bridge.pk, "word-hash-1", "en")],
        )
    assert indexed_languages(bridge.pk, "word-hash-1") == set()
    assert index_vectors(bridge.pk, "word-hash-1", fewest=1) == ["en"]
    assert indexed_languages(bridge.pk, "word-hash-1") == {"en"}
    with connection.cursor() as cursor:
        cursor.execute(f"DROP INDEX {index_name(bridge.pk, 'word-hash-1', 'en')}")
