"""Addresses of the programme of a workshop."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
