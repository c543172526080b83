"""Registration: from nothing to a need in review, saved as it goes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from qiao.accounts.models import User
from qiao.bridges.models import Bridge
from qiao.directory.domain.listings import create_listing
from qiao.directory.domain.organisations import create_organisation
from qiao.directory.enums import ListingState, MembershipState, PersonRole
from qiao.directory.models import Listing, Membership, Organisation
from qiao.notifications.models import Notification, OutgoingMail
from tests.factories import BridgeFactory, OrganisationFactory, UserFactory, affiliate, member

pytestmark = pytest.mark.django_db

IDENTITY = {
    "kind": "startup",
    "name_en": "Tidewell Surgical",
    "country": "GB",
    "city_en": "Leeds",
    "size": "micro",
    "website": "https://tidewell.example",
    "summary_en": "Makes a steerable needle for biopsies.",
    "sectors": ["health-devices"],
}
WHAT = {
    "direction": "need",
    "kind": "clinical_validation",
    "title": "寻求医院开展穿刺针临床验证",
    "text": "我们研发了一种可转向穿刺针，希望与三甲医院合作开展六个月的前瞻性临床研究。",
    "sectors": ["health-devices"],
}


def address(bridge: Bridge, step: str = "") -> str:
    return f"/{bridge.slug}/register/" + (f"{step}/" if step else "")


@pytest.fixture
def bridge() -> Bridge:
    return BridgeFactory()


@pytest.fixture
def newcomer(client: Client) -> User:
    user: User = UserFactory(terms_accepted_at=None)
    client.force_login(user)
    return user


def test_register_tells_anonymous_visitors_to_sign_up_and_come_back(client: Client, bridge: Bridge) -> None:
    page = client.get(address(bridge))
    assert page.status_code == 200
    assert f"/accounts/signup/?next=/{bridge.slug}/register/" in page.content.decode()


@pytest.mark.parametrize("step", ["organisation", "listing", "partner", "check", "done"])
def test_steps_send_anonymous_visitors_to_the_door(client: Client, bridge: Bridge, step: str) -> None:
    for answer in (client.get(address(bridge, step)), client.get(address(bridge, step), {"name_en": "x"})):
        assert (answer.status_code, answer["Location"]) == (302, address(bridge))
    assert client.post(address(bridge, "organisation"), IDENTITY).status_code == 302
    assert not Organisation.objects.exists()


def test_a_newcomer_registers_from_nothing_to_a_need_in_review(client: Client, newcomer: User, bridge: Bridge) -> None:
    assert client.get(address(bridge))["Location"] == address(bridge, "organisation")
    assert client.post(address(bridge, "organisation"), IDENTITY)["Location"] == address(bridge, "listing")
    organisation = Organisation.objects.get()
    assert (organisation.name_en, organisation.country, organisation.size) == ("Tidewell Surgical", "GB", "micro")
    assert [sector.code for sector in organisation.sectors.all()] == ["health-devices"]
    assert organisation.affiliations.get().role == PersonRole.OWNER

    assert client.post(address(bridge, "listing"), WHAT)["Location"] == address(bridge, "partner")
    listing = Listing.objects.get()
    assert (listing.state, listing.language, listing.direction) == (ListingState.DRAFT, "zh", "need")

    until = timezone.localdate() + timedelta(days=90)
    partner = {"partner_kinds": ["hospital"], "countries": ["CN"], "trl": "6", "valid_until": until.isoformat()}
    assert client.post(address(bridge, "partner"), partner)["Location"] == address(bridge, "check")
    listing.refresh_from_db()
    assert (listing.partner_kinds, listing.trl, listing.stage) == (["hospital"], 6, "prototype")
    assert listing.title == WHAT["title"]

    preview = client.get(address(bridge, "check")).content.decode()
    assert "Tidewell Surgical" in preview
    assert WHAT["title"] in preview
    assert client.post(address(bridge, "check"), {"consent": "on"})["Location"] == address(bridge, "done")
    listing.refresh_from_db()
    newcomer.refresh_from_db()
    membership = Membership.objects.get()
    assert (listing.state, membership.state, membership.side.country) == (
        ListingState.IN_REVIEW,
        MembershipState.APPLIED,
        "GB",
    )
    assert newcomer.terms_accepted_at is not None
    assert client.get(address(bridge, "done")).status_code == 200
    assert client.get(address(bridge))["Location"] == f"/{bridge.slug}/my/"


def test_a_half_finished_registration_is_resumed_on_another_device(
    client: Client, newcomer: User, bridge: Bridge
) -> None:
    client.post(address(bridge, "organisation"), IDENTITY)
    elsewhere = Client()
    elsewhere.force_login(newcomer)
    assert elsewhere.get(address(bridge))["Location"] == address(bridge, "listing")
    assert "Tidewell Surgical" in elsewhere.get(address(bridge, "organisation")).content.decode()
    elsewhere.post(address(bridge, "listing"), WHAT)
    assert client.get(address(bridge))["Location"] == address(bridge, "partner")


def test_back_stores_what_is_right(client: Client, newcomer: User, bridge: Bridge) -> None:
    client.post(address(bridge, "organisation"), IDENTITY)
    answer = client.post(address(bridge, "listing"), WHAT | {"go": "back"})
    assert answer["Location"] == address(bridge, "organisation")
    assert Listing.objects.get().title == WHAT["title"]


def test_back_keeps_what_is_not_right_yet(client: Client, newcomer: User, bridge: Bridge) -> None:
    client.post(address(bridge, "organisation"), IDENTITY)
    answer = client.post(address(bridge, "listing"), {"title": "Half a thought", "sectors": ["ict-ai"], "go": "back"})
    assert answer["Location"] == address(bridge, "organisation")
    assert not Listing.objects.exists()
    page = client.get(address(bridge, "listing")).content.decode()
    assert "Half a thought" in page
    assert 'value="ict-ai" id="id_sectors_' in page
    assert page.split('value="ict-ai"')[1].split(">")[0].endswith("checked")
    client.post(address(bridge, "listing"), WHAT)
    assert "Half a thought" not in client.get(address(bridge, "listing")).content.decode()


def test_finishing_later_keeps_what_is_not_right_yet(client: Client, newcomer: User, bridge: Bridge) -> None:
    answer = client.post(address(bridge, "organisation"), {"summary_en": "Only a summary", "go": "leave"})
    assert answer["Location"] == f"/{bridge.slug}/"
    assert "Only a summary" in client.get(address(bridge, "organisation")).content.decode()


def test_a_failed_step_keeps_what_was_typed_and_says_what_to_do(client: Client, newcomer: User, bridge: Bridge) -> None:
    page = client.post(address(bridge, "organisation"), IDENTITY | {"name_en": "", "website": "no address"})
    assert page.status_code == 422
    text = page.content.decode()
    assert "Give the name in English or in Chinese." in text
    assert "no address" in text
    assert "Makes a steerable needle for biopsies." in text
    assert not Organisation.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name_en", "x" * 161),
        ("name_en", "nul\x00l"),
        ("kind", "wizard"),
        ("country", "XX"),
        ("website", "javascript:alert(1)"),
        ("summary_en", "x" * 301),
        ("sectors", ["no-such-sector"]),
        ("sectors", ["health-devices", "health-imaging", "health-ivd", "health-digital", "health-ai", "health-drugs",
                     "health-biologics", "health-cell-gene", "health-genomics"]),
    ],
)  # fmt: skip
def test_bad_values_of_the_profile_are_refused_at_their_field(
    client: Client, newcomer: User, bridge: Bridge, field: str, value: Any
) -> None:
    page = client.post(address(bridge, "organisation"), IDENTITY | {field: value})
    assert page.status_code == 422
    assert field in page.context["form"].errors
    assert not Organisation.objects.exists()


def test_markup_and_direction_marks_are_shown_as_text_and_left_out(
    client: Client, newcomer: User, bridge: Bridge
) -> None:
    client.post(address(bridge, "organisation"), IDENTITY | {"name_en": "<script>alert(1)</script>\u202egnp.exe"})
    assert Organisation.objects.get().name_en == "<script>alert(1)</script>gnp.exe"
    page = client.get(address(bridge, "check")).content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;gnp.exe" in page
    assert "<script>alert(1)" not in page


def test_an_expired_date_is_refused(client: Client, newcomer: User, bridge: Bridge) -> None:
    client.post(address(bridge, "organisation"), IDENTITY)
    client.post(address(bridge, "listing"), WHAT)
    yesterday = (timezone.localdate() - timedelta(days=1)).isoformat()
    page = client.post(address(bridge, "partner"), {"valid_until": yesterday})
    assert page.status_code == 422
    assert "This date has gone by. Choose a later one." in page.content.decode()


def test_a_level_of_another_stage_is_refused(client: Client, newcomer: User, bridge: Bridge) -> None:
    client.post(address(bridge, "organisation"), IDENTITY)
    client.post(address(bridge, "listing"), WHAT)
    page = client.post(address(bridge, "partner"), {"stage": "concept", "trl": "9"})
    assert page.status_code == 422
    assert "trl" in page.context["form"].errors


def test_a_duplicate_is_refused_with_the_one_that_is_there(client: Client, newcomer: User, bridge: Bridge) -> None:
    there = member(bridge, name_en="Tidewell Surgical")
    page = client.post(address(bridge, "organisation"), IDENTITY | {"name_en": "TIDEWELL SURGICAL"})
    assert page.status_code == 422
    assert "name_en" in page.context["form"].errors
    assert f"/register/join/{there.public_id}/" in page.content.decode()
    assert Organisation.objects.count() == 1


def test_similar_organisations_are_suggested_while_typing(client: Client, newcomer: User, bridge: Bridge) -> None:
    member(bridge, name_en="Tidewell Surgical")
    hidden: Organisation = OrganisationFactory(name_en="Tidewell Hidden")
    found = client.get(address(bridge, "similar"), {"name_en": "tidewell Ltd."}).content.decode()
    assert "Tidewell Surgical" in found
    assert hidden.name_en not in found
    assert client.get(address(bridge, "similar"), {"name_en": "ti\x00"}).content.decode().strip() == ""


def test_similar_organisations_are_not_told_to_anonymous_visitors(client: Client, bridge: Bridge) -> None:
    member(bridge, name_en="Tidewell Surgical")
    assert "Tidewell" not in client.get(address(bridge, "similar"), {"name_en": "Tidewell"}).content.decode()


def test_asking_to_join_tells_the_owners_and_keeps_what_was_typed(
    client: Client, newcomer: User, bridge: Bridge
) -> None:
    owner: User = UserFactory(language="zh-hans")
    there = member(bridge, name_en="Tidewell Surgical", owner=owner)
    answer = client.post(address(bridge, f"join/{there.public_id}"), IDENTITY)
    assert answer["Location"] == address(bridge, "organisation")
    assert OutgoingMail.objects.get().to == owner.email
    assert Notification.objects.get().user == owner
    assert "Makes a steerable needle" in client.get(address(bridge, "organisation")).content.decode()
    client.post(address(bridge, f"join/{there.public_id}"), IDENTITY)
    assert OutgoingMail.objects.count() == 1


def test_an_investor_states_a_thesis(client: Client, newcomer: User, bridge: Bridge) -> None:
    client.post(address(bridge, "organisation"), IDENTITY | {"kind": "investor"})
    page = client.get(address(bridge, "listing"))
    assert (page.context["form"].initial["direction"], page.context["form"].initial["kind"]) == ("offer", "investment")
    thesis = WHAT | {
        "direction": "offer",
        "kind": "investment",
        "amount_min": "300万",
        "amount_max": "¥15,000,000",
        "currency": "CNY",
        "stages_sought": ["prototype"],
        "regions_sought": "广东、江苏, Guangdong",
    }
    assert client.post(address(bridge, "listing"), thesis).status_code == 302
    listing = Listing.objects.get()
    assert (listing.amount_min, listing.amount_max, listing.currency) == (3_000_000, 15_000_000, "CNY")
    assert (listing.stages_sought, listing.regions_sought) == (["prototype"], ["广东", "江苏", "Guangdong"])
    assert listing.is_thesis


def test_amounts_without_a_currency_are_refused_and_kept(client: Client, newcomer: User, bridge: Bridge) -> None:
    client.post(address(bridge, "organisation"), IDENTITY)
    page = client.post(address(bridge, "listing"), WHAT | {"kind": "investment", "amount_min": "1.5m"})
    assert "currency" in page.context["form"].errors
    assert "1.5m" in page.content.decode()


def test_a_country_without_a_side_is_asked_for_one(client: Client, newcomer: User, bridge: Bridge) -> None:
    client.post(address(bridge, "organisation"), IDENTITY | {"country": "FR"})
    assert "side" in client.post(address(bridge, "check"), {"consent": "on"}).context["form"].errors
    client.post(address(bridge, "check"), {"consent": "on", "side": "cn"})
    assert Membership.objects.get().side.code == "cn"


def test_nothing_is_sent_without_consent(client: Client, newcomer: User, bridge: Bridge) -> None:
    client.post(address(bridge, "organisation"), IDENTITY)
    assert client.post(address(bridge, "check"), {}).status_code in (200, 422)
    assert not Membership.objects.exists()


def test_a_profile_alone_can_be_sent(client: Client, newcomer: User, bridge: Bridge) -> None:
    client.post(address(bridge, "organisation"), IDENTITY)
    client.post(address(bridge, "check"), {"consent": "on"})
    assert Membership.objects.get().state == MembershipState.APPLIED


def test_steps_cannot_be_skipped(client: Client, newcomer: User, bridge: Bridge) -> None:
    for step in ("listing", "partner", "check"):
        assert client.get(address(bridge, step))["Location"] == address(bridge, "organisation")
    client.post(address(bridge, "organisation"), IDENTITY)
    assert client.get(address(bridge, "partner"))["Location"] == address(bridge, "listing")


def test_a_viewer_registers_an_organisation_of_their_own(client: Client, newcomer: User, bridge: Bridge) -> None:
    affiliate(newcomer, OrganisationFactory(name_en="Theirs"), PersonRole.VIEWER)
    assert client.get(address(bridge))["Location"] == address(bridge, "organisation")
    assert "Theirs" not in client.get(address(bridge, "organisation")).content.decode()


def test_another_organisation_is_begun_on_request(client: Client, newcomer: User, bridge: Bridge) -> None:
    client.post(address(bridge, "organisation"), IDENTITY)
    client.get(address(bridge), {"new": "1"})
    client.post(address(bridge, "organisation"), IDENTITY | {"name_en": "Second Venture"})
    assert Organisation.objects.count() == 2
    assert client.get(address(bridge))["Location"] == address(bridge, "listing")


def test_a_stranger_cannot_go_on_with_the_draft_of_another(client: Client, newcomer: User, bridge: Bridge) -> None:
    owner: User = UserFactory()
    theirs = create_organisation(actor=owner, kind="sme", name_en="Private draft", country="GB")
    create_listing(
        theirs, actor=owner, bridge=bridge, direction="need", kind="data", language="en", title="Secret", text="Secret"
    )
    session = client.session
    session["registration"] = {str(bridge.pk): {"organisation": theirs.public_id}}
    session.save()
    assert client.get(address(bridge, "listing"))["Location"] == address(bridge, "organisation")
    assert "Private draft" not in client.get(address(bridge, "organisation")).content.decode()


def test_a_bridge_in_preparation_is_not_found(client: Client, newcomer: User) -> None:
    closed: Bridge = BridgeFactory(state="preparing")
    assert client.get(address(closed)).status_code == 404
