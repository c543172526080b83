"""What a listing states besides its text, as labelled pairs. What nobody stated is left out: unknown is not none."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models.enums import Choices
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from qiao.bridges.models import Side
from qiao.common.languages import interface_text_language
from qiao.common.regions import country_name
from qiao.directory.enums import (
    CooperationForm,
    DevelopmentStage,
    Direction,
    OrganisationKind,
    OrganisationSize,
)
from qiao.directory.models import Listing


def listing_facts(listing: Listing, side: Side | None = None) -> list[dict[str, Any]]:
    """Pairs of `label` and `value` for the page of a listing."""
    partners = "; ".join(
        part
        for part in (labels(OrganisationKind, listing.partner_kinds), labels(OrganisationSize, listing.partner_sizes))
        if part
    )
    stage = listing.get_stage_display()
    if stage and listing.trl:
        stage = f"{stage} · TRL {listing.trl}"
    facts = [
        (_("Ticket") if listing.direction == Direction.OFFER else _("Amount sought"), str(listing.money or "")),
        (_("Stage of development"), stage),
        (_("Stages invested in"), labels(DevelopmentStage, listing.stages_sought)),
        (_("Regions invested in"), joined(listing.regions_sought)),
        (_("Intellectual property"), listing.get_ip_status_display()),
        (_("Forms of cooperation sought"), labels(CooperationForm, listing.forms)),
        (_("Partners sought"), partners or _("Any kind and size")),
        (_("Countries sought"), joined(country_name(code) for code in listing.countries) or _("Any")),
        (_("Valid until"), date_format(listing.valid_until, "DATE_FORMAT") if listing.valid_until else ""),
        (_("Published"), date_format(listing.published_at, "DATE_FORMAT") if listing.published_at else ""),
        (_("Side"), str(side or "")),
    ]
    return [{"label": label, "value": value} for label, value in facts if value]


def labels(choices: type[Choices], values: Iterable[str]) -> str:
    """Labels of stored values, in the order of the enumeration."""
    wanted = set(values)
    return joined(str(label) for value, label in choices.choices if value in wanted)


def joined(words: Iterable[str]) -> str:
    """Words in a row, with the comma of the interface's language."""
    return ("、" if interface_text_language() == "zh" else ", ").join(words)
