"""The day at the desk: who is here, badges, the plan of tables, and notices of changes."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.common.pagination import page_of
from qiao.common.refusals import show_refusal
from qiao.insights.attendance_export import export_attendance
from qiao.insights.workshop_export import ExportFormat
from qiao.organiser.forms.workshop_day import NoticeForm
from qiao.organiser.workshop_scope import at_workshop_desk, workshop_desk_page
from qiao.workshops.badge_pictures import badge_picture
from qiao.workshops.domain.badges import badge_code, badge_token
from qiao.workshops.domain.notices import end_notice, write_notice
from qiao.workshops.domain.queries.attendance import STANDING_WORDS, Standing, WhoIsHere, who_is_here
from qiao.workshops.domain.table_plan import table_plan
from qiao.workshops.models import DayNotice, Workshop
from qiao.workshops.rules import checks_in, plans_programme, runs_workshop

#: Badges a page: pictures are made one by one.
BADGES = 200


@at_workshop_desk(checks_in)
@require_safe
def workshop_day(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Who is here: figures by side and kind, and the list."""
    today = who_is_here(workshop)
    standing = request.GET.get("standing", "")
    words = request.GET.get("q", "").replace("\0", "").strip()
    people = [
        one
        for one in today.people
        if (standing not in list(map(str, Standing)) or one.standing == standing)
        and words.casefold() in f"{one.registration.name} {one.registration.organisation}".casefold()
    ]
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_day.html",
        today=today,
        groups=_groups(today),
        page_obj=page_of(request, people, size=50),
        standings=[(str(value), label) for value, label in STANDING_WORDS.items()],
        words=words,
        standing=standing,
        may_plan=bool(plans_programme(request.user, workshop)),
    )


@at_workshop_desk(checks_in)
@require_safe
def workshop_day_figures(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """The figures alone, which the page asks for again by itself."""
    today = who_is_here(workshop)
    context = {"today": today, "groups": _groups(today), "workshop": workshop, "bridge": bridge}
    return render(request, "organiser/_workshop_day_figures.html", context)


@at_workshop_desk(checks_in)
@require_POST
def workshop_day_file(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """The list to take away."""
    try:
        file_format = ExportFormat(request.POST.get("format", ""))
    except ValueError:
        raise Http404 from None
    content, content_type = export_attendance(workshop, actor=request.user, file_format=file_format)
    response = HttpResponse(content, content_type=content_type)
    response["Content-Disposition"] = f'attachment; filename="attendance-{workshop.public_id}.{file_format}"'
    return response


@at_workshop_desk(checks_in)
@require_safe
def workshop_badges(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Badges to print, one a page of A6 or four a sheet of A4."""
    size = "a4" if request.GET.get("size") == "a4" else "a6"
    words = request.GET.get("q", "").replace("\0", "").strip()
    people = [
        one
        for one in who_is_here(workshop).people
        if words.casefold() in f"{one.registration.name} {one.registration.organisation}".casefold()
    ]
    page = page_of(request, people, size=BADGES)
    door = f"{settings.SITE_URL}{reverse('organiser:workshop_door', args=[bridge.slug, workshop.public_id])}"
    badges = [
        {
            "person": one.registration,
            "side": one.side,
            "code": badge_code(one.registration),
            "picture": badge_picture(f"{door}{badge_token(one.registration)}/"),
        }
        for one in page
    ]
    return workshop_desk_page(
        request, workshop, "organiser/workshop_badges.html", badges=badges, page_obj=page, size=size, words=words
    )


@at_workshop_desk(runs_workshop)
@require_safe
def workshop_tables(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Who sits where, a slot a part."""
    return workshop_desk_page(request, workshop, "organiser/workshop_tables.html", plans=table_plan(workshop))


@at_workshop_desk(plans_programme)
@require_http_methods(["GET", "HEAD", "POST"])
def workshop_notices(request: HttpRequest, bridge: Bridge, workshop: Workshop) -> HttpResponse:
    """Tell everybody of a change, and take notices down."""
    form = NoticeForm()
    if request.method == "POST" and request.POST.get("end"):
        notice = get_object_or_404(DayNotice, workshop=workshop, public_id=request.POST["end"])
        end_notice(notice, actor=request.user)
        messages.success(request, _("Taken down."))
        return redirect("organiser:workshop_notices", bridge.slug, workshop.public_id)
    if request.method == "POST":
        form = NoticeForm(request.POST)
        if form.is_valid():
            given = form.cleaned_data
            try:
                write_notice(workshop, actor=request.user, text={"en": given["text_en"], "zh-hans": given["text_zh"]})
            except InvalidInput as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("Everybody with a place is told."))
                return redirect("organiser:workshop_notices", bridge.slug, workshop.public_id)
    return workshop_desk_page(
        request,
        workshop,
        "organiser/workshop_notices.html",
        status=422 if form.errors else 200,
        form=form,
        page_obj=page_of(request, DayNotice.objects.filter(workshop=workshop), size=20),
    )


def _groups(today: WhoIsHere) -> list[tuple[str, list[object]]]:
    return [(_("Side"), list(today.sides)), (_("Kind"), list(today.kinds))]
