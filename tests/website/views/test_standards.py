"""The map of standards, as everybody reads it."""

from __future__ import annotations

import datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qiao.bridges.models import Bridge
from qiao.standards.domain.bodies import load_bodies
from qiao.standards.domain.storing import Store
from qiao.standards.importing.rows import row_of
from qiao.standards.models import Committee, CommitteeEvent, Deliverable, Mirror, StandardsBody
from tests.factories import BridgeFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    load_bodies()
    made: Bridge = BridgeFactory()
    rows = [
        {"reference": "ISO/TC 276", "title": {"en": "Biotechnology", "zh": "生物技术"}, "scope": {"en": "Cells"}},
        {"reference": "ISO/TC 276/WG 4", "title": {"en": "Bioprocessing"}},
        {"reference": "ISO 1:2020", "title_en": "Cell banks", "owner": "ISO/TC 276", "stage": "60.60"},
        {"reference": "ISO/CD 2", "title_en": "Cell counting", "owner": "ISO/TC 276", "stage": "30.20"},
        {"reference": "ISO/NP 3", "title_fr": "Tissus", "owner": "ISO/TC 150", "stage": "40.98"},
    ]
    store = Store.of(StandardsBody.objects.get(code="ISO"), "test")
    store.write(row_of(row) for row in rows)
    store.count()
    return made


def _page(client: Client, bridge: Bridge, query: str = "") -> str:
    answer = client.get(f"{reverse('website:standards', args=[bridge.slug])}?{query}")
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_committees_are_found_by_words_in_either_language(client: Client, bridge: Bridge) -> None:
    assert "ISO/TC 276</a>" in _page(client, bridge)
    for words in ("biotechnology", "生物技术", "ISO/TC 276", "cells"):
        page = _page(client, bridge, f"q={words}")
        assert "ISO/TC 276</a>" in page
        assert "ISO/TC 150</a>" not in page
    assert "Nothing found" in _page(client, bridge, "q=zeppelin")
    assert "ISO/TC 276</a>" not in _page(client, bridge, "body=IEC")


def test_documents_are_narrowed_to_what_can_still_be_shaped(client: Client, bridge: Bridge) -> None:
    page = _page(client, bridge, "tab=documents")
    assert all(reference in page for reference in ("ISO 1:2020", "ISO/CD 2", "ISO/NP 3"))
    assert 'lang="fr"' in page
    page = _page(client, bridge, "tab=documents&open=1")
    assert "ISO/CD 2" in page
    assert "ISO 1:2020" not in page
    assert "ISO/NP 3" not in page  # abandoned


def test_a_committee_says_where_it_stands_and_what_can_be_influenced(client: Client, bridge: Bridge) -> None:
    one = Committee.objects.get(reference="ISO/TC 276")
    sac = StandardsBody.objects.get(code="SAC")
    mirror = Committee.objects.create(body=sac, reference="SAC/TC 387", kind="mirror", title_zh="全国生化检测")
    Mirror.objects.create(committee=one, mirror=mirror)
    day = timezone.now().date() + datetime.timedelta(days=9)
    CommitteeEvent.objects.create(committee=one, kind="ballot", starts_on=day)
    CommitteeEvent.objects.create(
        committee=one, kind="meeting", starts_on=day, title={"en": "Called off"}, cancelled_at=timezone.now()
    )
    page = client.get(reverse("website:standards_committee", args=[bridge.slug, one.public_id])).content.decode()
    for text in ("Biotechnology", "Cells", "ISO/TC 276/WG 4", "SAC/TC 387", "Ballot closes", "ISO/CD 2", "ISO 1:2020"):
        assert text in page
    assert "by comments on the committee draft" in page
    assert "Called off" not in page
    seen = client.get(reverse("website:standards_committee", args=[bridge.slug, mirror.public_id])).content.decode()
    assert "ISO/TC 276" in seen


def test_a_body_tells_how_one_takes_part_in_the_readers_language(client: Client, bridge: Bridge) -> None:
    address = reverse("website:standards_body", args=[bridge.slug, "ISO"])
    assert "national mirror committee" in client.get(address).content.decode()
    client.cookies["django_language"] = "zh-hans"
    assert "国内对口委员会" in client.get(address).content.decode()


def test_what_is_gone_is_not_there(client: Client, bridge: Bridge) -> None:
    one = Committee.objects.get(reference="ISO/TC 276")
    Committee.objects.filter(pk=one.pk).update(removed_at=timezone.now())
    assert "ISO/TC 276</a>" not in _page(client, bridge)
    addresses = [
        reverse("website:standards_committee", args=[bridge.slug, one.public_id]),
        reverse("website:standards_committee", args=[bridge.slug, "x"]),
        reverse("website:standards_body", args=[bridge.slug, "NONE"]),
        reverse("website:standards", args=["no-such-bridge"]),
    ]
    assert [client.get(address).status_code for address in addresses] == [404] * 4


@pytest.mark.parametrize("tab", ["committees", "documents"])
def test_lists_take_as_many_queries_whatever_their_length(client: Client, bridge: Bridge, tab: str) -> None:
    iso = StandardsBody.objects.get(code="ISO")
    counts = []
    for number in (1, 3, 30):
        for more in range(number):
            made = Committee.objects.create(body=iso, reference=f"X/TC {number}.{more}", kind="tc", title_en="Y")
            Deliverable.objects.create(body=iso, committee=made, reference=f"X {number}.{more}", kind="is")
        with CaptureQueriesContext(connection) as queries:
            _page(client, bridge, f"tab={tab}")
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
