"""Hearing of confirmed addresses: who was registered by others before they had an account finds it there."""

from __future__ import annotations

from typing import Any

from allauth.account.signals import email_confirmed


def connect() -> None:
    """Listen to the sign-in's signal."""
    email_confirmed.connect(_confirmed, dispatch_uid="workshops.email_confirmed")


def _confirmed(email_address: Any, **_: Any) -> None:
    from qiao.workshops.domain.registering import link_registrations

    link_registrations(email_address.user)
