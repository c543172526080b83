"""Addresses of what a participant browses: directory, needs and offers, proposals, saved items."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
