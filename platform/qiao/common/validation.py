"""Checking a model before it is stored, with our own error."""

from __future__ import annotations

from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import models

from qiao.common.errors import InvalidInput


def check_model(obj: models.Model, *, exclude: Iterable[str] = ()) -> None:
    """Run the model's own checks. Raises `InvalidInput` with the messages by field."""
    try:
        obj.full_clean(exclude=set(exclude), validate_unique=False, validate_constraints=True)
    except ValidationError as error:
        raise InvalidInput(errors=error.message_dict) from error


def check_fields(obj: models.Model, *, exclude: Iterable[str] = ()) -> None:
    """Check each field by itself, without asking the database: for many rows at once. Raises `InvalidInput`."""
    try:
        obj.clean_fields(exclude=set(exclude))
    except ValidationError as error:
        raise InvalidInput(errors=error.message_dict) from error
