"""The language a person reads in."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from qiao.accounts.models import User
from qiao.activity.domain.audit import record
from qiao.common.errors import InvalidInput
from qiao.common.languages import InterfaceLanguage


@transaction.atomic
def choose_language(user: User, *, actor: Any, language: str) -> User:
    """Keep the language of pages and mail. Raises `InvalidInput` for one the site does not speak."""
    if language not in InterfaceLanguage.values:
        raise InvalidInput
    if user.language != language:
        before, user.language = user.language, language
        user.save(update_fields=["language"])
        record("choose_language", user, actor=actor, before=before, after=language)
    return user
