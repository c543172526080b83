"""Addresses of the map of standards."""

from django.urls import path

from qiao.website.views import standards as views

urlpatterns = [
    path("<slug:bridge>/standards/", views.standards, name="standards"),
    path("<slug:bridge>/standards/bodies/<slug:code>/", views.standards_body, name="standards_body"),
    path("<slug:bridge>/standards/committees/<slug:public_id>/", views.standards_committee, name="standards_committee"),
]
