"""Addresses of the days of a workshop, and calendars."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
