"""Who may ask whom for a meeting, by the rules of the workshop."""

from __future__ import annotations

from qiao.workshops.models import Registration


def may_ask(asking: Registration, asked: Registration) -> bool:
    """Whether the rules let one ask the other. A workshop without rules lets everybody ask other organisations."""
    return asking.organisation_id != asked.organisation_id
