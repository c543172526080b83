"""What people are written: in their language, safe against names, and forgotten when it lets its reader in."""

from __future__ import annotations

import pytest
from django.core import mail as outbox

from qiao.common.errors import NotAllowed
from qiao.directory.domain.people import invite_colleague
from qiao.directory.domain.reviews import review_listing, review_membership
from qiao.directory.enums import ListingState, MembershipState, ReviewDecision
from qiao.notifications.domain.mail import send_mail
from qiao.notifications.domain.preferences import set_mail_preferences
from qiao.notifications.models import Notification, OutgoingMail
from qiao.notifications.sentences import SENTENCES
from tests.factories import BridgeFactory, UserFactory, member, member_listing, staff

pytestmark = pytest.mark.django_db
NASTY = "Evil\r\nBcc: all@x.example <b>www.evil.example</b>"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("decision", ReviewDecision.values)
def test_a_decision_on_a_membership_is_told_with_its_reason(decision: str, language: str) -> None:
    bridge, owner, organiser = BridgeFactory(), UserFactory(language=language), UserFactory()
    staff(bridge, organiser)
    organisation = member(bridge, owner=owner, name_en="Tidewell Surgical")
    membership = organisation.memberships.get()
    membership.state = MembershipState.APPLIED
    membership.save()
    reason = "" if decision == "approved" else "Please add a website.\nAnd a summary."
    review_membership(membership, actor=organiser, decision=decision, reason=reason)
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.language, mail.template) == (owner.email, language, "membership_reviewed")
    assert "Tidewell Surgical" in mail.text
    assert reason in mail.text
    assert f"http://testserver/{bridge.slug}/" in mail.text
    notification = Notification.objects.get()
    assert notification.kind in SENTENCES
    assert str(bridge) in notification.sentence or "桥" in notification.sentence


@pytest.mark.parametrize("decision", ReviewDecision.values)
def test_a_decision_on_a_listing_is_told_without_links_from_its_title(decision: str) -> None:
    bridge, owner, organiser = BridgeFactory(), UserFactory(name=NASTY), UserFactory()
    staff(bridge, organiser)
    listing = member_listing(bridge, owner=owner, title="Win at www.evil.example", state=ListingState.IN_REVIEW)
    review_listing(listing, actor=organiser, decision=decision, reason="Because.")
    mail = OutgoingMail.objects.get()
    assert "evil.example" not in mail.subject + mail.text
    assert "x.example" not in mail.text
    assert "\n" not in mail.subject
    assert Notification.objects.get().kind in SENTENCES


def test_who_wants_no_mail_on_decisions_still_finds_them_in_the_inbox() -> None:
    bridge, owner, organiser = BridgeFactory(), UserFactory(), UserFactory()
    staff(bridge, organiser)
    set_mail_preferences(owner, actor=owner, reviews=False)
    listing = member_listing(bridge, owner=owner, state=ListingState.IN_REVIEW)
    review_listing(listing, actor=organiser, decision="approved")
    assert not OutgoingMail.objects.exists()
    assert Notification.objects.count() == 1


def test_preferences_are_ones_own() -> None:
    with pytest.raises(NotAllowed):
        set_mail_preferences(UserFactory(), actor=UserFactory(), reviews=False)


def test_an_invitation_is_written_as_text_and_its_link_forgotten_once_sent() -> None:
    owner = UserFactory(name=NASTY)
    organisation = member(BridgeFactory(), owner=owner, name_en="Free <money> at https://evil.example & co")
    invite_colleague(organisation, actor=owner, email="c@d.example", role="viewer")
    mail = OutgoingMail.objects.get()
    assert "evil.example" not in mail.subject + mail.text
    assert "<money>" in mail.text
    assert "&lt;" not in mail.text
    assert "&amp;" not in mail.text
    assert send_mail(mail.pk)
    assert "/invitations/" in outbox.outbox[0].body
    mail.refresh_from_db()
    assert (mail.state, mail.text) == ("sent", "")


def test_a_decision_waits_for_the_digest_of_who_chose_one() -> None:
    bridge, owner, organiser = BridgeFactory(), UserFactory(), UserFactory()
    staff(bridge, organiser)
    set_mail_preferences(owner, actor=owner, reviews="digest")
    listing = member_listing(bridge, owner=owner, state=ListingState.IN_REVIEW)
    review_listing(listing, actor=organiser, decision="approved")
    assert not OutgoingMail.objects.exists()
    line = Notification.objects.get()
    assert (line.topic, line.in_digest) == ("reviews", True)
