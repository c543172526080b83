"""Errors of the business. Each has a stable code; a page or a problem document is made of it in one place."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _


class QiaoError(Exception):
    """Something the person can understand and act on.

    `code` is stable and machine-readable, `message` is translated prose, `status` the HTTP status it becomes.
    """

    code = "error"
    message: Any = _("Something went wrong. Nothing was changed.")
    status = 400

    def __init__(self, message: Any | None = None, **context: Any) -> None:
        self.message = message if message is not None else type(self).message
        self.context = context
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.message)


class NotAllowed(QiaoError):
    """The actor may see the object but not do this to it."""

    code = "not_allowed"
    message = _("You may not do this. Ask an owner of the organisation or an organiser of the bridge.")
    status = 403


class NotFound(QiaoError):
    """The object does not exist, or the actor must not learn that it does."""

    code = "not_found"
    message = _("We could not find this page.")
    status = 404


class TransitionNotAllowed(QiaoError):
    """The state table has no such step."""

    code = "transition_not_allowed"
    message = _("This cannot be done in its present state. Somebody may have changed it: reload the page.")
    status = 409


class InvalidInput(QiaoError):
    """The input is refused. `errors` maps field names to messages."""

    code = "invalid_input"
    message = _("Some of what you typed needs a change.")
    status = 422

    def __init__(
        self, message: Any | None = None, *, errors: dict[str, list[str]] | None = None, **context: Any
    ) -> None:
        super().__init__(message, **context)
        self.errors = errors or {}


class Duplicate(QiaoError):
    """There is one already."""

    code = "duplicate"
    message = _("This exists already.")
    status = 409
