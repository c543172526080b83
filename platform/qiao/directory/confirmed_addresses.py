"""Hearing of people's addresses from the sign-in: one confirmed, changed or removed may speak for an organisation."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import email_changed, email_confirmed, email_removed


def connect() -> None:
    """Listen to the sign-in's signals."""
    email_confirmed.connect(_confirmed, dispatch_uid="directory.email_confirmed")
    email_changed.connect(_of_person, dispatch_uid="directory.email_changed")
    email_removed.connect(_of_person, dispatch_uid="directory.email_removed")


def _confirmed(email_address: Any, **_: Any) -> None:
    _of_person(user=email_address.user)


def _of_person(user: Any, **_: Any) -> None:
    from qiao.directory.domain.trust.email_domain import check_domains_of_person

    check_domains_of_person(user.pk)
