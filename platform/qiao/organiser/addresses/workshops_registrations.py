"""Addresses of registering for a workshop."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
