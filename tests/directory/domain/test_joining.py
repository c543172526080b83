"""Asking to join an organisation."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from qiao.common.errors import Duplicate, NotFound
from qiao.directory.domain.joining import ask_to_join
from qiao.directory.enums import PersonRole
from qiao.notifications.domain.preferences import set_mail_preferences
from qiao.notifications.models import Notification, OutgoingMail
from tests.factories import BridgeFactory, MembershipFactory, OrganisationFactory, UserFactory, affiliate, member, staff

pytestmark = pytest.mark.django_db


def test_ask_to_join_tells_owners_only_each_in_their_language() -> None:
    bridge = BridgeFactory()
    organisation = member(bridge, owner=UserFactory(language="zh-hans"), name_en="Tidewell", name_zh="泰德韦尔")
    affiliate(UserFactory(), organisation, PersonRole.EDITOR)
    asker = UserFactory(name="Visit www.evil.example now")
    assert ask_to_join(organisation, actor=asker, bridge=bridge) == 1
    mail = OutgoingMail.objects.get()
    assert mail.language == "zh-hans"
    assert "泰德韦尔" in mail.subject
    assert "www.evil.example" not in mail.subject + mail.text
    assert asker.email in mail.text
    assert f"organisation={organisation.public_id}" in mail.text


def test_ask_to_join_a_managed_profile_tells_the_organisers() -> None:
    bridge = BridgeFactory()
    organiser = UserFactory()
    staff(bridge, organiser)
    managed = OrganisationFactory(managed_by=bridge)
    MembershipFactory(bridge=bridge, organisation=managed)
    ask_to_join(managed, actor=UserFactory(), bridge=bridge)
    assert OutgoingMail.objects.get().to == organiser.email


def test_ask_to_join_is_answered_once_a_week() -> None:
    bridge = BridgeFactory()
    organisation = member(bridge, owner=UserFactory())
    asker = UserFactory()
    ask_to_join(organisation, actor=asker, bridge=bridge)
    with pytest.raises(Duplicate):
        ask_to_join(organisation, actor=asker, bridge=bridge)
    with time_machine.travel(timezone.now() + timedelta(days=8)):
        ask_to_join(organisation, actor=asker, bridge=bridge)
    assert OutgoingMail.objects.count() == 2


def test_ask_to_join_is_not_for_people_of_it_nor_for_what_one_may_not_see() -> None:
    bridge = BridgeFactory()
    owner = UserFactory()
    with pytest.raises(Duplicate):
        ask_to_join(member(bridge, owner=owner), actor=owner, bridge=bridge)
    with pytest.raises(NotFound):
        ask_to_join(OrganisationFactory(), actor=owner, bridge=bridge)


@pytest.mark.parametrize(
    ("choice", "mails", "in_digest"), [("at_once", 1, False), ("digest", 0, True), ("site", 0, False)]
)
def test_owners_hear_of_it_as_they_chose(choice: str, mails: int, in_digest: bool) -> None:
    bridge, owner = BridgeFactory(), UserFactory()
    organisation = member(bridge, owner=owner)
    set_mail_preferences(owner, actor=owner, trust=choice)
    ask_to_join(organisation, actor=UserFactory(), bridge=bridge)
    line = Notification.objects.get(user=owner)
    assert (line.kind, line.topic, line.in_digest) == ("join_requested", "trust", in_digest)
    assert OutgoingMail.objects.filter(template="join_requested").count() == mails
