"""Forms of one's own settings and of deleting one's account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings as site_settings
from django.contrib.auth import get_user_model
from django.utils.dates import WEEKDAYS
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.accounts.models import User
from qiao.common.languages import InterfaceLanguage
from qiao.common.time_zones import time_zone_names
from qiao.notifications.domain.preferences import TOPICS, Timing
from qiao.notifications.enums import Delivery
from qiao.notifications.models import MailPreference
from qiao.website.forms.fields import model_field

PERSON = ("name", "name_zh", "language", "time_zone")
TIMING = ("digest_every", "digest_weekday", "digest_hour", "quiet_from", "quiet_until")


def _clock() -> forms.TimeInput:
    return forms.TimeInput(format="%H:%M", attrs={"type": "time"})


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
    digest_every = model_field(MailPreference, "digest_every")
    digest_weekday = forms.TypedChoiceField(
        label=gettext_lazy("Day, if weekly"), coerce=int, choices=list(WEEKDAYS.items())
    )
    digest_hour = forms.TypedChoiceField(
        label=gettext_lazy("Hour of the digest"),
        coerce=int,
        choices=[(hour, f"{hour:02}:00") for hour in range(24)],
    )
    quiet_from = forms.TimeField(label=gettext_lazy("No e-mail from"), required=False, widget=_clock())
    quiet_until = forms.TimeField(label=gettext_lazy("until"), required=False, widget=_clock())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for topic in TOPICS:
            label = capfirst(MailPreference._meta.get_field(topic).verbose_name)  # type: ignore[union-attr]
            self.fields[topic] = forms.ChoiceField(label=label, choices=Delivery.choices)
        self.fields["time_zone"].choices = [  # type: ignore[attr-defined]
            ("", _("That of the site: %(zone)s") % {"zone": site_settings.TIME_ZONE}),
            *((name, name.replace("_", " ")) for name in time_zone_names()),
        ]

    @property
    def topic_fields(self) -> list[forms.BoundField]:
        """One choice for each topic."""
        return [self[topic] for topic in TOPICS]

    @property
    def timing(self) -> Timing:
        """When to be mailed, once the form is valid."""
        return Timing(**{name: self.cleaned_data[name] for name in TIMING})


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
