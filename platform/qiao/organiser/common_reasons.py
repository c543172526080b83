"""Reasons that reviewers give most often, ready in the languages of those who will read them."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import get_language, override
from django.utils.translation import gettext_lazy as _

from qiao.directory.enums import PersonRole
from qiao.directory.models import Organisation

_REASONS = (
    _("Please say in one or two sentences what your organisation does and for whom."),
    _("Please give more detail: state of development, figures, what you expect of a partner."),
    _("The text reads like an advertisement. Please say what you seek or offer on this bridge."),
    _("We could not verify the organisation. Please add a website or write from its own e-mail domain."),
    _("This is outside the themes of this bridge."),
)


@dataclass(frozen=True)
class CommonReason:
    """A reason in the reviewer's language, and as it is put into the message: once in each language of its readers."""

    shown: str
    sent: str


def common_reasons(organisation: Organisation) -> list[CommonReason]:
    """Common reasons for a message to the organisation's owners and editors."""
    writers = organisation.affiliations.filter(role__in=(PersonRole.OWNER, PersonRole.EDITOR)).order_by(
        "user__language"
    )
    languages = list(writers.values_list("user__language", flat=True).distinct()) or [get_language() or "en"]
    sent = []
    for language in languages or [get_language() or "en"]:  # nobody reads it of a managed profile
        with override(language):
            sent.append([str(reason) for reason in _REASONS])
    return [
        CommonReason(shown=str(reason), sent="\n".join(words)) for reason, *words in zip(_REASONS, *sent, strict=True)
    ]
