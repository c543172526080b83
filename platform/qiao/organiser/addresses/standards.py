"""Addresses of the map of standards at the desk."""

from django.urls import path

from qiao.organiser.views import standards as views

_ALL = "<slug:bridge>/standards/"

urlpatterns = [
    path(_ALL, views.standards_syncs, name="standards_syncs"),
    path(f"{_ALL}<slug:public_id>/", views.standards_sync, name="standards_sync"),
    path(f"{_ALL}<slug:public_id>/progress/", views.standards_sync_progress, name="standards_sync_progress"),
    path(f"{_ALL}<slug:public_id>/retry/", views.standards_sync_retry, name="standards_sync_retry"),
    path(f"{_ALL}<slug:public_id>/rows/", views.standards_sync_rows, name="standards_sync_rows"),
]
