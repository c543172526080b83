"""Forms of accounts."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import LoginForm as AllauthLoginForm
from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qiao.accounts.models import User
from qiao.common.languages import InterfaceLanguage


class LoginForm(AllauthLoginForm):  # type: ignore[misc]  # allauth ships no types
    """Address and password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].label = _("E-mail address")
        _drop_placeholders(self)


class SignupForm(AllauthSignupForm):  # type: ignore[misc]  # allauth ships no types
    """Name, address, password and language: nothing more is needed to begin. `AccountAdapter.save_user` stores them."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=User._meta.get_field("name").max_length,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    language = forms.ChoiceField(label=_("Language of pages and e-mail"), choices=InterfaceLanguage.choices)

    field_order = ["name", "email", "password1", "language"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["language"].initial = get_language()
        self.fields["email"].label = _("E-mail address")
        _drop_placeholders(self)


def _drop_placeholders(form: forms.Form) -> None:
    """The label says it; a placeholder that repeats it disappears when people need it."""
    for field in form.fields.values():
        field.widget.attrs.pop("placeholder", None)
