"""Addresses of the home pages."""

from django.urls import path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(url="/accounts/login/"), name="home"),
    path("welcome/", RedirectView.as_view(url="/"), name="after_sign_in"),
]
