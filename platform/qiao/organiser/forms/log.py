"""What an organiser looks for in the bridge's log."""

from __future__ import annotations

import datetime
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qiao.accounts.models import User
from qiao.activity.private_acts import PRIVATE_ACTS
from qiao.bridges.models import Bridge
from qiao.directory.acts import ROWS_OF_IMPORTS
from qiao.directory.models import Listing, Organisation
from qiao.insights.history.sentences import PERSONAL_ACTS, SENTENCES

if TYPE_CHECKING:
    from qiao.activity.querysets import AuditEntryQuerySet

#: Kinds of objects that the log tells of.
KINDS = {
    "directory.listing": _("Need or offer"),
    "directory.organisation": _("Profile"),
    "directory.membership": _("Membership"),
    "directory.affiliation": _("Person of an organisation"),
    "directory.importjob": _("Import"),
    "matching.proposal": _("Proposal"),
    "partnerships.introduction": _("Introduction"),
    "directory.verification": _("Verification"),
    "directory.verificationrequest": _("Request for verification"),
    "directory.endorsement": _("Recommendation"),
    "directory.report": _("Report"),
    "directory.appeal": _("Appeal"),
    "bridges.bridge": _("Bridge"),
    "bridges.bridgestaff": _("Role at the desk"),
    "matching.matchrun": _("Run of the matcher"),
    "matching.scoringmodel": _("Weights"),
    "notifications.outgoingmail": _("E-mail"),
}
#: More names than this are more than one is looking for, and more than the database should be asked with.
MOST_NAMES = 1000
MOST_WORDS = 6


class _DayField(forms.DateField):
    """A day, chosen in the browser's own calendar; within what a clock of any zone can say."""

    def __init__(self, *, label: Any) -> None:
        super().__init__(
            label=label,
            required=False,
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            validators=[MinValueValidator(datetime.date(1900, 1, 1)), MaxValueValidator(datetime.date(2999, 12, 31))],
        )


class LogForm(forms.Form):
    """Filters of the log. All of them must fit."""

    q = forms.CharField(label=_("Words"), required=False, max_length=120)
    person = forms.CharField(label=_("Person (name or e-mail address)"), required=False, max_length=120)
    about = forms.CharField(label=_("Organisation"), required=False, max_length=120)
    verb = forms.ChoiceField(label=_("Act"), required=False)
    kind = forms.ChoiceField(label=_("About what"), required=False)
    since = _DayField(label=_("From"))
    until = _DayField(label=_("Up to"))

    def __init__(self, data: Any, *, bridge: Bridge) -> None:
        super().__init__(data)
        self.bridge = bridge
        acts = [(verb, str(said)) for verb, said in SENTENCES.items() if verb not in PRIVATE_ACTS | set(PERSONAL_ACTS)]
        choices: dict[str, Any] = self.fields
        choices["verb"].choices = [("", _("Any act")), *sorted(acts, key=lambda act: act[1].casefold())]
        kinds = sorted(KINDS.items(), key=lambda kind: str(kind[1]).casefold())
        choices["kind"].choices = [("", _("Anything")), *kinds]

    @property
    def given(self) -> list[str]:
        """Names of the filters that were filled in: what may be kept of a search, without what it was for."""
        return [name for name in self.fields if self.cleaned_data.get(name)]

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or {}
        since, until = values.get("since"), values.get("until")
        if since and until and until < since:
            self.add_error("until", _("This is before the first day."))
        self.conditions = [
            *([Q(at__gte=_begin(since))] if since else []),
            *([Q(at__lt=_begin(until + datetime.timedelta(days=1)))] if until else []),
            *([Q(verb=values["verb"])] if values.get("verb") else []),
            *([Q(subject_type=values["kind"])] if values.get("kind") else []),
            *([Q(actor_id__in=self._named("person", _people(values["person"])))] if values.get("person") else []),
            *([self._about(values["about"])] if values.get("about") else []),
            *(self._word(word) for word in values.get("q", "").split()[:MOST_WORDS]),
        ]
        return values

    def narrow(self, entries: AuditEntryQuerySet) -> AuditEntryQuerySet:
        """The entries that are looked for; none while something asked for cannot be."""
        if not self.is_valid():
            return entries.none()
        if not self.given:
            # One line says that a file was imported: its rows would bury everything else.
            return entries.exclude(verb__in=ROWS_OF_IMPORTS)
        return entries.filter(*self.conditions)

    def _about(self, name: str) -> Q:
        ids = self._named("about", _organisations(self.bridge, name))
        return Q(organisation_id__in=ids) | Q(also__overlap=ids)

    def _word(self, word: str) -> Q:
        """Everything that a word may be of: the act, who did it, whose it was, what it was about."""
        organisations = self._named("q", _organisations(self.bridge, word))
        listings = self._named("q", Listing.objects.on_bridge(self.bridge).filter(title__icontains=word))
        people = self._named("q", _people(word))
        folded = word.casefold()
        verbs = [verb for verb, said in SENTENCES.items() if folded in str(said).casefold() or folded == verb]
        found = [
            Q(verb__in=verbs) if verbs else None,
            Q(actor_id__in=people) if people else None,
            Q(organisation_id__in=organisations) | Q(also__overlap=organisations) if organisations else None,
            Q(subject_type=Listing._meta.label_lower, subject_id__in=map(str, listings)) if listings else None,
        ]
        return reduce(or_, filter(None, found), Q(pk__in=[]))

    def _named(self, field: str, rows: QuerySet[Any]) -> list[int]:
        ids = list(rows.order_by().values_list("pk", flat=True)[: MOST_NAMES + 1])
        if len(ids) > MOST_NAMES and not self.has_error(field):
            self.add_error(field, _("Too many names fit. Write more of the one you look for."))
        return ids[:MOST_NAMES]


def _people(name: str) -> QuerySet[User]:
    return User.objects.filter(Q(name__icontains=name) | Q(name_zh__icontains=name) | Q(email__icontains=name))


def _organisations(bridge: Bridge, name: str) -> QuerySet[Organisation]:
    named = Organisation.objects.filter(Q(name_en__icontains=name) | Q(name_zh__icontains=name))
    return named.filter(memberships__bridge=bridge)


def _begin(day: datetime.date) -> datetime.datetime:
    return timezone.make_aware(datetime.datetime.combine(day, datetime.time()))
