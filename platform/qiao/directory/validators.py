"""Checks of single values, with messages that say what to do."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from qiao.common.regions import is_country


def validate_country(value: str) -> None:
    """An ISO 3166 two-letter code."""
    if not is_country(value):
        raise ValidationError(
            _("“%(value)s” is not a two-letter country code, such as CN or GB."), params={"value": value}
        )


def validate_founding_year(value: int) -> None:
    """Not in the future."""
    if value > datetime.datetime.now(datetime.UTC).year:
        raise ValidationError(_("This year is still to come."))
