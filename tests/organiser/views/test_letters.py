"""Letters to groups and mail on its way, at the desk: who may, what is shown, what is done."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry
from qiao.bridges.models import Bridge
from qiao.directory.domain.queries.audience import people_of_members
from qiao.directory.enums import MembershipState
from qiao.notifications.domain.circulars import write_circular
from qiao.notifications.domain.circulating import write_copies
from qiao.notifications.enums import CircularState, MailState
from qiao.notifications.models import Circular, OutgoingMail
from tests.factories import BridgeFactory, UserFactory, affiliate, member, staff

pytestmark = pytest.mark.django_db
WORDS = {"subject_en": "Spring <b>meeting</b>", "text_en": "Come.", "subject_zh": "春季会议", "text_zh": "欢迎。"}


@pytest.fixture
def bridge() -> Bridge:
    found: Bridge = BridgeFactory(slug="letters")
    return found


@pytest.fixture
def organiser(bridge: Bridge) -> User:
    user: User = UserFactory()
    staff(bridge, user)
    return user


@pytest.fixture
def desk(client: Client, organiser: User) -> Client:
    client.force_login(organiser)
    return client


def at(name: str, *rest: object) -> str:
    return reverse(f"organiser:{name}", args=["letters", *rest])


def failed(bridge: Bridge, **fields: object) -> OutgoingMail:
    values = {
        "to": "a@people.example", "language": "en", "template": "request_reminder", "subject": "Hello",
        "text": "Secret",
        "bridge_id": bridge.pk, "state": MailState.FAILED, "error": "no such mailbox",
    }  # fmt: skip
    mail: OutgoingMail = OutgoingMail.objects.create(**(values | fields))
    return mail


def test_a_letter_is_written_read_again_approved_and_read_by_its_receivers(desk: Client, bridge: Bridge) -> None:
    reader, other = UserFactory(), UserFactory()
    member(bridge, owner=reader)
    member(bridge, country="CN", owner=other)
    answer = desk.post(at("letter_new"), WORDS | {"side": "gb"})
    letter = Circular.objects.get()
    assert answer["Location"] == at("letter", letter.public_id)
    page = desk.get(answer["Location"]).content.decode()
    assert "Spring &lt;b&gt;meeting&lt;/b&gt;" in page
    assert "春季会议" in page
    assert "Approve and send to 1 person" in page
    assert not OutgoingMail.objects.exists()
    desk.post(at("letter_act", letter.public_id, "approve"), {"version": letter.version})
    write_copies(letter.pk)
    assert OutgoingMail.objects.get().to == reader.email
    assert "0 of 1 are mailed" in desk.get(at("letter", letter.public_id)).content.decode()
    strangers = Client()
    strangers.force_login(other)
    assert strangers.get(f"/letters/{letter.public_id}/").status_code == 404
    theirs = Client()
    theirs.force_login(reader)
    assert "Spring &lt;b&gt;meeting&lt;/b&gt;" in theirs.get(f"/letters/{letter.public_id}/").content.decode()


def test_a_draft_changed_meanwhile_does_not_go(desk: Client, bridge: Bridge, organiser: User) -> None:
    member(bridge, owner=UserFactory())
    letter = write_circular(bridge, actor=organiser, audience={}, **WORDS)
    desk.post(at("letter_edit", letter.public_id), WORDS | {"subject_en": "Other"})
    desk.post(at("letter_act", letter.public_id, "approve"), {"version": letter.version})
    letter.refresh_from_db()
    assert (letter.state, letter.subject_en) == (CircularState.DRAFT, "Other")


def test_half_a_letter_is_kept_on_the_page(desk: Client) -> None:
    answer = desk.post(at("letter_new"), {"subject_en": "Only a subject"})
    assert answer.status_code == 422
    assert "text_en" in answer.context["form"].errors
    assert "Only a subject" in answer.content.decode()


def test_groups_hold_active_people_of_approved_members_once(bridge: Bridge) -> None:
    one, two = UserFactory(), UserFactory()
    british = member(bridge, owner=one, kind="hospital")
    chinese = member(bridge, country="CN", owner=two)
    affiliate(one, chinese, "viewer")
    affiliate(UserFactory(is_active=False), british)
    gone = member(bridge, owner=UserFactory())
    gone.memberships.update(state=MembershipState.SUSPENDED)
    elsewhere = member(BridgeFactory(), owner=UserFactory())
    assert elsewhere.pk

    def group(**chosen: object) -> list[User]:
        return list(people_of_members(bridge, **chosen))  # type: ignore[arg-type]

    assert group() == [one, two]
    assert group(side="gb") == [one]
    assert group(side="cn", roles=["owner"]) == [two]
    assert group(kind="hospital") == [one]
    assert group(kind="investor") == []


LETTER_PAGES = ("letter_list", "letter_new", "letter", "letter_edit")


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("organiser", 200), ("reviewer", 403), ("adviser", 403), (None, 404)]
)
def test_pages_are_for_those_who_run_the_bridge(
    client: Client, bridge: Bridge, organiser: User, role: str | None, status: int
) -> None:
    letter, mail = write_circular(bridge, actor=organiser, audience={}, **WORDS), failed(bridge)
    user = UserFactory()
    if role:
        staff(bridge, user, role)
    addresses = [
        at("letter_list"), at("letter_new"), at("letter", letter.public_id), at("letter_edit", letter.public_id),
        at("mail_list"), at("mail", mail.public_id),
    ]  # fmt: skip
    assert all(client.get(address).status_code == 302 for address in addresses)
    client.force_login(user)
    assert [client.get(address).status_code for address in addresses] == [status] * len(addresses)


@pytest.mark.parametrize(("role", "status"), [("reviewer", 403), ("adviser", 403), (None, 404)])
def test_acts_are_for_those_who_run_the_bridge(
    client: Client, bridge: Bridge, organiser: User, role: str | None, status: int
) -> None:
    member(bridge, owner=UserFactory())
    letter, mail = write_circular(bridge, actor=organiser, audience={}, **WORDS), failed(bridge)
    user = UserFactory()
    if role:
        staff(bridge, user, role)
    client.force_login(user)
    acts = [at("letter_act", letter.public_id, act) for act in ("approve", "test", "hold", "resume", "cancel")]
    acts += [at("mail_act", mail.public_id, act) for act in ("hold", "cancel")]
    acts += [at("mail_retry_failed"), at("mail", mail.public_id), at("letter_new")]
    assert {client.post(act, WORDS | {"to": "x@y.example"}).status_code for act in acts} == {status}
    letter.refresh_from_db()
    mail.refresh_from_db()
    assert (letter.state, mail.state, mail.to) == (CircularState.DRAFT, MailState.FAILED, "a@people.example")
    assert OutgoingMail.objects.count() == 1


def test_letters_and_mail_of_another_bridge_are_not_found(desk: Client) -> None:
    other = BridgeFactory()
    letter = write_circular(other, actor=UserFactory(), audience={}, **WORDS)
    mail = failed(other)
    assert desk.get(at("letter", letter.public_id)).status_code == 404
    assert desk.post(at("letter_act", letter.public_id, "cancel")).status_code == 404
    assert desk.get(at("mail", mail.public_id)).status_code == 404
    assert desk.post(at("mail_act", mail.public_id, "cancel")).status_code == 404
    desk.post(at("mail_retry_failed"))
    mail.refresh_from_db()
    assert mail.state == MailState.FAILED


def test_a_failed_message_goes_to_another_address(desk: Client, bridge: Bridge) -> None:
    mail = failed(bridge)
    page = desk.get(at("mail", mail.public_id)).content.decode()
    assert "no such mailbox" in page
    assert "Secret" not in page
    assert desk.post(at("mail", mail.public_id), {"to": "nonsense"}).status_code == 422
    desk.post(at("mail", mail.public_id), {"to": "right@people.example"})
    mail.refresh_from_db()
    assert (mail.to, mail.state, mail.attempts) == ("right@people.example", MailState.WAITING, 0)
    entry = AuditEntry.objects.get(verb="change_mail_address")
    assert "people.example" not in str(entry.detail)


@pytest.mark.parametrize("fields", [{"state": MailState.SENT}, {"template": "invitation_colleague"}])
def test_what_has_gone_or_lets_its_reader_in_goes_to_no_other_address(
    desk: Client, bridge: Bridge, fields: dict[str, str]
) -> None:
    mail = failed(bridge, **fields)
    assert desk.post(at("mail", mail.public_id), {"to": "thief@people.example"}).status_code == 422
    mail.refresh_from_db()
    assert mail.to == "a@people.example"


def test_messages_are_held_back_let_go_and_cancelled(desk: Client, bridge: Bridge) -> None:
    mail = failed(bridge, state=MailState.WAITING)
    for act, state in (("hold", MailState.HELD), ("cancel", MailState.CANCELLED)):
        desk.post(at("mail_act", mail.public_id, act))
        mail.refresh_from_db()
        assert mail.state == state
    desk.post(at("mail_retry", mail.public_id))
    mail.refresh_from_db()
    assert mail.state == MailState.WAITING
    assert list(AuditEntry.objects.order_by("id").values_list("verb", flat=True)) == [
        "hold_mail", "cancel_mail", "retry_mail",
    ]  # fmt: skip


def test_every_failed_message_is_tried_again_at_once(desk: Client, bridge: Bridge) -> None:
    for _ in range(3):
        failed(bridge)
    kept = failed(bridge, state=MailState.CANCELLED)
    desk.post(at("mail_retry_failed"))
    assert OutgoingMail.objects.filter(state=MailState.WAITING).count() == 3
    kept.refresh_from_db()
    assert kept.state == MailState.CANCELLED


def test_the_list_of_letters_takes_the_same_number_of_queries(desk: Client, bridge: Bridge, organiser: User) -> None:
    counts = []
    desk.get(at("letter_list"))
    for rows in (1, 2, 27):
        for _ in range(rows):
            write_circular(bridge, actor=organiser, audience={}, **WORDS)
        with CaptureQueriesContext(connection) as captured:
            desk.get(at("letter_list"))
        counts.append(len(captured))
    assert counts[0] == counts[1] == counts[2]
