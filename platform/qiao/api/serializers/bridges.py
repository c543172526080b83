"""Bridges and the taxonomy of sectors."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from qiao.api.core.fields import Texts, TwoTexts
from qiao.bridges.enums import BridgeState
from qiao.common.languages import InterfaceLanguage


class SideOut(serializers.Serializer[Any]):
    """One end of a bridge."""

    code = serializers.CharField(help_text="Code of the side, stable within the bridge.")
    country = serializers.CharField(help_text="ISO 3166 code of its country.")
    region = Texts(help_text="The region, if it is one.")
    guiding_body = Texts(help_text="The body that guides the side.")


class BridgeOut(serializers.Serializer[Any]):
    """A lasting corridor between regions of two or more countries."""

    id = serializers.CharField(source="public_id", help_text="Identifier of the bridge.")
    slug = serializers.CharField(help_text="Name of the bridge in addresses.")
    name = Texts(help_text="Its name.")
    tagline = Texts(help_text="What it is in a line.")
    description = Texts(help_text="What it is, as Markdown.")
    theme = Texts(help_text="Theme of the year.")
    languages = serializers.ListField(
        child=serializers.ChoiceField(choices=InterfaceLanguage.choices), help_text="Languages it works in."
    )
    state = serializers.ChoiceField(choices=BridgeState.choices, help_text="Whether it is open to the public.")
    sides = SideOut(many=True, source="sides.all", help_text="Its sides.")
    updated_at = serializers.DateTimeField(help_text="When it was last changed.")


class SectorOut(serializers.Serializer[Any]):
    """A sector, or a branch of one."""

    code = serializers.CharField(help_text="Code; it never changes.")
    parent = serializers.CharField(  # type: ignore[assignment]  # a field is no attribute
        source="parent.code", default=None, allow_null=True, help_text="Code of the sector it is a branch of, or null."
    )
    name = TwoTexts(help_text="Its name.", read_only=True)
