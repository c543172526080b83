"""Addresses of a participant's own pages: registration, organisation, people, settings."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
