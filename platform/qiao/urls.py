"""Addresses of the whole site. Surfaces own their parts."""

from django.contrib import admin
from django.urls import include, path

from qiao.common.health import live, ready
from qiao.website.views.language import switch_language

urlpatterns = [
    path("health/live/", live, name="health_live"),
    path("health/ready/", ready, name="health_ready"),
    path("accounts/", include("allauth.urls")),
    path("i18n/setlang/", switch_language, name="set_language"),
    path("admin/", admin.site.urls),
    path("api/", include("qiao.api.urls")),
    path("organiser/", include("qiao.organiser.urls")),
    path("", include("qiao.website.urls")),
]

handler404 = "qiao.website.views.errors.not_found"
handler403 = "qiao.website.views.errors.forbidden"
handler500 = "qiao.website.views.errors.server_error"
