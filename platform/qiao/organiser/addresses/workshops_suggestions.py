"""Addresses of proposed sessions of a workshop."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
