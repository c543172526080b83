"""Every component on one page, in development only: to look at, and for tests to walk over."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from qiao.common.keyset import KeysetPage
from qiao.directory.enums import ListingState, OrganisationKind

_NEED = (
    "Our hand exoskeleton helps people relearn grasping after a stroke. It weighs 320 g and follows the wearer's own "
    "muscle signals. We have bench data and 14 healthy volunteers, and need a rehabilitation ward that can run a "
    "randomised pilot with about 40 subacute patients, with ethics support and a sponsor office."
)
_OFFER = (
    "本院康复医学科设有卒中亚急性期病房，年收治约 900 例，配备三维步态与手功能评估系统，伦理委员会每月开会。"
    "可承接上肢康复机器人与手功能外骨骼的随机对照试验，提供受试者招募、评估与数据管理。优先与具备样机的团队合作。"
)


class _ExampleForm(forms.Form):
    """One field of each sort."""

    title = forms.CharField(label="Title", help_text="What you seek, in a few words.", max_length=120)
    text = forms.CharField(label="Text", widget=forms.Textarea, required=False)
    kind = forms.ChoiceField(label="Kind", choices=OrganisationKind.choices)
    forms_sought = forms.MultipleChoiceField(
        label="Forms of cooperation",
        choices=[("licence", "Licence"), ("jv", "Joint venture"), ("rd", "R&D cooperation")],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    language = forms.ChoiceField(
        label="Language", choices=[("en", "English"), ("zh", "中文")], widget=forms.RadioSelect, initial="en"
    )
    anonymous = forms.BooleanField(label="List without our name", required=False, help_text="Kind and country only.")
    until = forms.DateField(label="Valid until", widget=forms.DateInput(attrs={"type": "date"}), required=False)


def example_span() -> dict[str, Any]:
    """An invented proposal as c-span takes it."""
    return {
        "band": "strong",
        "my_side": {
            "title": "Clinical partner for a randomised pilot of a hand exoskeleton",
            "language": "en",
            "label": "Tidewell Motion",
            "kind": "startup",
            "kind_label": "Startup",
            "country": "Leeds, United Kingdom",
            "direction_label": "Need",
            "text": _NEED,
            "url": "#",
        },
        "their_side": {
            "title": "承接上肢康复机器人与手功能外骨骼临床验证",
            "language": "zh",
            "label": "岭南云山康复医院",
            "kind": "hospital",
            "kind_label": "Hospital",
            "country": "Guangzhou, China",
            "direction_label": "Offer",
            "text": _OFFER,
            "url": "#",
        },
        "reasons": [
            {
                "code": "same_problem",
                "title": "The same problem: hand function after a stroke",
                "strength": 0.94,
                "detail": "",
                "mine_before": "Our ",
                "mine_quote": "hand exoskeleton helps people relearn grasping after a stroke",
                "mine_after": ".",
                "theirs_before": "可承接",
                "theirs_quote": "上肢康复机器人与手功能外骨骼的随机对照试验",
                "theirs_after": "，提供受试者招募……",
                "mine_lang": "en",
                "theirs_lang": "zh",
            },
            {
                "code": "kind",
                "title": "Clinical validation is sought, and offered",
                "strength": 0.8,
                "detail": "They offer what you need, not merely something near it.",
                "mine_quote": "a randomised pilot with about 40 subacute patients",
                "theirs_quote": "卒中亚急性期病房，年收治约 900 例",
                "mine_lang": "en",
                "theirs_lang": "zh",
            },
            {
                "code": "partner_kind",
                "title": "A hospital, as you asked",
                "strength": 0.6,
                "detail": "You look for hospitals and universities; they look for teams that have a prototype.",
                "mine_quote": "",
                "theirs_quote": "优先与具备样机的团队合作",
                "theirs_lang": "zh",
            },
            {
                "code": "stage",
                "title": "Your stage suits them: prototype (TRL 6)",
                "strength": 0.4,
                "detail": "",
                "mine_quote": "bench data and 14 healthy volunteers",
                "theirs_quote": "",
                "mine_lang": "en",
            },
            {"code": "form", "title": "Both would begin with a memorandum", "strength": 0.2, "detail": "Both say so."},
        ],
        "misfits": [
            {"title": "Timing.", "detail": "You wish to begin in March; they name no date before the third quarter."}
        ],
        "unknowns": [{"title": "Their budget", "detail": "is not stated. Ask early."}],
    }


def example_history() -> list[SimpleNamespace]:
    """Invented acts, as far as c-history reads them."""
    at = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    return [
        SimpleNamespace(at=at, who="An organiser", what="decided on it", before="In review", after="Published"),
        SimpleNamespace(at=at, who="Li Wenxiu", what="changed it", subject="Hand exoskeleton", address="#"),
        SimpleNamespace(at=at, who="Qiao", what="let the request lapse on its date", after="Lapsed"),
    ]


def example_listing(**changes: Any) -> SimpleNamespace:
    """An invented listing, as far as its card reads it."""
    values: dict[str, Any] = {
        "public_id": "0example0000",
        "direction": "need",
        "get_direction_display": "Need",
        "get_kind_display": "Clinical validation",
        "get_state_display": "Published",
        "state": "published",
        "language": "en",
        "title": "Clinical partner for a randomised pilot of a hand exoskeleton",
        "other_title": "",
        "text": _NEED,
        "other_text": "",
        "anonymous": False,
        "organisation": example_organisation(),
    }
    return SimpleNamespace(**(values | changes))


def example_organisation(**changes: Any) -> SimpleNamespace:
    """An invented organisation, as far as its card reads it."""
    values: dict[str, Any] = {
        "public_id": "0example0001",
        "name_en": "Tidewell Motion",
        "name_zh": "",
        "kind": "startup",
        "get_kind_display": "Startup",
        "country": "GB",
        "place": "Leeds, United Kingdom",
        "summary_en": "Light exoskeletons for the hand, driven by the wearer's own muscle signals.",
        "summary_zh": "",
        "need_count": 2,
        "offer_count": 1,
    }
    return SimpleNamespace(**(values | changes))


@require_safe
def styleguide(request: HttpRequest) -> HttpResponse:
    """The page."""
    bound = _ExampleForm({"title": "", "kind": "startup", "language": "en", "until": "31 February"})
    context = {
        "span": example_span(),
        "form": _ExampleForm(),
        "bound": bound,
        "kinds": OrganisationKind.choices,
        "states": ListingState.choices,
        "page_obj": Paginator(range(60), 20).page(2),
        "history": example_history(),
        "keyset": KeysetPage([], newer="2-2", older="1-1"),
        "tabs": [
            {"label": "Open", "url": "#", "current": True, "count": 12},
            {"label": "Saved", "url": "#", "count": 0},
            {"label": "Dismissed", "url": "#"},
        ],
        "steps": [
            {"label": "Your organisation", "url": "#", "done": True},
            {"label": "Its profile"},
            {"label": "A first need or offer"},
            {"label": "Send"},
        ],
        "facts": [
            ("Stage of development", "Prototype (TRL 5–6)"),
            ("Intellectual property", "Patent applied for"),
            ("Valid until", ""),
            ("Forms of cooperation", "R&D cooperation agreement, memorandum first"),
        ],
        "listing": example_listing(),
        "hidden_listing": example_listing(
            anonymous=True,
            direction="offer",
            get_direction_display="Offer",
            language="zh",
            title="承接手功能外骨骼临床验证",
            text=_OFFER,
        ),
        "organisation": example_organisation(),
        "example_bridge": SimpleNamespace(slug="example"),
    }
    return render(request, "website/styleguide.html", context)
