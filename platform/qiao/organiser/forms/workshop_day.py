"""Forms of the days of a workshop."""

from django import forms
from django.utils.translation import gettext_lazy as _

from qiao.workshops.domain.notices import LENGTH


class NoticeForm(forms.Form):
    """A change, in both languages."""

    text_en = forms.CharField(
        label=_("In English"), max_length=LENGTH, widget=forms.Textarea({"rows": 3, "lang": "en"})
    )
    text_zh = forms.CharField(
        label=_("In Chinese"), max_length=LENGTH, widget=forms.Textarea({"rows": 3, "lang": "zh-Hans"})
    )
