"""Addresses of calls on the desk."""

from django.urls import path

from qiao.organiser.views import calls

urlpatterns = [
    path("<slug:bridge>/calls/", calls.call_list, name="call_list"),
    path("<slug:bridge>/calls/<slug:public_id>/", calls.call, name="call"),
    path("<slug:bridge>/calls/<slug:public_id>/do/<slug:act>/", calls.call_act, name="call_act"),
]
