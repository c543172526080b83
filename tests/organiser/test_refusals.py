"""Acts of the desk by those who may not do them: the guest signs in, the stranger learns nothing, staff are told."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
from django.test import Client
from django.urls import reverse

from matching.app.models import MatchRun
from qiao.accounts.models import User
from qiao.bridges.enums import BridgeRole
from qiao.bridges.models import Bridge, BridgeStaff
from qiao.directory.enums import ListingState, MembershipState
from qiao.directory.models import Listing, Membership, Organisation
from qiao.notifications.models import MailState, OutgoingMail
from tests.factories import BridgeFactory, MembershipFactory, OrganisationFactory, UserFactory, member_listing, staff

#: Stands for the way to the sign-in page.
SIGN_IN = 0

pytestmark = pytest.mark.django_db


@dataclass(frozen=True)
class Desk:
    """A bridge with one of everything that can be acted on."""

    bridge: Bridge
    application: Membership
    waiting: Listing
    published: Listing
    managed: Organisation
    mail: OutgoingMail
    owner: BridgeStaff

    def state(self) -> list[object]:
        """What an act would change."""
        return [
            *Membership.objects.order_by("id").values_list("state", flat=True),
            *Listing.objects.order_by("id").values_list("state", flat=True),
            *Organisation.objects.order_by("id").values_list("name_en", "managed_by"),
            *OutgoingMail.objects.order_by("id").values_list("state", flat=True),
            *BridgeStaff.objects.order_by("id").values_list("user", "role"),
            MatchRun.objects.count(),
            Bridge.objects.get(pk=self.bridge.pk).policy.version,
            str(Bridge.objects.get(pk=self.bridge.pk).name),
        ]


@pytest.fixture
def desk() -> Desk:
    bridge = BridgeFactory(slug="guarded-bridge")
    managed = OrganisationFactory(managed_by=bridge)
    MembershipFactory(bridge=bridge, organisation=managed)
    return Desk(
        bridge=bridge,
        application=MembershipFactory(bridge=bridge, organisation=OrganisationFactory(), state=MembershipState.APPLIED),
        waiting=member_listing(bridge, state=ListingState.IN_REVIEW),
        published=member_listing(bridge),
        managed=managed,
        mail=OutgoingMail.objects.create(
            to="a@people.example", language="en", template="x", subject="x", text="x", bridge_id=bridge.pk,
            state=MailState.FAILED,
        ),
        owner=staff(bridge, UserFactory(), BridgeRole.OWNER),
    )  # fmt: skip


def _member_of(desk: Desk) -> str:
    membership = Membership.objects.get(organisation=desk.published.organisation)
    return str(membership.public_id)


Act = tuple[str, Callable[[Desk], list[object]], dict[str, object]]
REVIEWING: tuple[Act, ...] = (
    ("review_membership", lambda d: [d.application.public_id], {"decision": "approved"}),
    ("review_listing", lambda d: [d.waiting.public_id], {"decision": "approved"}),
    ("review_retract", lambda d: [d.published.public_id], {}),
)
RUNNING: tuple[Act, ...] = (
    ("membership_suspend", lambda d: [_member_of(d)], {"reason": "Because."}),
    ("managed_new", lambda d: [], {"kind": "startup", "name_en": "New", "country": "GB"}),
    ("managed", lambda d: [d.managed.public_id], {"kind": "startup", "name_en": "Other", "country": "GB"}),
    ("managed_invite", lambda d: [d.managed.public_id], {"email": "boss@people.example"}),
    (
        "matching",
        lambda d: [],
        {
            "proposals_per_organisation": 3,
            "least_score": 0.5,
            "newcomer_floor": 1,
            "requests_per_organisation": 6,
            "one_try_in": 12,
            "trust_weight": 0.3,
        },
    ),
    ("matching_run", lambda d: [], {}),
    ("bridge_settings", lambda d: [], {"name_0": "Taken over", "name_1": "改名"}),
    ("mail_retry", lambda d: [d.mail.public_id], {}),
)
OWNING: tuple[Act, ...] = (
    ("staff_list", lambda d: [], {"email": "a@people.example", "role": "owner"}),
    ("staff_remove", lambda d: [d.owner.pk], {}),
)
EVERY = (*REVIEWING, *RUNNING, *OWNING)


def _act(client: Client, desk: Desk, act: Act) -> int:
    name, rest, values = act
    address = reverse(f"organiser:{name}", args=[desk.bridge.slug, *rest(desk)])
    answer = client.post(address, values)
    to_sign_in = answer.get("Location", "").startswith(reverse("account_login"))
    return SIGN_IN if to_sign_in else answer.status_code


def _signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("act", EVERY, ids=lambda act: act[0])
def test_guests_are_asked_to_sign_in_and_strangers_learn_nothing(act: Act, desk: Desk) -> None:
    elsewhere = UserFactory()
    staff(BridgeFactory(), elsewhere, BridgeRole.OWNER)
    before = desk.state()
    assert _act(Client(), desk, act) == SIGN_IN
    assert _act(_signed_in(UserFactory()), desk, act) == 404
    assert _act(_signed_in(elsewhere), desk, act) == 404
    assert desk.state() == before


@pytest.mark.parametrize("role", [BridgeRole.REVIEWER, BridgeRole.ADVISER])
@pytest.mark.parametrize("act", [*RUNNING, *OWNING], ids=lambda act: act[0])
def test_reviewers_and_advisers_do_not_run_the_bridge(act: Act, role: str, desk: Desk) -> None:
    user = UserFactory()
    staff(desk.bridge, user, role)
    before = desk.state()
    assert _act(_signed_in(user), desk, act) == 403
    assert desk.state() == before


@pytest.mark.parametrize("act", OWNING, ids=lambda act: act[0])
def test_organisers_give_and_take_no_roles(act: Act, desk: Desk) -> None:
    user = UserFactory()
    staff(desk.bridge, user, BridgeRole.ORGANISER)
    before = desk.state()
    assert _act(_signed_in(user), desk, act) == 403
    assert desk.state() == before


@pytest.mark.parametrize("role", [BridgeRole.REVIEWER, BridgeRole.ADVISER])
@pytest.mark.parametrize("act", REVIEWING[:2], ids=lambda act: act[0])
def test_reviewers_and_advisers_decide(act: Act, role: str, desk: Desk) -> None:
    user = UserFactory()
    staff(desk.bridge, user, role)
    before = desk.state()
    assert _act(_signed_in(user), desk, act) == 302
    assert desk.state() != before


def test_things_of_another_bridge_are_not_found_at_this_desk(desk: Desk) -> None:
    other = BridgeFactory()
    user = UserFactory()
    staff(other, user, BridgeRole.OWNER)
    client = _signed_in(user)
    before = desk.state()
    for name, rest, values in EVERY:
        if rest(desk):
            address = reverse(f"organiser:{name}", args=[other.slug, *rest(desk)])
            assert client.post(address, values).status_code == 404, name
    assert desk.state() == before


@pytest.mark.parametrize("name", ["matching_run", "membership_suspend", "mail_retry", "review_retract", "staff_remove"])
def test_acts_are_not_done_by_following_a_link(name: str, desk: Desk) -> None:
    rest = next(rest for each, rest, _ in EVERY if each == name)
    client = _signed_in(desk.owner.user)
    assert client.get(reverse(f"organiser:{name}", args=[desk.bridge.slug, *rest(desk)])).status_code == 405
