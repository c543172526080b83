"""Bridges and the taxonomy."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from rest_framework.request import Request
from rest_framework.response import Response

from qiao.accounts.enums import ApiResource
from qiao.api.core.views import ApiView
from qiao.api.description import described
from qiao.api.serializers.bridges import BridgeOut, SectorOut
from qiao.bridges.models import Bridge
from qiao.directory.models import Sector


class BridgeList(ApiView):
    """Bridges."""

    resource = ApiResource.BRIDGES
    public = True
    pages = True

    @described(BridgeOut, "Bridges that the caller may see", tag="bridges", many=True, public=True)
    def get(self, request: Request) -> Response:
        reader = request.user if self.access.sits_at_desk() else AnonymousUser()
        bridges = Bridge.objects.visible_to(reader).prefetch_related("sides")
        if self.access.key is not None and self.access.key.bridge_id is not None:
            bridges = bridges.filter(pk=self.access.key.bridge_id)
        return self.many(BridgeOut, bridges, order=("slug", "id"))


class OneBridge(ApiView):
    """A bridge."""

    resource = ApiResource.BRIDGES
    public = True

    @described(BridgeOut, "A bridge", tag="bridges", public=True, errors=[404])
    def get(self, request: Request, bridge: str) -> Response:
        return self.one(BridgeOut, self.bridge)


class SectorList(ApiView):
    """The taxonomy."""

    resource = ApiResource.BRIDGES
    public = True
    pages = True

    @described(SectorOut, "Sectors and their branches", tag="bridges", many=True, public=True)
    def get(self, request: Request) -> Response:
        return self.many(SectorOut, Sector.objects.select_related("parent"), order=("position", "id"))
