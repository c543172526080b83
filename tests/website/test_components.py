"""The components of `templates/cotton/`: each draws itself, says what it should, and refuses what it does not know."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django import forms
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import engines
from django.test import Client, RequestFactory
from django.urls import reverse
from i18nfield.forms import I18nFormField, I18nTextInput

from qiao.common.templatetags.components import UnknownAttribute
from qiao.settings.env import ROOT
from qiao.website.views.styleguide import example_listing, example_organisation, example_span

COMPONENTS = ROOT / "templates" / "cotton"


def drawn(source: str, path: str = "/", **context: Any) -> str:
    """What a template with components in it becomes."""
    request: HttpRequest = RequestFactory().get(path)
    compiled = engines["django"].from_string(_compile(source))
    return compiled.render(context, request)


def _compile(source: str) -> str:
    from django_cotton.compiler_regex import CottonCompiler

    return str(CottonCompiler().process(source))


def test_every_component_is_on_the_style_guide() -> None:
    page = (ROOT / "templates" / "website" / "styleguide.html").read_text()
    names = {
        str(path.relative_to(COMPONENTS).with_suffix("")).replace("/", ".").replace("_", "-")
        for path in COMPONENTS.rglob("*.html")
    }
    missing = {name for name in names - {"icon"} if f"<c-{name}" not in page}
    assert missing == set()


def test_every_component_says_what_it_takes() -> None:
    silent = [path.name for path in COMPONENTS.rglob("*.html") if not path.read_text().startswith("{% comment %}")]
    assert silent == []


@pytest.mark.django_db
def test_style_guide_draws_every_component(client: Client) -> None:
    response = client.get(reverse("website:styleguide"))
    assert response.status_code == 200
    assert "<c-" not in response.content.decode()


def test_no_template_of_ours_has_inline_style_or_script() -> None:
    offending = []
    for path in (ROOT / "templates").rglob("*.html"):
        if path.is_relative_to(ROOT / "templates" / "mail"):
            continue  # mail readers take no stylesheet
        text = path.read_text()
        if " style=" in text or "<style" in text or "<script>" in text or " onclick=" in text:
            offending.append(str(Path(path).relative_to(ROOT)))
    assert offending == []


def test_unknown_attribute_is_refused() -> None:
    with pytest.raises(UnknownAttribute, match="knd"):
        drawn('<c-button knd="primary">Go</c-button>')


def test_unknown_attribute_costs_no_page_in_production(settings: Any) -> None:
    settings.QIAO_ENV = "production"
    html = drawn('<c-button knd="primary">Go</c-button>')
    assert "Go" in html
    assert "knd" not in html


def test_attributes_are_handed_on_and_escaped() -> None:
    html = drawn(
        '<c-button data-title="{{ title }}" :aria-label="title" hx-get="/x/" disabled>Go</c-button>',
        title='" onmouseover="alert(1)" x="',
    )
    assert 'onmouseover="' not in html
    assert 'hx-get="/x/"' in html
    assert " disabled" in html


def test_class_is_added_to_the_components_own() -> None:
    assert 'class="badge badge--jade wide"' in drawn('<c-badge tone="jade" class="wide">Yes</c-badge>')


def test_component_does_not_see_the_variables_of_the_page() -> None:
    assert "Elsewhere" not in drawn("<c-page-heading />", title="Elsewhere")


def test_button_is_a_link_with_an_address_and_a_button_without() -> None:
    assert drawn('<c-button href="/there/">Go</c-button>').startswith('<a href="/there/"')
    assert drawn("<c-button>Go</c-button>").startswith('<button type="submit"')


def test_field_ties_label_help_and_error_to_its_input() -> None:
    from django import forms

    class ExampleForm(forms.Form):
        title = forms.CharField(label="Title", help_text="In a few words.")

    form = ExampleForm({"title": ""})
    html = drawn('<c-field :field="form.title" />', form=form)
    assert '<label class="field__label" for="id_title">Title</label>' in html
    assert 'id="id_title_helptext"' in html
    assert 'id="id_title_error"' in html
    assert 'aria-describedby="id_title_helptext id_title_error"' in html
    assert 'aria-invalid="true"' in html


def test_field_in_both_languages_is_optional_only_if_neither_is_asked_for() -> None:
    class Words(forms.Form):
        name = I18nFormField(locales=("en", "zh-hans"), widget=I18nTextInput)
        theme = I18nFormField(locales=("en", "zh-hans"), widget=I18nTextInput, required=False)

    form = Words()
    assert "field__optional" not in drawn('<c-field :field="field" />', field=form["name"])
    assert "field__optional" in drawn('<c-field :field="field" />', field=form["theme"])


def test_form_errors_link_to_their_fields() -> None:
    from django import forms

    class ExampleForm(forms.Form):
        title = forms.CharField(label="Title")
        text = forms.CharField(label="Text")

    html = drawn('<c-form-errors :form="form" />', form=ExampleForm({}))
    assert '<a href="#id_title">Title</a>' in html
    assert "2 things need a change" in html
    assert drawn('<c-form-errors :form="form" />', form=ExampleForm({"title": "a", "text": "b"})).strip() == ""


def test_pagination_keeps_the_other_parameters() -> None:
    page = Paginator(range(30), 10).page(2)
    html = drawn('<c-pagination :page_obj="page" />', path="/?q=stroke&page=2", page=page)
    assert 'href="?q=stroke&amp;page=1"' in html
    assert 'href="?q=stroke&amp;page=3"' in html
    assert "Page 2 of 3" in html


def test_pagination_of_one_page_is_nothing() -> None:
    assert drawn('<c-pagination :page_obj="page" />', page=Paginator(range(3), 10).page(1)).strip() == ""


def test_facts_leave_out_what_is_not_known() -> None:
    html = drawn(
        '<c-facts :facts="facts"><c-facts.fact label="Empty"></c-facts.fact></c-facts>', facts=[("A", "1"), ("B", "")]
    )
    assert "<dt>A</dt>" in html
    assert "<dt>B</dt>" not in html
    assert "Empty" not in html


def test_progress_without_a_value_is_indeterminate_and_zero_is_a_value() -> None:
    assert "value=" not in drawn('<c-progress label="Working" />')
    assert 'value="0"' in drawn('<c-progress label="Working" :value="0" />')


def test_stepper_marks_the_present_step() -> None:
    html = drawn('<c-stepper :steps="steps" :current="2" />', steps=[{"label": "A"}, {"label": "B"}])
    assert html.count('aria-current="step"') == 1
    assert "Step 2 of 2" in html


def test_anonymous_listing_card_tells_no_name() -> None:
    listing = example_listing(anonymous=True)
    bridge = SimpleNamespace(slug="uk-china")
    html = drawn('<c-listing-card :listing="listing" :bridge="bridge" />', listing=listing, bridge=bridge)
    assert "Tidewell" not in html
    assert "Startup" in html
    assert "United Kingdom" in html


def test_listing_card_marks_the_language_of_its_title() -> None:
    listing = example_listing(language="zh", title="手功能外骨骼")
    bridge = SimpleNamespace(slug="uk-china")
    html = drawn('<c-listing-card :listing="listing" :bridge="bridge" />', listing=listing, bridge=bridge)
    assert '<span lang="zh-Hans">手功能外骨骼</span>' in html


def test_organisation_card_counts_lead_to_their_lists() -> None:
    bridge = SimpleNamespace(slug="uk-china")
    html = drawn('<c-organisation-card :organisation="o" :bridge="bridge" />', o=example_organisation(), bridge=bridge)
    assert "2 needs" in html
    assert "1 offer<" in html
    assert '/uk-china/organisations/0example0001/#needs"' in html


def test_span_shows_reasons_strongest_first_with_the_words_of_both_texts() -> None:
    html = drawn('<c-span :view="span" />', span=example_span())
    titles = [reason["title"] for reason in example_span()["reasons"]]
    places = [html.index(title.replace("'", "&#x27;")) for title in titles]
    assert places == sorted(places)
    assert "<mark>上肢康复机器人与手功能外骨骼的随机对照试验</mark>" in html
    assert '<blockquote lang="zh-Hans">' in html
    assert '<blockquote lang="en">' in html
    assert html.count("<details") == len(titles)
    assert "Strong match" in html


def test_span_shows_no_bare_score() -> None:
    html = drawn('<c-span :view="span" />', span=example_span())
    assert "0.94" not in html
    assert "94" not in html.replace("#94", "").replace("M0 94C90 12 310 12 400 94", "").replace(
        "M0 94C104 30 296 30 400 94", ""
    )


def test_span_keeps_further_reasons_behind_a_summary() -> None:
    html = drawn('<c-span :view="span" shown="2" />', span=example_span())
    assert "More reasons" in html
    assert html.count('<details class="plank"') == 5


def test_span_escapes_what_people_wrote() -> None:
    span = example_span()
    span["my_side"]["text"] = "<script>alert(1)</script> hand exoskeleton helps people relearn grasping after a stroke"
    span["reasons"][0]["mine_quote"] = "<b>bold</b>"
    html = drawn('<c-span :view="span" />', span=span)
    assert "<script>" not in html
    assert "<b>bold</b>" not in html


def test_dialog_is_opened_by_the_button_that_names_it() -> None:
    html = drawn('<c-dialog id="why" title="Why?" trigger="Say why">Words</c-dialog>')
    assert 'popovertarget="why">Say why</button>' in html
    assert html.count('id="why"') == 1
    assert 'aria-labelledby="why-title"' in html
    assert '<h2 id="why-title">Why?</h2>' in html
