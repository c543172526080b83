"""Fields of the interface: texts in several languages as objects, money, and references."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from qiao.common.languages import TextLanguage

#: Names of languages outside, of the keys that texts of organisers have inside.
_OUTSIDE = {"en": "en", "zh-hans": "zh"}

_TEXTS = {
    "type": "object",
    "description": "A text by language. A language in which nothing is written is absent.",
    "properties": {"en": {"type": "string"}, "zh": {"type": "string"}},
    "additionalProperties": False,
}


@extend_schema_field(_TEXTS)
class Texts(serializers.Field):  # type: ignore[type-arg]  # of any value
    """A text that organisers wrote in several languages."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**(kwargs | {"read_only": True}))

    def to_representation(self, value: Any) -> dict[str, str]:
        data = value.data
        if isinstance(data, dict):
            return {_OUTSIDE[name]: str(text) for name, text in data.items() if text and name in _OUTSIDE}
        return {"en": str(data)} if data else {}


@extend_schema_field(_TEXTS)
class TwoTexts(serializers.Field):  # type: ignore[type-arg]  # of any value
    """A text kept in two columns, `<name>_en` and `<name>_zh`."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**(kwargs | {"source": "*"}))

    def to_representation(self, obj: Any) -> dict[str, str]:
        return {
            language: text
            for language in TextLanguage.values
            if (text := getattr(obj, f"{self.field_name}_{language}"))
        }

    def to_internal_value(self, data: Any) -> dict[str, str]:
        if not isinstance(data, dict) or not set(data) <= set(TextLanguage.values):
            raise serializers.ValidationError("Expected an object with the languages en and zh.")
        if not all(isinstance(text, str) for text in data.values()):
            raise serializers.ValidationError("Expected texts.")
        # A language that is not given is emptied: the object replaces the object.
        return {f"{self.field_name}_{language}": data.get(language, "") for language in TextLanguage.values}


class PlainText(serializers.CharField):
    """A text of a length. Not trimmed here: the domain cleans it, once, for pages and programs alike."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"trim_whitespace": False} | kwargs))
