"""What allauth asks us: how a new person is stored, and how messages go out."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest
from django.utils.translation import get_language

from qiao.accounts.models import User
from qiao.activity.domain.audit import record
from qiao.common.languages import InterfaceLanguage
from qiao.common.text import clean_line
from qiao.notifications.domain.mail import write_mail


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Our answers to allauth's questions."""

    def save_user(self, request: HttpRequest, user: User, form: Form, commit: bool = True) -> User:
        """Store a new person with the name and language of the sign-up form."""
        user.name = clean_line(form.cleaned_data.get("name") or user.name)
        user.language = form.cleaned_data.get("language") or _language_in_use()
        with transaction.atomic():
            saved: User = super().save_user(request, user, form, commit)
            if commit:
                record("sign_up", saved, actor=saved)
        return saved

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue allauth's message with our words, in the language of the person it is for.

        Queued, not sent: neither a slow mail server nor one that is away is felt by who signs up.
        """
        name = template_prefix.rpartition("/")[2]
        person = context.get("user") or User.objects.filter(email__iexact=email).first()
        language = person.language if isinstance(person, User) else _language_in_use()
        with transaction.atomic():
            write_mail(f"account/{name}", to=email, language=language, context=context | {"email": email})


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    """Sign-in by an identity provider of an organisation."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Take the name as the provider gives it: ours is one field."""
        user: User = super().populate_user(request, sociallogin, data)
        parts = [data.get("first_name") or "", data.get("last_name") or ""]
        user.name = clean_line(data.get("name") or " ".join(part for part in parts if part))[:120]
        user.language = _language_in_use()
        return user


def _language_in_use() -> str:
    language = get_language() or InterfaceLanguage.ENGLISH
    return language if language in InterfaceLanguage.values else InterfaceLanguage.ENGLISH
