"""Where things are, who calls, and the key of the call."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from rest_framework.request import Request
from rest_framework.response import Response

from qiao.accounts.domain.keys import revoke_key, rotate_key
from qiao.accounts.enums import KeyKind
from qiao.accounts.models import ApiKey
from qiao.api.core.problems import plain_problem
from qiao.api.core.views import ApiView
from qiao.api.description import described
from qiao.api.serializers.foundation import IndexOut, KeyOut, MeOut, RotationIn, RotationOut
from qiao.bridges.models import BridgeStaff
from qiao.common.errors import NotAllowed, NotFound
from qiao.directory.models import Affiliation


@csrf_exempt
def nothing_here(request: HttpRequest) -> JsonResponse:
    """An address that is not there."""
    return plain_problem(request, NotFound(_("There is nothing at this address. Addresses end in a slash.")))


class Index(ApiView):
    """Where things are."""

    public = True
    selects = False

    @described(IndexOut, "Where things are", tag="foundation")
    def get(self, request: Request) -> Response:
        addresses = {name: reverse(f"api:{name}") for name in ("me", "schema", "reference")}
        return Response({"version": "1", "bridges": reverse("api:bridge_list"), **addresses})


@dataclass(frozen=True)
class _Me:
    person: Any
    organisations: list[dict[str, Any]]
    bridges: list[dict[str, Any]]
    key: ApiKey | None


class Me(ApiView):
    """Who calls."""

    @described(MeOut, "Who calls, and by which key", tag="foundation")
    def get(self, request: Request) -> Response:
        access = self.access
        user: Any = request.user
        roles = dict(Affiliation.objects.filter(user=user).values_list("organisation_id", "role"))
        staff = BridgeStaff.objects.filter(user=user).select_related("bridge")
        bridges = [
            {"bridge": one.bridge.slug, "role": one.role}
            for one in staff
            if access.sits_at_desk() and access.opens(one.bridge)
        ]
        organisations = [
            {"id": one.public_id, "name": one.name, "role": roles.get(one.pk)} for one in access.organisations()[:200]
        ]
        return self.one(MeOut, _Me(request.user, organisations, bridges, access.key))


class CurrentKey(ApiView):
    """The key of the call."""

    @described(KeyOut, "The key of this call", tag="foundation")
    def get(self, request: Request) -> Response:
        return self.one(KeyOut, _key(self))

    @described(None, "End the key of this call", tag="foundation", status=204)
    def delete(self, request: Request) -> Response:
        revoke_key(_key(self), actor=request.user)
        return Response(status=204)


class Rotation(ApiView):
    """A new secret for the token of the call."""

    #: An answer with a secret in it is not kept.
    repeatable = False

    @described(
        RotationOut, "Change the secret of this token", tag="foundation", body=RotationIn, status=201,
        text="The old secret goes on holding for `overlap_hours`. If the answer does not reach you, ask again with the "
        "secret you have. The secret of a client is changed on its page.",
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        key = _key(self)
        if key.kind != KeyKind.TOKEN:
            raise NotAllowed(_("The secret of a client is changed on its page."))
        shown = request.META["HTTP_AUTHORIZATION"].partition(" ")[2].strip()
        values = self.read(RotationIn)
        key, secret = rotate_key(key, actor=request.user, in_use=shown, **values)
        response = self.made(RotationOut, key, reverse("api:current_key"), secret=secret)
        response["Cache-Control"] = "no-store"
        return response


def _key(view: ApiView) -> ApiKey:
    """Raises `NotFound` for a call without one."""
    if view.access.key is None:
        raise NotFound
    return ApiKey.objects.select_related("user").get(pk=view.access.key.pk)
