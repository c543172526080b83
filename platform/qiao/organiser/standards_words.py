"""What is wrong with a row or a file of standards, in words."""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

_WORDS: dict[str, Promise | str] = {
    "not_an_object": _("The row is not an object."),
    "no_reference": _("It has no reference."),
    "long_reference": _("The reference is too long."),
    "no_committee": _("It does not say which committee it belongs to."),
    "bad_date": _("The date of publication is not a date."),
    "bad_stage": _("This is no harmonised stage code."),
    "bad_ics": _("This is no ICS code."),
    "bad_kind": _("This kind of committee is unknown."),
    "bad_lifecycle": _("This state of a committee is unknown."),
    "bad_title": _("The title cannot be read."),
    "own_parent": _("A committee cannot be under itself."),
    "bad_json": _("The row is not valid JSON."),
    "bad_encoding": _("The text is in no encoding that we can read. Save it as UTF-8."),
    "long_row": _("The row is too long."),
    "bad_csv": _("The row of the table cannot be read."),
    "too_many_cells": _("The row has more cells than the table has columns."),
    "empty": _("The file is empty."),
    "broken_file": _("The compressed file is damaged."),
    "no_reference_column": _("The table has no column “reference”."),
}


def row_words(code: str) -> str:
    """A code in a sentence; an unknown one as it is."""
    return str(_WORDS.get(code, code))
