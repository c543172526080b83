"""What responses have taught the matcher: in words and figures, and the way back."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from matching.app.domain.learning_choice import release_weights, use_weights
from matching.app.domain.queries.learning_view import LearningView, learning_view, refits_of
from matching.app.models import ScoringModel
from qiao.bridges.models import Bridge
from qiao.common.errors import InvalidInput
from qiao.common.pagination import page_of
from qiao.organiser.learning_words import change_words, quality_words, refit_line
from qiao.organiser.scope import desk_page, for_organisers


@for_organisers
@require_safe
def learning(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """The weights in use against those before and the priors, and every refit."""
    return _page(request, bridge, learning_view(bridge))


@for_organisers
@require_safe
def learning_version(request: HttpRequest, bridge: Bridge, version: int) -> HttpResponse:
    """The same of one refit, in use or not."""
    return _page(request, bridge, _view_of(bridge, version))


@for_organisers
@require_http_methods(["GET", "HEAD", "POST"])
def learning_use(request: HttpRequest, bridge: Bridge, version: int) -> HttpResponse:
    """Go back to a version, or to the priors (0), after being asked once more."""
    if request.method == "POST":
        try:
            use_weights(bridge, actor=request.user, version=version)
        except InvalidInput as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("These weights are in use now. A run goes over the bridge with them."))
        return redirect("organiser:learning", bridge.slug)
    view = _view_of(bridge, version) if version else learning_view(bridge)
    return desk_page(request, bridge, "organiser/learning_use.html", view=view, version=version)


@for_organisers
@require_POST
def learning_release(request: HttpRequest, bridge: Bridge) -> HttpResponse:
    """Let refits be adopted by themselves again."""
    release_weights(bridge, actor=request.user)
    messages.success(request, _("From tonight on, a refit that foretells better is adopted by itself."))
    return redirect("organiser:learning", bridge.slug)


def _view_of(bridge: Bridge, version: int) -> LearningView:
    """Raises `Http404` for a refit that has no weights or is not there."""
    try:
        return learning_view(bridge, version=version)
    except ScoringModel.DoesNotExist:
        raise Http404 from None


def _page(request: HttpRequest, bridge: Bridge, view: LearningView) -> HttpResponse:
    page = page_of(request, refits_of(bridge), size=15)
    return desk_page(
        request,
        bridge,
        "organiser/learning.html",
        view=view,
        words=change_words(view) if view.shown is not None else [],
        quality=quality_words(view.shown) if view.shown is not None else "",
        page_obj=page,
        refits=[refit_line(refit, view) for refit in page],
    )
