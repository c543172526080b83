"""Addresses of meetings at a workshop."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
