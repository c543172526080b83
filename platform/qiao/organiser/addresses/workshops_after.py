"""Addresses of what comes after a workshop."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
