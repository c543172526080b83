"""Address of a bridge's own page: last, because its pattern is the widest."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
