"""The last step of registration: agreeing, and sending."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from qiao.bridges.models import Bridge
from qiao.directory.models import Organisation


class SendForm(forms.Form):
    """Consent, and the side for an organisation whose country has none."""

    side = forms.ChoiceField(label=gettext_lazy("Which side of the bridge do you work from?"), widget=forms.RadioSelect)
    consent = forms.BooleanField(
        label=gettext_lazy("I agree to this use, and I may speak for the organisation"),
        error_messages={"required": gettext_lazy("Tick this to send. Until then, everything stays a draft.")},
    )

    def __init__(self, *args: Any, bridge: Bridge, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sides = {side.code: side for side in bridge.sides.all()}
        if any(side.country == organisation.country for side in self.sides.values()):
            del self.fields["side"]
        else:
            self.fields["side"].choices = [  # type: ignore[attr-defined]
                (code, f"{side} – {side.region}" if str(side.region) else str(side))
                for code, side in self.sides.items()
            ]
