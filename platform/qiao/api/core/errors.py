"""Refusals that only the interface makes. Their codes are stable: programs act by them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from qiao.common.errors import QiaoError


class BadRequest(QiaoError):
    """The call cannot be read."""

    code = "bad_request"
    message = _("This call cannot be read.")
    status = 400


class InvalidJson(BadRequest):
    """The body is no JSON, or JSON that nobody means well with."""

    code = "invalid_json"
    message = _("The body is not the JSON that is expected here.")


class InvalidParameter(BadRequest):
    """A parameter of the address is unknown or wrong."""

    code = "invalid_parameter"
    message = _("A parameter of the address is not understood.")


class NotAuthenticated(QiaoError):
    """Nobody is signed in, and somebody must be."""

    code = "not_authenticated"
    message = _("Sign in, or send a token.")
    status = 401


class InvalidToken(QiaoError):
    """The token is unknown, over or ended."""

    code = "invalid_token"
    message = _("This token does not hold.")
    status = 401


class InsufficientScope(QiaoError):
    """The key was not made for this."""

    code = "insufficient_scope"
    message = _("The key has no scope for this.")
    status = 403


class CsrfFailed(QiaoError):
    """A browser's session without its CSRF token."""

    code = "csrf_failed"
    message = _("The request does not carry the CSRF token of its session.")
    status = 403


class MethodNotAllowed(QiaoError):
    """There is something at this address, but not for this method."""

    code = "method_not_allowed"
    message = _("This address does not take this method.")
    status = 405


class RequestInFlight(QiaoError):
    """The same `Idempotency-Key` is being worked on."""

    code = "request_in_flight"
    message = _("A call with this Idempotency-Key is being worked on. Try again in a moment.")
    status = 409


class PreconditionFailed(QiaoError):
    """Somebody has changed it meanwhile."""

    code = "precondition_failed"
    message = _("It has changed since you read it. Read it again.")
    status = 412


class BodyTooLarge(QiaoError):
    """More than a call may carry."""

    code = "body_too_large"
    message = _("The body is larger than a call may carry.")
    status = 413


class UnsupportedMediaType(QiaoError):
    """Not JSON."""

    code = "unsupported_media_type"
    message = _("Send JSON: Content-Type: application/json.")
    status = 415


class IdempotencyKeyReused(QiaoError):
    """The same key with another body."""

    code = "idempotency_key_reused"
    message = _("This Idempotency-Key was used for another call. Take a new one.")
    status = 422


class PreconditionRequired(QiaoError):
    """A change without saying of what."""

    code = "precondition_required"
    message = _("Say what you change: send the ETag that you read as If-Match.")
    status = 428


class TooManyRequests(QiaoError):
    """Over the limit."""

    code = "too_many_requests"
    message = _("Too many calls. Wait for as long as Retry-After says.")
    status = 429


class ServerError(QiaoError):
    """Our mistake."""

    code = "server_error"
    message = _("Something went wrong on our side. Nothing was changed.")
    status = 500
