"""Signing up, confirming, signing in, resetting: what people see and what they are sent."""

from __future__ import annotations

import re
from typing import Any

import pytest
from allauth.account.adapter import get_adapter
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, hotp_value, yield_hotp_counters_from_time
from django.test import Client, override_settings
from django.urls import reverse

from qiao.accounts.models import User
from qiao.activity.models import AuditEntry
from qiao.notifications.models import OutgoingMail
from tests.factories import PASSWORD, BridgeFactory, UserFactory

pytestmark = pytest.mark.django_db
NEW = {"name": "Ada Lin", "email": "ada@people.example", "password1": "a sentence to remember", "language": "zh-hans"}


def last_mail() -> OutgoingMail:
    return OutgoingMail.objects.latest("id")


def link_in(mail: OutgoingMail) -> str:
    found = re.search(r"https?://[^/\s]+(/accounts/\S+)", mail.text)
    assert found is not None
    return found[1]


def test_a_newcomer_signs_up_confirms_and_is_back_in_the_registration(client: Client) -> None:
    bridge = BridgeFactory()
    register = f"/{bridge.slug}/register/"
    answer = client.post(f"/accounts/signup/?next={register}", NEW | {"next": register})
    assert answer["Location"] == "/accounts/confirm-email/"
    person = User.objects.get()
    assert (person.name, person.language, person.email) == ("Ada Lin", "zh-hans", "ada@people.example")
    assert person.check_password("a sentence to remember")
    assert AuditEntry.objects.get(verb="sign_up").actor_id == person.pk
    mail = last_mail()
    assert (mail.to, mail.language, mail.template) == (person.email, "zh-hans", "account/email_confirmation_signup")
    assert "Ada Lin" not in mail.text
    page = client.get(link_in(mail))
    assert page.status_code == 200
    assert not EmailAddress.objects.get().verified
    assert client.post(link_in(mail))["Location"] == register
    assert EmailAddress.objects.get().verified
    assert client.get(register)["Location"] == f"{register}organisation/"


def test_nobody_signs_in_before_the_address_is_confirmed(client: Client) -> None:
    client.post("/accounts/signup/", NEW)
    client.logout()
    answer = client.post("/accounts/login/", {"login": NEW["email"], "password": NEW["password1"]})
    assert answer["Location"] == "/accounts/confirm-email/"
    assert client.get("/settings/").status_code == 302


def test_signing_up_twice_tells_nothing_but_the_owner_of_the_address(client: Client) -> None:
    first = client.post("/accounts/signup/", NEW)
    Client().post("/accounts/signup/", NEW)
    EmailAddress.objects.update(verified=True)
    second = Client().post("/accounts/signup/", NEW | {"name": "Somebody Else"})
    assert (first.status_code, first["Location"]) == (second.status_code, second["Location"])
    assert User.objects.count() == 1
    assert last_mail().template == "account/account_already_exists"
    assert User.objects.get().name == "Ada Lin"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "x" * 121),
        ("name", "a\x00"),
        ("email", "nobody"),
        ("password1", "short"),
        ("password1", "1234567890"),
        ("language", "fr"),
    ],
)
def test_bad_sign_ups_are_refused_and_kept(client: Client, field: str, value: str) -> None:
    page = client.post("/accounts/signup/", NEW | {field: value})
    assert page.status_code == 200
    assert field in page.context["form"].errors
    assert not User.objects.exists()
    if field != "email":
        assert NEW["email"] in page.content.decode()


def test_a_name_is_cleaned(client: Client) -> None:
    client.post("/accounts/signup/", NEW | {"name": "  Ada \u202e Lin "})
    assert User.objects.get().name == "Ada Lin"


def test_an_invitations_address_is_filled_in(client: Client) -> None:
    page = client.get("/accounts/signup/?email=ada%40people.example")
    assert 'value="ada@people.example"' in page.content.decode()


def test_a_reset_for_an_unknown_address_looks_the_same(client: Client) -> None:
    UserFactory(email="known@people.example", language="zh-hans")
    known = client.post("/accounts/password/reset/", {"email": "known@people.example"})
    assert (last_mail().template, last_mail().language) == ("account/password_reset_key", "zh-hans")
    unknown = client.post("/accounts/password/reset/", {"email": "unknown@people.example"})
    assert last_mail().template == "account/unknown_account"
    assert (known.status_code, known["Location"]) == (unknown.status_code, unknown["Location"])


def test_a_password_is_reset_by_the_link(client: Client) -> None:
    person: User = UserFactory()
    client.post("/accounts/password/reset/", {"email": person.email})
    form = client.get(link_in(last_mail()), follow=True)
    assert form.status_code == 200
    url = form.redirect_chain[-1][0]
    client.post(url, {"password1": "another good sentence", "password2": "another good sentence"})
    person.refresh_from_db()
    assert person.check_password("another good sentence")
    assert "This link no longer works" in Client().get(link_in(OutgoingMail.objects.order_by("id")[0])).content.decode()


def test_a_wrong_password_tells_nothing(client: Client) -> None:
    person: User = UserFactory()
    texts = []
    for email in (person.email, "unknown@people.example"):
        page = client.post("/accounts/login/", {"login": email, "password": "wrong"})
        texts.append(re.findall(r"are not correct", page.content.decode()))
    assert texts[0] == texts[1] != []


