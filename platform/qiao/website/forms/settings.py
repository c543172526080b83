"""Forms of one's own settings and of deleting one's account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings as site_settings
from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.accounts.models import User
from qiao.common.languages import InterfaceLanguage
from qiao.common.time_zones import time_zone_names
from qiao.notifications.models import MailPreference
from qiao.website.forms.fields import model_field

PERSON = ("name", "name_zh", "language", "time_zone")
TOPICS = ("reviews", "proposals", "introductions", "messages", "collaborations", "calls", "trust")


class SettingsForm(forms.Form):
    """Name, language, time zone and what is mailed."""

    name = model_field(
        User,
        "name",
        label=gettext_lazy("Your name"),
        required=True,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    name_zh = model_field(User, "name_zh", label=gettext_lazy("Your name in Chinese"))
    language = forms.ChoiceField(label=gettext_lazy("Language of pages and e-mail"), choices=InterfaceLanguage.choices)
    time_zone = forms.ChoiceField(
        label=gettext_lazy("Time zone"), required=False, help_text=gettext_lazy("Times are shown in it.")
    )
    reviews = model_field(MailPreference, "reviews")
    proposals = model_field(MailPreference, "proposals")
    introductions = model_field(MailPreference, "introductions")
    messages = model_field(MailPreference, "messages")
    collaborations = model_field(MailPreference, "collaborations")
    calls = model_field(MailPreference, "calls")
    trust = model_field(MailPreference, "trust")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["time_zone"].choices = [  # type: ignore[attr-defined]
            ("", _("That of the site: %(zone)s") % {"zone": site_settings.TIME_ZONE}),
            *((name, name.replace("_", " ")) for name in time_zone_names()),
        ]


class DeleteAccountForm(forms.Form):
    """Proof that it is the person: the password, or the typed address where there is no password."""

    password = forms.CharField(
        label=gettext_lazy("Your password"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    address = forms.CharField(
        label=gettext_lazy("Type your e-mail address"), widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    with_organisations = forms.BooleanField(label=gettext_lazy("Withdraw and delete it as well"), required=False)

    def __init__(self, *args: Any, user: Any, leaves_empty: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        del self.fields["address" if user.has_usable_password() else "password"]
        if not leaves_empty:
            del self.fields["with_organisations"]

    def clean_password(self) -> str:
        password: str = self.cleaned_data["password"]
        if not self.user.check_password(password):
            raise forms.ValidationError(_("This is not your password."))
        return password

    def clean_address(self) -> str:
        address: str = self.cleaned_data["address"]
        if get_user_model().objects.normalize_email(address).lower() != self.user.email.lower():
            raise forms.ValidationError(_("This is not the address of your account."))
        return address
