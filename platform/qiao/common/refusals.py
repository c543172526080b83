"""What a domain function refuses, shown at the fields it is about."""

from __future__ import annotations

from django import forms

from qiao.common.errors import Duplicate, InvalidInput


def show_refusal(form: forms.BaseForm, refusal: InvalidInput | Duplicate) -> None:
    """Add the messages of a refusal to the form: to its fields, or to the whole where it has no such field."""
    if isinstance(refusal, Duplicate):
        field = refusal.context.get("field")
        form.add_error(field if field in form.fields else None, str(refusal))
        return
    for name, messages in refusal.errors.items():
        for message in messages:
            form.add_error(name if name in form.fields else None, message)
    if not refusal.errors:
        form.add_error(None, str(refusal))
