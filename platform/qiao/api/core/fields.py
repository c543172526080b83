"""Fields of the interface: texts in several languages as objects, money, and references."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from qiao.common.languages import TextLanguage

#: The largest amount of money.
AMOUNT = 10**15

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
    """A text kept in two columns, `<name>_en` and `<name>_zh`. `lengths` are the most that each takes."""

    def __init__(self, *, lengths: tuple[int, int] = (0, 0), **kwargs: Any) -> None:
        self.lengths = dict(zip(TextLanguage.values, lengths, strict=True))
        super().__init__(**(kwargs | {"source": "*"}))

    def to_representation(self, obj: Any) -> dict[str, str]:
        return {
            language: text
            for language in TextLanguage.values
            if (text := getattr(obj, f"{self.field_name}_{language}"))
        }

    def to_internal_value(self, data: Any) -> dict[str, str]:
        said = texts_in(data, self.lengths)
        # A language that is not given is emptied: the object replaces the object.
        return {f"{self.field_name}_{language}": said.get(language, "") for language in TextLanguage.values}


@extend_schema_field(_TEXTS)
class WrittenText(serializers.Field):  # type: ignore[type-arg]  # of any value
    """A text in the language it was written in, and in the other if there is one: `<name>` and `other_<name>`."""

    def __init__(self, name: str, *, length: int = 0, **kwargs: Any) -> None:
        self.name, self.length = name, length
        super().__init__(**(kwargs | {"source": "*"}))

    def to_representation(self, obj: Any) -> dict[str, str]:
        other = "zh" if obj.language == "en" else "en"
        texts = {obj.language: getattr(obj, self.name), other: getattr(obj, f"other_{self.name}")}
        return {language: texts[language] for language in TextLanguage.values if texts[language]}

    def to_internal_value(self, data: Any) -> dict[str, dict[str, str]]:
        return {f"texts_of_{self.name}": texts_in(data, dict.fromkeys(TextLanguage.values, self.length))}


def texts_in(data: Any, lengths: dict[str, int]) -> dict[str, str]:
    """Texts by language. Raises `ValidationError`."""
    if not isinstance(data, dict) or not set(data) <= set(TextLanguage.values):
        raise serializers.ValidationError(_("Expected an object with the languages en and zh."))
    if not all(isinstance(text, str) for text in data.values()):
        raise serializers.ValidationError(_("Expected texts."))
    for language, text in data.items():
        if lengths[language] and len(text) > lengths[language]:
            raise serializers.ValidationError(
                _("At most %(most)s characters, in each language.") % {"most": lengths[language]}
            )
    return dict(data)


class PlainText(serializers.CharField):
    """A text of a length. Not trimmed here: the domain cleans it, once, for pages and programs alike."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**({"trim_whitespace": False} | kwargs))
