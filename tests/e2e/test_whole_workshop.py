"""A workshop of the demonstration bridge from the first form to the report: forty people, five of them acting."""

from __future__ import annotations

from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser

from matching.app.models import Proposal
from qiao.activity.domain.outbox import relay_waiting
from qiao.notifications.models import OutgoingMail
from tests.e2e import workshop_steps_before as before
from tests.e2e import workshop_steps_day as day
from tests.e2e import workshop_steps_meetings as meetings
from tests.e2e.workshop_cast import LEADERS, PARTICIPANTS, RHYS, Cast, wrong_with
from tests.matching.app.workers import running_broker, wait_for, worker, worker_environment

pytestmark = [pytest.mark.e2e, pytest.mark.slow, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module", autouse=True)
def _worker(django_db_setup: None) -> Iterator[None]:
    """A worker of its own, which proposes partners and sessions and schedules meetings."""
    with running_broker() as broker, worker(worker_environment(broker.url)):
        yield


@pytest.fixture
def cast(browser: Browser, site: str, settings: Any) -> Iterator[Cast]:
    """The demonstration, matched. Links in messages lead to this test's own server."""
    settings.SITE_URL = site
    call_command("load_demonstration", stdout=StringIO())
    relay_waiting()
    wait_for(lambda: Proposal.objects.filter(bridge__slug="uk-china").exists(), seconds=240)
    made = Cast(browser, site)
    yield made
    for email in list(made.pages):
        made.close(email)


def test_an_organiser_builds_and_runs_a_workshop(cast: Cast, tmp_path: Path) -> None:
    before.set_up(cast)
    for email in PARTICIPANTS:
        if email != RHYS:
            before.register(cast, email)
    for number, leader in enumerate(LEADERS):
        before.bring_delegation(cast, leader, with_bad_row=number == 0)
    before.register_at_desk(cast)
    before.register(cast, RHYS)
    before.accept_registrations(cast)
    before.move_up(cast)
    before.plan_programme(cast, before.propose_sessions(cast))
    before.move_the_panel(cast)
    meetings.look_at_proposed(cast)
    meetings.ask_and_answer(cast)
    meetings.schedule(cast)
    meetings.mend_after_a_no_show(cast)
    day.open_the_door(cast)
    day.tell_of_a_change(cast)
    day.let_the_first_day_pass(cast)
    day.say_what_became(cast)
    day.meet_without_appointment(cast)
    day.carry_on(cast)
    day.look_back(cast, tmp_path)
    wrong = wrong_with(OutgoingMail.objects.order_by("pk"))
    assert not wrong, "\n".join(wrong)
    assert cast.errors == []
