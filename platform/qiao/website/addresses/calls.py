"""Addresses of calls: reading and entering them, publishing and deciding one's own, reviewing."""

from django.urls import path

from qiao.website.views import calls, calls_entry, calls_manage, calls_review

_ONE = "<slug:bridge>/calls/<slug:public_id>/"
_MY = "<slug:bridge>/my/calls/"

urlpatterns = [
    path("invitations/review/<str:token>/", calls_review.review_invitation, name="review_invitation"),
    path("<slug:bridge>/calls/", calls.call_list, name="call_list"),
    path(_ONE, calls.call, name="call"),
    path(f"{_ONE}invitation/", calls.call_invitation, name="call_invitation"),
    path(f"{_ONE}entry/", calls_entry.call_entry, name="call_entry"),
    path(f"{_ONE}entry/do/<slug:act>/", calls_entry.call_entry_act, name="call_entry_act"),
    path(f"{_ONE}review/", calls_review.call_review, name="call_review"),
    path(f"{_ONE}review/<slug:entry>/", calls_review.call_review_entry, name="call_review_entry"),
    path(_MY, calls_manage.my_calls, name="my_calls"),
    path(f"{_MY}new/", calls_manage.call_new, name="call_new"),
    path(f"{_MY}<slug:public_id>/", calls_manage.my_call, name="my_call"),
    path(f"{_MY}<slug:public_id>/edit/", calls_manage.call_edit, name="call_edit"),
    path(f"{_MY}<slug:public_id>/do/<slug:act>/", calls_manage.my_call_act, name="my_call_act"),
    path(f"{_MY}<slug:public_id>/entries/<slug:entry>/", calls_manage.my_call_entry, name="my_call_entry"),
]