def test_the_second_step_is_asked_for(client: Client) -> None:
    person: User = UserFactory()
    secret = generate_totp_secret()
    TOTP.activate(person, secret)
    answer = client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    assert answer["Location"] == reverse("mfa_authenticate")
    assert client.get(answer["Location"]).status_code == 200
    assert client.get("/settings/").status_code == 302
    assert client.post(answer["Location"], {"code": "000000"}).status_code == 200
    code = _code(secret)
    client.post(answer["Location"], {"code": code})
    assert client.get("/settings/").status_code == 200


def test_an_authenticator_app_is_switched_on_with_a_qr_code(
    client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    person: User = UserFactory()
    client.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    again = client.get(reverse("mfa_activate_totp"))["Location"]
    assert again.startswith(reverse("account_reauthenticate"))
    assert client.get(again).status_code == 200
    client.post(again, {"password": PASSWORD})
    page = client.get(reverse("mfa_activate_totp"))
    assert 'src="data:image/svg+xml' in page.content.decode()
    secret = page.context["form"].secret
    assert secret in page.content.decode()
    with django_capture_on_commit_callbacks(execute=True):
        answer = client.post(reverse("mfa_activate_totp"), {"code": _code(secret)})
    assert answer.status_code == 302
    assert Authenticator.objects.filter(user=person, type="totp").exists()
    assert last_mail().template in ("account/totp_activated", "account/recovery_codes_generated")
    codes = client.get(reverse("mfa_view_recovery_codes"))
    assert codes.status_code == 200
    assert len(codes.context["unused_codes"]) == 10
    assert codes.context["unused_codes"][0] in codes.content.decode()
    for name in ("mfa_index", "mfa_generate_recovery_codes", "mfa_deactivate_totp", "mfa_list_webauthn"):
        assert client.get(reverse(name)).status_code == 200
    assert client.get(reverse("mfa_add_webauthn")).status_code == 200


def _code(secret: str) -> str:
    counter = next(iter(yield_hotp_counters_from_time()))
    return f"{hotp_value(secret, counter):06d}"


def test_addresses_are_changed_only_by_who_has_just_proved_who_they_are(client: Client) -> None:
    person: User = UserFactory()
    client.force_login(person)
    again = client.post("/accounts/email/", {"email": "new@people.example", "action_add": ""})["Location"]
    assert again.startswith(reverse("account_reauthenticate"))
    assert EmailAddress.objects.count() == 1
    client.post(again, {"password": PASSWORD})
    client.post("/accounts/email/", {"email": "new@people.example", "action_add": ""})
    assert last_mail().to == "new@people.example"
    page = client.get("/accounts/email/").content.decode()
    assert "Not confirmed" in page
    client.post("/accounts/email/", {"email": "new@people.example", "action_primary": ""})
    person.refresh_from_db()
    assert person.email != "new@people.example"


ENTRANCE = ("account_login", "account_signup", "account_reset_password", "account_reset_password_done",
            "account_email_verification_sent", "account_inactive", "account_reset_password_from_key_done",
            "socialaccount_login_cancelled", "socialaccount_login_error")  # fmt: skip
MANAGE = ("account_email", "account_change_password", "mfa_index", "mfa_list_webauthn", "socialaccount_connections",
          "account_logout", "account_reauthenticate")  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", [*ENTRANCE, *MANAGE])
def test_every_page_of_accounts_is_ours(client: Client, name: str, language: str) -> None:
    person: User = UserFactory()
    client.cookies["django_language"] = language
    if name in MANAGE:
        client.force_login(person)
    page = client.get(reverse(name))
    assert page.status_code in (200, 401)
    text = page.content.decode()
    assert 'class="site-head"' in text
    assert "<style" not in text
    assert not re.search(r"<script(?![^>]*(src=|application/json))", text)


NOTES = (
    "password_changed", "password_reset", "password_set", "email_changed", "email_confirm", "email_deleted",
    "totp_activated", "totp_deactivated", "recovery_codes_generated", "webauthn_added", "webauthn_removed",
    "account_connected", "account_disconnected",
)  # fmt: skip
OIDC = {
    "openid_connect": {
        "APPS": [
            {
                "provider_id": "campus",
                "name": "Campus sign-in",
                "client_id": "id",
                "secret": "secret",
                "settings": {"server_url": "https://idp.example"},
            }
        ]
    }
}


def test_providers_are_offered_when_configured(client: Client) -> None:
    assert "Campus sign-in" not in client.get("/accounts/login/").content.decode()
    with override_settings(SOCIALACCOUNT_PROVIDERS=OIDC):
        for page in ("/accounts/login/", "/accounts/signup/"):
            assert "Campus sign-in" in client.get(page).content.decode()


def test_messages_about_an_account_are_written_in_both_languages(client: Client) -> None:
    person: User = UserFactory(language="zh-hans")
    client.force_login(person)
    for name in NOTES:
        get_adapter().send_mail(f"account/email/{name}", person.email, {"user": person, "ip": "192.0.2.1"})
        mail = last_mail()
        assert (mail.template, mail.language) == (f"account/{name}", "zh-hans")
        assert mail.subject
        assert "192.0.2.1" in mail.text
