"""Loading goes through the domain, once, and asks for one run of the matcher."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from qiao.accounts.models import User
from qiao.activity.models import OutboxEvent
from qiao.bridges.models import Bridge
from qiao.calls.models import Call, Entry
from qiao.directory.models import Listing, Organisation
from qiao.notifications.models import OutgoingMail
from qiao.partnerships.enums import Stage
from qiao.partnerships.models import Introduction
from qiao.workshops.models import Registration, Release, Workshop

pytestmark = [pytest.mark.django_db, pytest.mark.slow]


def _load() -> str:
    out = StringIO()
    call_command("load_demonstration", stdout=out)
    return out.getvalue()


def test_both_bridges_load_once_with_one_run_each_and_no_mail() -> None:
    first = _load()
    counts = (Organisation.objects.count(), Listing.objects.count(), User.objects.count())
    assert "uk-china" in first
    assert Bridge.objects.count() == 2
    assert counts[0] >= 130
    assert counts[1] >= 340
    assert Listing.objects.live().count() >= 320
    assert Introduction.objects.count() >= 12
    assert set(Introduction.objects.values_list("stage", flat=True)) >= set(Stage.values) - {"nda"}
    assert Release.objects.count() >= 1
    assert set(Call.objects.values_list("state", flat=True)) == {"open", "decided"}
    assert set(Entry.objects.values_list("state", flat=True)) == {"draft", "submitted", "declined", "won"}
    workshop = Workshop.objects.get()
    registered = Registration.objects.of_workshop(workshop).confirmed()
    assert (registered.count(), registered.filter(goals_language="zh").count()) == (40, 20)
    assert (workshop.slots.count(), workshop.tables.count(), workshop.rooms.count()) == (24, 10, 4)
    assert workshop.sessions.count() >= 12
    assert set(workshop.meetings.values_list("state", flat=True)) == {
        "requested", "agreed", "scheduled", "declined",
    }  # fmt: skip
    assert not workshop.meetings.filter(state="scheduled", table=None).exclude(join_url="").exists()
    assert list(OutboxEvent.objects.values_list("topic", flat=True)) == ["run.requested", "run.requested"]
    assert OutgoingMail.objects.count() == 0
    out = StringIO()
    call_command("demonstration_sign_ins", stdout=out)
    assert len(out.getvalue().splitlines()) == 4
    assert _load().count("already there") == 2
    assert (Organisation.objects.count(), Listing.objects.count(), User.objects.count()) == counts


def test_production_is_not_filled_with_invented_people(settings: object) -> None:
    settings.QIAO_ENV = "production"  # type: ignore[attr-defined]
    with pytest.raises(CommandError, match="production"):
        _load()
    assert Bridge.objects.count() == 0
