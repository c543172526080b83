"""What an organiser sees while the language model of a bridge is being changed."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from matching.app.models import BridgeEncoder, MatchRun
from qiao.activity.domain.audit import record
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from tests.factories import BridgeFactory, UserFactory, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    """A third of its texts are encoded with the model that is to come."""
    made: Bridge = BridgeFactory()
    BridgeEncoder.objects.create(
        bridge=made, in_use="bridge-1", in_use_setting="bridge", coming="next", coming_setting="next",
        done=1_200, total=3_600,
    )  # fmt: skip
    return made


@pytest.fixture
def organiser(bridge: Bridge) -> Client:
    user, client = UserFactory(), Client()
    staff(bridge, user, BridgeRole.ORGANISER)
    client.force_login(user)
    return client


def test_the_page_shows_how_far_the_change_has_come(bridge: Bridge, organiser: Client) -> None:
    page = organiser.get(reverse("organiser:matching", args=[bridge.slug])).content.decode()
    assert "1,200 of 3,600 needs and offers read anew" in page
    assert 'value="1200"' in page
    assert "Run the matcher now" in page, "a run may be asked for meanwhile"
    BridgeEncoder.objects.update(coming="")
    page = organiser.get(reverse("organiser:matching", args=[bridge.slug])).content.decode()
    assert "read anew" not in page


def test_the_fragment_asks_again_until_the_change_and_the_run_after_it_are_over(
    bridge: Bridge, organiser: Client
) -> None:
    progress = reverse("organiser:matching_progress", args=[bridge.slug])
    going = organiser.get(progress)
    assert "1,200 of 3,600" in going.content.decode()
    assert f'hx-get="{progress}"' in going.content.decode()
    assert "HX-Refresh" not in going
    run = MatchRun.objects.create(bridge=bridge, state="running", parts_total=4, parts_done=3)
    both = organiser.get(progress).content.decode()
    assert both.count("hx-get") == 1, "one of the two asks for both"
    MatchRun.objects.filter(pk=run.pk).update(state="done")
    assert organiser.get(progress, {"run": 1})["HX-Refresh"] == "true", "the button of the page may come back"
    BridgeEncoder.objects.update(coming="")
    assert organiser.get(progress)["HX-Refresh"] == "true"


def test_the_log_says_that_the_model_was_changed(bridge: Bridge, organiser: Client) -> None:
    record("change_encoder", bridge, actor=None, bridge_id=bridge.pk, before="bridge-1", after="next")
    page = organiser.get(reverse("organiser:audit_list", args=[bridge.slug])).content.decode()
    assert "began to read needs and offers with another language model" in page
    assert "bridge-1" in page
