"""What every view of the interface is made of."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from functools import partial
from hashlib import sha256
from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db.models import QuerySet
from django.http import Http404
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import http_date
from django.utils.translation import get_language_from_request
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from qiao.accounts.enums import ApiAction, ApiResource
from qiao.activity.domain.audit import acting_by_key
from qiao.api.core import limits
from qiao.api.core.access import Access, BrowserSession, KeyAuthentication
from qiao.api.core.errors import (
    BadRequest,
    InsufficientScope,
    InvalidParameter,
    NotAuthenticated,
    PreconditionFailed,
    PreconditionRequired,
    TooManyRequests,
)
from qiao.api.core.idempotency import once
from qiao.api.core.json import OnlyJson, StrictJsonParser, Utf8JsonRenderer
from qiao.api.core.pages import page_of, size_of
from qiao.api.core.problems import answer_error
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.directory.models import Organisation

SAFE = frozenset({"GET", "HEAD"})
#: Sent with any answer, so that a cache keeps apart what belongs to different readers.
VARY = ("Authorization", "Cookie", "Accept-Language")


class ApiView(APIView):
    """One address. `resource` is what a key must be made for; `public` what may be read without signing in.

    Every method that changes something takes an `Idempotency-Key` when it is a POST, and is recorded with the key.
    """

    resource: ClassVar[ApiResource | None] = None
    public: ClassVar[bool] = False
    #: Parameters of the address that a GET takes, besides those of lists and of field selection.
    parameters: ClassVar[tuple[str, ...]] = ()
    pages: ClassVar[bool] = False
    selects: ClassVar[bool] = True
    #: Whether a POST takes an `Idempotency-Key`.
    repeatable: ClassVar[bool] = True

    #: Since when it is deprecated, and when it goes (`docs/api.md`).
    deprecated: ClassVar[tuple[datetime.datetime, datetime.datetime] | None] = None

    authentication_classes: Any = (KeyAuthentication, BrowserSession)
    permission_classes = ()
    parser_classes: Any = (StrictJsonParser,)
    renderer_classes = (Utf8JsonRenderer,)
    content_negotiation_class = OnlyJson
    metadata_class = None
    http_method_names: Any = ("get", "head", "post", "patch", "delete")

    request: Request
    allowance: limits.Allowance | None = None

    # --- who calls, and whether they may ------------------------------------------------------------------------------
    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        self._count_and_authenticate(request)
        translation.activate(self._language(request))
        if (request.method or "").lower() not in self.http_method_names or not hasattr(self, request.method.lower()):  # type: ignore[union-attr]
            self.http_method_not_allowed(request)
        self._check_address(request, kwargs)
        self._check_scope(request)
        self._wrap(request)

    def _count_and_authenticate(self, request: Request) -> None:
        address = limits.address_of(request)
        try:
            self.perform_authentication(request)
        except Exception:
            # Guessing is counted by where it comes from.
            self._take("anonymous", address)
            raise
        access = self.access
        if access.key is not None:
            self._take("key", access.key.public_id)
        elif request.user.is_authenticated:
            self._take("person", str(request.user.pk))
        else:
            self._take("anonymous", address)

    def _take(self, kind: str, who: str) -> None:
        self.allowance = limits.take(kind, who)
        if self.allowance is not None and self.allowance.is_over:
            raise TooManyRequests(retry_after=self.allowance.resets_in)

    def _language(self, request: Request) -> str:
        """What the caller asks for, else what the person reads in."""
        if "HTTP_ACCEPT_LANGUAGE" not in request.META and request.user.is_authenticated:
            return str(request.user.language)
        return get_language_from_request(request._request)

    def _check_address(self, request: Request, kwargs: dict[str, Any]) -> None:
        for name in request.query_params:
            values = request.query_params.getlist(name)
            if name not in self._known_parameters() or len(values) > 1 or any("\x00" in one for one in values):
                raise InvalidParameter(parameter=name[:40])
        if request.encoding and request.encoding.lower() not in ("utf-8", "utf8"):
            raise BadRequest

    def _known_parameters(self) -> set[str]:
        if self.request.method not in SAFE:
            return set()
        paging = {"cursor", "limit"} if self.pages else set()
        return paging | ({"fields"} if self.selects else set()) | set(self.parameters)

    def _check_scope(self, request: Request) -> None:
        action = ApiAction.READ if request.method in SAFE else ApiAction.WRITE
        if not request.user.is_authenticated and not (self.public and action == ApiAction.READ):
            raise NotAuthenticated
        if self.resource is not None and not self.access.allows(self.resource, action):
            raise InsufficientScope

    def _wrap(self, request: Request) -> None:
        """Have what changes something done once, and recorded with its key."""
        name = (request.method or "").lower()
        handler: Callable[..., Response] | None = getattr(self, name, None)
        if request.method in SAFE or handler is None:
            return
        if self.access.key is not None:
            handler = partial(_by_key, self.access.key.public_id, handler)
        if request.method == "POST" and self.repeatable:
            handler = partial(_once, request, handler)
        setattr(self, name, handler)

    # --- answers ------------------------------------------------------------------------------------------------------
    def get_exception_handler(self) -> Any:
        return answer_error

    def handle_exception(self, exc: Exception) -> Response:
        response: Response = self.get_exception_handler()(exc, {"view": self, "request": self.request})
        response.exception = True
        return response

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        if self.allowance is not None:
            for name, value in self.allowance.headers().items():
                response[name] = value
        if self.deprecated is not None:
            since, until = self.deprecated
            response["Deprecation"], response["Sunset"] = f"@{int(since.timestamp())}", http_date(until.timestamp())
        patch_vary_headers(response, VARY)
        response.setdefault("Cache-Control", "private, no-cache")
        response["Content-Language"] = translation.get_language() or "en"
        return response

    def one(self, serializer: type[BaseSerializer[Any]], obj: Any, *, status: int = 200, **context: Any) -> Response:
        """One thing, with its ETag: of the whole of it, whatever fields are asked for."""
        whole = self._serialized(serializer, obj, context)
        etag = etag_of(whole)
        if status == 200 and self.request.method in SAFE and _matches(self.request, "HTTP_IF_NONE_MATCH", etag):
            response = Response(status=304)
        else:
            response = Response(_selected(whole, self._wanted(whole)), status=status)
        response["ETag"] = etag
        return response

    def many(
        self,
        serializer: type[BaseSerializer[Any]],
        queryset: QuerySet[Any],
        *,
        order: tuple[str, ...] = ("-id",),
        prepare: Callable[[list[Any]], list[Any]] = list,
        **context: Any,
    ) -> Response:
        """A page of a list. `prepare` makes of its rows what is serialised, for the whole page at once."""
        page = page_of(self.request, queryset, order)
        return self.listed(serializer, prepare(page.rows), cursor=page.cursor, **context)

    def sliced(
        self, serializer: type[BaseSerializer[Any]], rows: list[Any], *, key: Callable[[Any], str], **context: Any
    ) -> Response:
        """A page of rows that are all there already: `key` names the row after which the next page begins."""
        size, after = size_of(self.request), self.request.query_params.get("cursor", "")
        if after:
            place = next((number for number, row in enumerate(rows) if key(row) == after), None)
            if place is None:
                raise InvalidParameter(parameter="cursor")
            rows = rows[place + 1 :]
        shown = rows[:size]
        return self.listed(serializer, shown, cursor=key(shown[-1]) if len(rows) > size else "", **context)

    def listed(
        self, serializer: type[BaseSerializer[Any]], rows: Iterable[Any], *, cursor: str = "", **context: Any
    ) -> Response:
        """Rows that are all of a list, or a page of it."""
        made = serializer(list(rows), many=True, context=self._context(context))
        fields: dict[str, Any] = made.child.fields  # type: ignore[attr-defined]  # of a list serializer
        wanted = self._wanted(fields)
        for name in set(fields) - wanted:
            # Not even computed.
            fields.pop(name)
        following = None
        if cursor:
            query = self.request.query_params.copy()
            query["cursor"] = cursor
            following = f"{self.request.path}?{query.urlencode()}"
        response = Response({"items": made.data, "next": following})
        if following:
            response["Link"] = f'<{following}>; rel="next"'
        return response

    def made(self, serializer: type[BaseSerializer[Any]], obj: Any, location: str, **context: Any) -> Response:
        """Something new, and where it is."""
        response = self.one(serializer, obj, status=201, **context)
        response["Location"] = location
        return response

    def check_match(self, serializer: type[BaseSerializer[Any]], obj: Any, **context: Any) -> None:
        """Refuse a change of something that is not as the caller has read it. The caller of this holds its lock.

        Raises `PreconditionRequired` without `If-Match`, `PreconditionFailed` with another.
        """
        if "HTTP_IF_MATCH" not in self.request.META:
            raise PreconditionRequired
        if not _matches(self.request, "HTTP_IF_MATCH", etag_of(self._serialized(serializer, obj, context))):
            raise PreconditionFailed

    def read(self, serializer: type[BaseSerializer[Any]], *, partial: bool = False, **context: Any) -> dict[str, Any]:
        """The body, checked. Raises `InvalidInput`, also for a field that is not known."""
        if not isinstance(self.request.data, dict):
            raise InvalidInput(errors={"": [translation.gettext("Expected an object.")]})
        reader = serializer(data=self.request.data, partial=partial, context=self._context(context))
        unknown = set(self.request.data) - {name for name, one in reader.fields.items() if not one.read_only}  # type: ignore[attr-defined]
        if unknown:
            raise InvalidInput(
                errors={
                    str(name)[:60]: [translation.gettext("There is no such field.")] for name in sorted(unknown)[:20]
                }
            )
        reader.is_valid(raise_exception=True)
        values: dict[str, Any] = reader.validated_data
        return values

    def _serialized(self, serializer: type[BaseSerializer[Any]], obj: Any, context: dict[str, Any]) -> dict[str, Any]:
        return dict(serializer(obj, context=self._context(context)).data)

    def _context(self, extra: dict[str, Any]) -> dict[str, Any]:
        return {"request": self.request, "view": self, "access": self.access, **extra}

    def _wanted(self, known: Iterable[str]) -> set[str]:
        names = set(known)
        asked = self.request.query_params.get("fields") if self.request.method in SAFE else None
        if asked is None:
            return names
        wanted = set(asked.split(","))
        if not wanted <= names:
            raise InvalidParameter(parameter="fields")
        return wanted

    # --- what it is about ---------------------------------------------------------------------------------------------
    @property
    def access(self) -> Access:
        found = self.request.auth
        return found if isinstance(found, Access) else Access(self.request.user or AnonymousUser())

    @property
    def bridge(self) -> Bridge:
        """The bridge of the address. Raises `Http404` for one that is not there, not open to the person, or not the
        one that their key is for."""
        known: Bridge | None = self.__dict__.get("_bridge")
        if known is None:
            reader = self.request.user if self.access.sits_at_desk() else AnonymousUser()
            found = Bridge.objects.visible_to(reader).filter(slug=self.kwargs["bridge"]).first()
            if found is None or not self.access.opens(found):
                raise Http404
            self.__dict__["_bridge"] = known = found
        return known

    def acting_by_address(self, among: QuerySet[Organisation] | None = None) -> Organisation:
        """The organisation that a list is asked for: `?organisation=`, else the only one there can be.

        Raises `Http404` for one that the caller does not act for, and `InvalidParameter` when it must be named.
        """
        mine = self.access.organisations() if among is None else among
        public_id = self.request.query_params.get("organisation")
        if public_id:
            found = mine.filter(public_id=public_id).first()
            if found is None:
                raise Http404
            return found
        only = list(mine[:2])
        if len(only) != 1:
            raise InvalidParameter(translation.gettext("Say for which organisation."), parameter="organisation")
        return only[0]

    def acting_for(self, public_id: str | None) -> Organisation:
        """The organisation that a call is made for: the one it names, else the only one there can be.

        Raises `InvalidInput` for one that the caller does not act for, and when it must be named.
        """
        mine = self.access.organisations().select_related("managed_by")
        if public_id:
            found = mine.filter(public_id=public_id).first()
            if found is None:
                raise InvalidInput(
                    errors={"organisation": [translation.gettext("You do not act for this organisation.")]}
                )
            return found
        only = list(mine[:2])
        if len(only) != 1:
            raise InvalidInput(errors={"organisation": [translation.gettext("Say for which organisation.")]})
        return only[0]


def etag_of(data: dict[str, Any]) -> str:
    """A strong tag of what is told of a thing."""
    return f'"{sha256(Utf8JsonRenderer().render(data)).hexdigest()[:32]}"'


def _matches(request: Request, header: str, etag: str) -> bool:
    said = request.META.get(header, "")
    tags = {one.strip() for one in said.split(",")}
    if header == "HTTP_IF_NONE_MATCH":
        tags = {one.removeprefix("W/") for one in tags}  # weak comparison
    return "*" in tags or etag in tags


def _selected(whole: dict[str, Any], wanted: set[str]) -> dict[str, Any]:
    return {name: value for name, value in whole.items() if name in wanted}


def _by_key(key: str, handler: Callable[..., Response], /, *args: Any, **kwargs: Any) -> Response:
    with acting_by_key(key):
        return handler(*args, **kwargs)


def _once(request: Request, handler: Callable[..., Response], /, *args: Any, **kwargs: Any) -> Response:
    return once(request, lambda: handler(*args, **kwargs))
