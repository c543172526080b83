"""Addresses of calls, entries and figures."""

from django.urls import path

from qiao.api.views import calls

_ALL = "bridges/<slug:bridge>/calls/"
_ONE = f"{_ALL}<slug:public_id>/"

urlpatterns = [
    path(_ALL, calls.CallList.as_view(), name="call_list"),
    path(_ONE, calls.OneCall.as_view(), name="call"),
    path(f"{_ONE}entries/", calls.EntryList.as_view(), name="entry_list"),
    path(f"{_ONE}entries/<slug:entry>/", calls.OneEntry.as_view(), name="entry"),
    path(f"{_ONE}entries/<slug:entry>/act/", calls.EntryAct.as_view(), name="entry_act"),
    path("bridges/<slug:bridge>/figures/", calls.Figures.as_view(), name="figures"),
]
