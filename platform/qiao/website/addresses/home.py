"""Addresses of the start page and of what belongs to no bridge."""

from django.conf import settings
from django.urls import path

from qiao.website.views import home

urlpatterns = [
    path("", home.home, name="home"),
    path("welcome/", home.after_sign_in, name="after_sign_in"),
]

if settings.QIAO_ENV in ("development", "test"):
    from qiao.website.views import styleguide

    urlpatterns.append(path("styleguide/", styleguide.styleguide, name="styleguide"))
