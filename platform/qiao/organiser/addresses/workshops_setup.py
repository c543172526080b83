"""Addresses of what workshops there are and what each is."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
