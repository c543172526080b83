"""At which hours of their own clock people who take part online have meetings."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from qiao.common.errors import NotAllowed
from qiao.workshops.domain.log import log_act
from qiao.workshops.models import Registration


@transaction.atomic
def set_any_hour(registration: Registration, *, actor: Any, at_any_hour: bool) -> Registration:
    """Say that one would meet at any hour, or from 7:00 to 22:00 of one's own clock only."""
    if registration.user_id != actor.pk:
        raise NotAllowed
    if registration.at_any_hour != at_any_hour:
        registration.at_any_hour = at_any_hour
        registration.save(update_fields=["at_any_hour", "updated_at"])
        log_act(
            registration.workshop, "set_meeting_hours", actor=actor, subject=registration,
            organisation_id=registration.organisation_id,
        )  # fmt: skip
    return registration
