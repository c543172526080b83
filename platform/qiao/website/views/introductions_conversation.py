"""What is said in an introduction: messages and files, questions, private notes, the next step, who is in touch."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.common.text import clean_text
from qiao.directory.models import Organisation
from qiao.partnerships.domain.conversation import (
    acknowledge_confidentiality,
    add_note,
    ask_question,
    change_note,
    delete_note,
    must_acknowledge,
    retract_message,
    send_message,
    set_contact,
    set_next_step,
)
from qiao.partnerships.models import Document, Introduction, Message, PrivateNote
from qiao.website.forms.introductions import ContactForm, MessageForm, NextStepForm, NoteForm, QuestionForm
from qiao.website.forms.refusals import show_refusal
from qiao.website.views.introductions_page import (
    contact_people,
    newer_messages,
    show_introduction,
    sides_of,
)
from qiao.website.views.introductions_scope import address_of, of_my_introduction
from qiao.website.views.introductions_uploads import with_room_for_files


@with_room_for_files
@of_my_introduction
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def introduction_messages(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation
) -> HttpResponse:
    """POST sends a message. GET gives what is new since `?after=`, or 204 when nothing is."""
    if request.method != "POST":
        return newer_messages(request, bridge, introduction, organisation)
    ask_notice = must_acknowledge(introduction, request.user)
    form = MessageForm(request.POST, request.FILES, ask_notice=ask_notice)
    if form.is_valid() and _sent(request, introduction, organisation, form, ask_notice):
        if _by_htmx(request, "composer"):
            fresh = {"bridge": bridge, "introduction": introduction, "message_form": MessageForm(ask_notice=False)}
            response = render(request, "website/_introduction_composer.html", fresh)
            response["HX-Trigger"] = "message-sent"
            return response
        return redirect(address_of(introduction, at="conversation"))
    if _by_htmx(request, "composer"):
        context = {"bridge": bridge, "introduction": introduction, "message_form": form}
        return render(request, "website/_introduction_composer.html", context, status=422)
    return show_introduction(request, bridge, introduction, organisation, message_form=form)


def _sent(
    request: HttpRequest,
    introduction: Introduction,
    organisation: Organisation,
    form: MessageForm,
    ask_notice: bool,
) -> bool:
    files: list[Any] = form.cleaned_data["files"]
    try:
        if ask_notice:
            acknowledge_confidentiality(introduction, actor=request.user)
        send_message(
            introduction,
            actor=request.user,
            organisation=organisation,
            text=form.cleaned_data["text"],
            files=files,
            once=_once(form.cleaned_data["once"], form.cleaned_data["text"], files),
        )
    except InvalidInput as refusal:
        show_refusal(form, refusal)
        return False
    return True


def _once(mark: str, text: str, files: list[Any]) -> str:
    """The form's mark for these very words: a page that the browser brought back has an old mark, and other words."""
    if not mark:
        return ""
    said = "\n".join([mark, clean_text(text), *(f"{file.name}:{file.size}" for file in files)])
    return hashlib.sha256(said.encode()).hexdigest()[:32]


@of_my_introduction
@require_POST
def introduction_question(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation
) -> HttpResponse:
    """Ask or answer a question while the request waits."""
    form = QuestionForm(request.POST)
    if form.is_valid():
        try:
            ask_question(
                introduction, actor=request.user, organisation=organisation, text=form.cleaned_data["question"]
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Sent. It changes nothing about the request itself."))
            return redirect(address_of(introduction, at="conversation"))
    return show_introduction(request, bridge, introduction, organisation, question_form=form)


@of_my_introduction
@require_POST
def introduction_retract(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation, message: str
) -> HttpResponse:
    """Take back one's own message of the last minutes."""
    found = get_object_or_404(
        Message.objects.visible_to(request.user).select_related("introduction"),
        introduction=introduction,
        public_id=message,
    )
    retract_message(found, actor=request.user)
    messages.success(request, _("Taken back: its words and files are gone."))
    return redirect(address_of(introduction, at="conversation"))


@of_my_introduction
@never_cache
@require_safe
def introduction_file(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation, document: str
) -> HttpResponse:
    """Give a file to keep; never to be shown by the browser as a page of ours."""
    found = get_object_or_404(Document.objects.visible_to(request.user), introduction=introduction, public_id=document)
    response = HttpResponse(bytes(found.content), content_type=found.content_type)
    disposition = content_disposition_header(as_attachment=True, filename=found.name)
    response["Content-Disposition"] = disposition or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return response


@of_my_introduction
@require_POST
def introduction_note(
    request: HttpRequest,
    bridge: Bridge,
    introduction: Introduction,
    organisation: Organisation,
    note: str = "",
) -> HttpResponse:
    """Write, change or throw away a note of one's own side."""
    found = None
    if note:
        own = PrivateNote.objects.visible_to(request.user).filter(introduction=introduction, organisation=organisation)
        found = get_object_or_404(own.select_related("introduction", "organisation"), public_id=note)
        if request.POST.get("act") == "delete":
            delete_note(found, actor=request.user)
            messages.success(request, _("The note is gone."))
            return redirect(address_of(introduction, at="notes"))
    form = NoteForm(request.POST)
    if form.is_valid():
        try:
            if found is not None:
                change_note(found, actor=request.user, **form.cleaned_data)
            else:
                add_note(introduction, actor=request.user, organisation=organisation, **form.cleaned_data)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The note is kept. Only your organisation reads it."))
            return redirect(address_of(introduction, at="notes"))
    bound: dict[str, Any] = {"changed_note": found, "changed_note_form": form} if found else {"note_form": form}
    return show_introduction(request, bridge, introduction, organisation, **bound)


@of_my_introduction
@require_POST
def introduction_next_step(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation
) -> HttpResponse:
    """Say what comes next, or that it is done."""
    if request.POST.get("act") == "done":
        set_next_step(introduction, actor=request.user, organisation=organisation, text="", on=None)
        messages.success(request, _("Done. Say what comes next, if there is more to do."))
        return redirect(address_of(introduction, at="next-step"))
    form = NextStepForm(request.POST, sides=sides_of(introduction))
    if form.is_valid():
        by = {one.public_id: one for one in (introduction.first, introduction.second)}.get(form.cleaned_data["by"])
        try:
            set_next_step(
                introduction,
                actor=request.user,
                organisation=organisation,
                text=form.cleaned_data["text"],
                on=form.cleaned_data["on"],
                by=by,
            )
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The next step is set. Both sides see it."))
            return redirect(address_of(introduction, at="next-step"))
    return show_introduction(request, bridge, introduction, organisation, next_step_form=form)


@of_my_introduction
@require_POST
def introduction_contact(
    request: HttpRequest, bridge: Bridge, introduction: Introduction, organisation: Organisation
) -> HttpResponse:
    """Have another colleague stand for the organisation."""
    people = contact_people(organisation)
    form = ContactForm(request.POST, people=[(one.public_id, one.display_name) for one in people])
    if form.is_valid():
        contact = next(one for one in people if one.public_id == form.cleaned_data["contact"])
        try:
            set_contact(introduction, actor=request.user, organisation=organisation, contact=contact)
        except InvalidInput as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The contact is changed. Both sides see it."))
            return redirect(address_of(introduction, at="people"))
    return show_introduction(request, bridge, introduction, organisation, contact_form=form)


def _by_htmx(request: HttpRequest, target: str) -> bool:
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx and htmx.target == target)
