"""Addresses of the website."""

from django.urls import path
from django.views.generic import RedirectView

app_name = "website"
urlpatterns = [
    path("", RedirectView.as_view(url="/accounts/login/"), name="home"),
    path("welcome/", RedirectView.as_view(url="/"), name="after_sign_in"),
]
