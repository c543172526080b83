"""Writing an entry, handing it in, and taking it back. What was typed is never thrown away."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from qiao.calls import rules as may
from qiao.calls.domain.calls import locked
from qiao.calls.domain.notices import log_entry, tell_entrant, tell_owner
from qiao.calls.enums import CallState, EntryState
from qiao.calls.models import Answer, Call, CallInvitation, Criterion, Entry
from qiao.calls.models.entry import ANSWER_LENGTH
from qiao.calls.transitions import ENTRY
from qiao.calls.words import count_words
from qiao.common.errors import InvalidInput, NotAllowed, NotFound, TransitionNotAllowed
from qiao.common.states import move
from qiao.common.text import clean_line, clean_text
from qiao.common.validation import check_model
from qiao.directory.enums import MembershipState
from qiao.directory.models import Affiliation, Membership, Organisation

#: Saves within so long of each other are one act in the log: a draft saves itself while it is written.
ONE_ACT = datetime.timedelta(minutes=10)


class TooLate(InvalidInput):
    """The call takes no entries at this moment."""

    code = "too_late"
    message = gettext_lazy("The call takes no entries at this moment.")
    status = 409


@transaction.atomic
def save_entry(
    call: Call,
    *,
    actor: Any,
    organisation: Organisation,
    title: str = "",
    language: str = "en",
    answers: Mapping[int, str] | None = None,
    contact: Any = None,
) -> Entry:
    """Begin a draft, or save it: at any length, and also after the date, in case that is put off.

    `answers` are texts by the id of their criterion; those not named stay. Raises `TooLate` for a first draft out of
    time, `TransitionNotAllowed` for what is handed in.
    """
    call = Call.objects.select_related("bridge", "organisation").get(pk=call.pk)
    if not may.enters_for(actor, call, organisation):
        raise NotAllowed
    found = Entry.objects.select_for_update(of=("self",)).filter(call=call, organisation=organisation).first()
    if found is None:
        if not call.takes_entries:
            raise TooLate
        _admitted(call, organisation)
        # Somebody else of the organisation may begin at the same moment: theirs is gone on with.
        Entry.objects.bulk_create(
            [Entry(call=call, organisation=organisation, language=language)], ignore_conflicts=True
        )
        found = Entry.objects.select_for_update(of=("self",)).get(call=call, organisation=organisation)
        found.contact = contact or actor
        log_entry(found, "start_entry", actor=actor, private=True, after=found.state)
        CallInvitation.objects.filter(call=call, organisation=organisation).update(declined_at=None)
    elif found.state != EntryState.DRAFT or call.state not in (CallState.OPEN, CallState.CLOSED):
        raise TransitionNotAllowed
    elif timezone.now() - found.updated_at > ONE_ACT:
        log_entry(found, "change_entry", actor=actor, private=True)
    if contact is not None:
        if not Affiliation.objects.filter(user=contact, organisation=organisation).exists():
            raise InvalidInput(errors={"contact": [_("Choose somebody of your organisation.")]})
        found.contact = contact
    found.title, found.language = clean_line(title), language
    check_model(found, exclude=["public_id"])
    found.save()
    _write_answers(found, answers or {})
    return found


@transaction.atomic
def submit_entry(entry: Entry, *, actor: Any) -> Entry:
    """Hand a draft in. Raises `TooLate` at and after the second of the date, `InvalidInput` for what breaks a limit."""
    call, entry = _locked(entry, actor)
    if entry.state != EntryState.DRAFT:
        raise TransitionNotAllowed
    if not call.takes_entries:
        raise TooLate
    _admitted(call, entry.organisation)
    _within_limits(call, entry)
    if call.most_entries is not None and Entry.objects.handed_in().to_call(call).count() >= call.most_entries:
        raise InvalidInput(_("The call has received all the entries it takes. Your draft is kept."))
    entry.submitted_at = timezone.now()
    entry.save(update_fields=["submitted_at", "updated_at"])
    before = move(entry, ENTRY, EntryState.SUBMITTED)
    log_entry(entry, "submit_entry", actor=actor, before=before, after=entry.state)
    when = entry.submitted_at.isoformat()
    tell_entrant(entry, "entry_submitted", mail="call_entry_submitted", key=f"{entry.public_id}:{when}")
    tell_owner(call, "entry_received", mail="call_entry_received", key=f"{entry.public_id}:{when}", entry=entry)
    return entry


@transaction.atomic
def take_back_entry(entry: Entry, *, actor: Any) -> Entry:
    """Make what was handed in a draft again, to change it. Only while it can be handed in again."""
    call, entry = _locked(entry, actor)
    if entry.state != EntryState.SUBMITTED:
        raise TransitionNotAllowed
    if not call.takes_entries:
        raise TooLate(_("The call takes no entries any more: what you handed in stands."))
    before = move(entry, ENTRY, EntryState.DRAFT)
    log_entry(entry, "take_back_entry", actor=actor, before=before, after=entry.state)
    return entry


@transaction.atomic
def withdraw_entry(entry: Entry, *, actor: Any) -> Entry:
    """Enter no longer. The owner of the call is told, if it was handed in."""
    call, entry = _locked(entry, actor)
    if call.state in (CallState.DECIDED, CallState.WITHDRAWN):
        raise TransitionNotAllowed
    before = move(entry, ENTRY, EntryState.WITHDRAWN)
    was_draft = before == EntryState.DRAFT
    log_entry(entry, "withdraw_entry", actor=actor, private=was_draft, before=before, after=entry.state)
    if not was_draft:
        tell_owner(call, "entry_withdrawn", entry=entry)
    return entry


@transaction.atomic
def reopen_entry(entry: Entry, *, actor: Any) -> Entry:
    """Make what was withdrawn a draft again, while the call takes entries."""
    call, entry = _locked(entry, actor)
    if entry.state != EntryState.WITHDRAWN:
        raise TransitionNotAllowed
    if not call.takes_entries:
        raise TooLate(_("The call takes no entries any more."))
    before = move(entry, ENTRY, EntryState.DRAFT)
    log_entry(entry, "reopen_entry", actor=actor, private=True, before=before, after=entry.state)
    return entry


def _locked(entry: Entry, actor: Any) -> tuple[Call, Entry]:
    """The call, then the entry, both locked. Raises `NotAllowed` for who does not write for the entrant."""
    call = locked(entry.call)
    entry = Entry.objects.select_for_update(of=("self",)).select_related("organisation__managed_by").get(pk=entry.pk)
    if not may.writes_entry(actor, entry):
        raise NotAllowed
    entry.call = call
    return call, entry


def _admitted(call: Call, organisation: Organisation) -> None:
    """Raises `InvalidInput` for an organisation that the call does not take entries from."""
    members = Membership.objects.filter(
        bridge=call.bridge_id, organisation=organisation, state=MembershipState.APPROVED
    )
    if not members.exists():
        raise InvalidInput(_("Only members of the bridge can enter."))
    if call.partner_kinds and organisation.kind not in call.partner_kinds:
        raise InvalidInput(_("This call does not take entries from organisations of your kind."))


def _within_limits(call: Call, entry: Entry) -> None:
    errors: dict[str, list[str]] = {}
    if not entry.title:
        errors["title"] = [_("Give your entry a title.")]
    texts = dict(entry.answers.values_list("criterion_id", "text"))
    for pk in call.criteria.values_list("pk", flat=True):
        text = texts.get(pk, "")
        words = count_words(text)
        if not text:
            errors[f"answer_{pk}"] = [_("Answer this before you hand it in.")]
        elif words > call.words_per_answer:
            errors[f"answer_{pk}"] = [
                _("This has %(words)s words; %(most)s are allowed.") % {"words": words, "most": call.words_per_answer}
            ]
    if errors:
        raise InvalidInput(errors=errors)


def _write_answers(entry: Entry, answers: Mapping[int, str]) -> None:
    known = set(Criterion.objects.filter(call=entry.call_id, pk__in=answers).values_list("pk", flat=True))
    if known != set(answers):
        raise NotFound
    cleaned = {pk: clean_text(text) for pk, text in answers.items()}
    long = {f"answer_{pk}": [_("This is far too long.")] for pk, text in cleaned.items() if len(text) > ANSWER_LENGTH}
    if long:
        raise InvalidInput(errors=long)
    Answer.objects.bulk_create(
        [Answer(entry=entry, criterion_id=pk, text=text, updated_at=timezone.now()) for pk, text in cleaned.items()],
        update_conflicts=True,
        unique_fields=["entry", "criterion"],
        update_fields=["text", "updated_at"],
    )
