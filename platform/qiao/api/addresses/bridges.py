"""Addresses of bridges and of the taxonomy."""

from django.urls import path

from qiao.api.views import bridges

urlpatterns = [
    path("sectors/", bridges.SectorList.as_view(), name="sector_list"),
    path("bridges/", bridges.BridgeList.as_view(), name="bridge_list"),
    path("bridges/<slug:bridge>/", bridges.OneBridge.as_view(), name="bridge"),
]
