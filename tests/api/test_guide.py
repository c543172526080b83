"""The worked integrations of the guide, run as they stand against a running server."""

from __future__ import annotations

import re
from typing import Any

import pytest

from qiao.accounts.domain.keys import make_key
from qiao.accounts.enums import SCOPES
from qiao.directory.models import Listing
from qiao.settings.env import ROOT
from qiao.workshops.models import Registration
from tests.api.scene import Scene, make_scene
from tests.factories import WorkshopFactory, member_listing, propose

pytestmark = [pytest.mark.slow, pytest.mark.django_db(transaction=True)]

BLOCKS = re.findall(r"^```python\n(.*?)^```", (ROOT / "docs" / "api.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)


@pytest.fixture
def made() -> Scene:
    return make_scene()


def _run(number: int, site: str, **known: Any) -> None:
    # The guide's own words: nothing from outside is run.
    exec(compile(BLOCKS[number], f"docs/api.md, block {number + 1}", "exec"), {"API": f"{site}/api/v1"} | known)  # noqa: S102


def _token(scene: Scene) -> str:
    return make_key(actor=scene.owner, name="A program", scopes=SCOPES, days=7, organisation_id=scene.own.pk)[1]


def test_there_are_three() -> None:
    assert len(BLOCKS) == 3


def test_an_office_brings_its_offers_and_may_run_again(made: Scene, live_server: Any) -> None:
    token = _token(made)
    _run(0, live_server.url, TOKEN=token)
    _run(0, live_server.url, TOKEN=token)
    assert Listing.objects.filter(organisation=made.own, state="in_review").count() == 2


def test_an_investor_answers_proposals(made: Scene, live_server: Any) -> None:
    offer = member_listing(made.bridge, organisation=made.own, direction="offer", kind="investment")
    propose(offer, member_listing(made.bridge, organisation=made.other))
    _run(1, live_server.url, TOKEN=_token(made))


def test_an_event_app_keeps_registrations(made: Scene, live_server: Any) -> None:
    WorkshopFactory(bridge=made.bridge)
    key, secret = make_key(
        actor=made.owner, name="Event app", scopes=SCOPES, days=7, kind="client", organisation_id=made.own.pk
    )
    _run(2, live_server.url, CLIENT_ID=key.public_id, CLIENT_SECRET=secret)
    assert Registration.objects.get().job_title == "Founder"
