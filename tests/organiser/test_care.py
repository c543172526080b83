"""What organisers do when something went wrong: mail that failed, an approval too quick, a look into the log."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry, OutboxEvent
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge
from qiao.directory.domain.reviews import review_listing
from qiao.directory.domain.saved import save_item
from qiao.directory.domain.suspending import suspend_membership
from qiao.directory.enums import ListingState
from qiao.directory.models import Listing, Membership, Review
from qiao.notifications.domain.mail import write_mail
from qiao.notifications.models import MailState, OutgoingMail
from tests.factories import BridgeFactory, UserFactory, member, member_listing, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory.create(slug="north")


@pytest.fixture
def organiser(bridge: Bridge) -> User:
    user = UserFactory.create()
    staff(bridge, user)
    return user


@pytest.fixture
def desk(client: Client, organiser: User) -> Client:
    client.force_login(organiser)
    return client


def at(name: str, *arguments: object) -> str:
    return reverse(f"organiser:{name}", args=["north", *arguments])


def failed_mail(bridge: Bridge, number: int = 1) -> OutgoingMail:
    context: dict[str, Any] = {
        "person": UserFactory.create(),
        "organisation": member(bridge),
        "bridge": bridge,
        "reason": "between us",
        "url": "https://qiao.example/x",
    }
    mail = write_mail("membership_suspended", to=f"boss{number}@firm.example", language="en", context=context)
    mail.state, mail.attempts, mail.error = MailState.FAILED, 12, "SMTPRecipientsRefused: no such mailbox"
    mail.save()
    return mail


def test_failed_mail_is_counted_shown_without_its_text_and_tried_again(desk: Client, bridge: Bridge) -> None:
    mail = failed_mail(bridge)
    assert f'<a href="{at("mail_list")}?state=failed"><b>1</b>' in desk.get(at("desk")).content.decode()
    page = desk.get(at("mail_list")).content.decode()
    assert "boss1@firm.example" in page
    assert "no such mailbox" in page
    assert "between us" not in page
    OutboxEvent.objects.all().delete()
    desk.post(at("mail_retry", mail.public_id))
    mail.refresh_from_db()
    assert (mail.state, mail.attempts) == (MailState.WAITING, 0)
    assert OutboxEvent.objects.get().payload == {"mail_id": mail.pk}
    assert AuditEntry.objects.filter(verb="retry_mail", bridge_id=bridge.pk).exists()


def test_mail_that_has_gone_is_not_sent_twice(desk: Client, bridge: Bridge) -> None:
    mail = failed_mail(bridge)
    OutgoingMail.objects.update(state=MailState.SENT)
    OutboxEvent.objects.all().delete()
    desk.post(at("mail_retry", mail.public_id))
    assert not OutboxEvent.objects.exists()


def test_mail_of_other_bridges_and_of_accounts_is_not_here(desk: Client, bridge: Bridge) -> None:
    mail = failed_mail(BridgeFactory.create())
    assert "boss1@firm.example" not in desk.get(at("mail_list")).content.decode()
    assert desk.post(at("mail_retry", mail.public_id)).status_code == 404
    OutgoingMail.objects.update(bridge_id=None)
    assert "boss1@firm.example" not in desk.get(at("mail_list")).content.decode()


@pytest.mark.parametrize(("role", "status"), [("owner", 200), ("organiser", 200), ("reviewer", 403), ("adviser", 403)])
def test_mail_is_for_those_who_run_the_bridge(client: Client, bridge: Bridge, role: str, status: int) -> None:
    user = UserFactory.create()
    staff(bridge, user, BridgeRole(role))
    client.force_login(user)
    assert client.get(at("mail_list")).status_code == status
    client.force_login(UserFactory.create())
    assert client.get(at("mail_list")).status_code == 404


def test_mail_takes_the_same_number_of_queries(desk: Client, bridge: Bridge) -> None:
    counts = []
    for number in (1, 2, 27):
        for each in range(number):
            failed_mail(bridge, each)
        with CaptureQueriesContext(connection) as queries:
            desk.get(at("mail_list"))
        counts.append(len(queries))
    assert len(set(counts)) == 1


def approved_listing(bridge: Bridge, actor: User) -> Listing:
    listing: Listing = member_listing(bridge, state=ListingState.IN_REVIEW)
    return review_listing(listing, actor=actor, decision="approved")


def test_approval_is_taken_back_within_minutes(desk: Client, bridge: Bridge, organiser: User) -> None:
    listing = approved_listing(bridge, organiser)
    assert "Take the approval back" in desk.get(at("review_listing", listing.public_id)).content.decode()
    OutboxEvent.objects.all().delete()
    desk.post(at("review_retract", listing.public_id))
    listing.refresh_from_db()
    assert listing.state == ListingState.IN_REVIEW
    assert OutboxEvent.objects.get(topic="listing.changed").payload == {"listing_id": listing.pk}


def test_approval_stands_after_a_while_and_for_listings_that_changed(
    desk: Client, bridge: Bridge, organiser: User
) -> None:
    listing = approved_listing(bridge, organiser)
    Review.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    assert "Take the approval back" not in desk.get(at("review_listing", listing.public_id)).content.decode()
    desk.post(at("review_retract", listing.public_id))
    listing.refresh_from_db()
    assert listing.state == ListingState.PUBLISHED
    paused = approved_listing(bridge, organiser)
    Listing.objects.filter(pk=paused.pk).update(state=ListingState.PAUSED)
    desk.post(at("review_retract", paused.public_id))
    paused.refresh_from_db()
    assert paused.state == ListingState.PAUSED


def test_suspension_is_told_with_its_reason_to_those_who_write(bridge: Bridge, organiser: User) -> None:
    owner = UserFactory.create(language="zh-hans")
    organisation = member(bridge, owner=owner)
    membership = Membership.objects.get(organisation=organisation)
    suspend_membership(membership, actor=organiser, reason="Two complaints about the same offer.")
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.language, mail.bridge_id) == (owner.email, "zh-hans", bridge.pk)
    assert "Two complaints about the same offer." in mail.text
    assert owner.notifications.get().kind == "membership_suspended"


def test_suspending_twice_is_told_gently(desk: Client, bridge: Bridge, organiser: User) -> None:
    member(bridge)
    membership = Membership.objects.get()
    suspend_membership(membership, actor=organiser, reason="Complaints.")
    response = desk.post(at("membership_suspend", membership.public_id), {"reason": "Again."}, follow=True)
    assert response.status_code == 200
    assert Membership.objects.get().state == "suspended"


def test_log_says_acts_in_words_and_finds_them(desk: Client, bridge: Bridge, organiser: User) -> None:
    listing = approved_listing(bridge, organiser)
    Listing.objects.filter(pk=listing.pk).update(title="Gait sensor wanted")
    page = desk.get(at("audit_list")).content.decode()
    assert "decided on a need or offer" in page
    assert "Gait sensor wanted" in page
    assert "In review → Published" in page
    verbs = "decided on a need or offer</td>"
    assert verbs in desk.get(at("audit_list") + "?verb=review_listing").content.decode()
    assert verbs not in desk.get(at("audit_list") + "?verb=change_policy").content.decode()
    assert verbs in desk.get(at("audit_list"), {"person": organiser.email}).content.decode()
    assert verbs not in desk.get(at("audit_list"), {"person": "nobody@x.example"}).content.decode()
    assert verbs in desk.get(at("audit_list"), {"about": listing.organisation.name_en}).content.decode()
    assert verbs not in desk.get(at("audit_list"), {"about": "zzzz"}).content.decode()


def test_what_people_keep_to_themselves_is_not_in_the_log(desk: Client, bridge: Bridge, organiser: User) -> None:
    """Saving and dismissing are promised to be private: organisers must not read of them."""
    listing = member_listing(bridge)
    save_item(listing, actor=UserFactory.create(), bridge=bridge)
    assert AuditEntry.objects.filter(bridge_id=bridge.pk, verb="save_item", private=True).exists()
    AuditEntry.objects.create(
        verb="dismiss_proposal", subject_type="matching.proposal", subject_id="1", bridge_id=bridge.pk
    )
    page = desk.get(at("audit_list"))
    assert [line.what for line in page.context["lines"]] == []


def test_private_acts_are_those_that_marks_and_saved_items_record() -> None:
    """A new private act must be named in `PRIVATE_ACTS`, or organisers would read of it."""
    import re
    from pathlib import Path

    from qiao.directory import acts
    from qiao.directory.domain import saved
    from qiao.partnerships.domain import marks

    recorded = set()
    for module in (saved, marks):
        source = Path(str(module.__file__)).read_text(encoding="utf-8")
        recorded |= set(re.findall(r'(?:record|_store)\((?:mark, )?"([a-z_]+)"', source))
    assert recorded
    assert recorded <= acts.PRIVATE_ACTS


def test_review_queue_is_cut_into_pages(desk: Client, bridge: Bridge) -> None:
    for _ in range(30):
        member_listing(bridge, state=ListingState.IN_REVIEW)
    page = desk.get(at("review_list") + "?of=listings")
    assert page.context["page_obj"].paginator.num_pages == 2
    assert len(page.context["page_obj"].object_list) == 24
