"""What came of a refit, in words for those who run a bridge."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.formats import number_format
from django.utils.translation import gettext as _

from matching.app.domain.queries.learning_view import Change, LearningView
from matching.app.enums import RefitOutcome
from matching.app.models import ScoringModel
from qiao.directory.listing_facts import joined


@dataclass(frozen=True)
class RefitLine:
    """One refit and what is said of it."""

    refit: ScoringModel
    outcome: str
    quality: str


def change_words(view: LearningView) -> list[str]:
    """What the shown version changed, in at most two sentences."""
    said = []
    if more := view.labels(Change.MORE):
        said.append(_("These count more than before: %(points)s.") % {"points": joined(more)})
    if less := view.labels(Change.LESS):
        said.append(_("These count less than before: %(points)s.") % {"points": joined(less)})
    return said or [_("Nothing counts noticeably more or less than before.")]


def refit_line(refit: ScoringModel, view: LearningView) -> RefitLine:
    """A refit with its words."""
    return RefitLine(refit, outcome_words(refit, view), quality_words(refit))


def outcome_words(refit: ScoringModel, view: LearningView) -> str:
    """Whether a refit was adopted, and if not, why."""
    if refit.adopted:
        return _("Adopted: it foretells responses better than what was in use.")
    if refit.outcome == RefitOutcome.TOO_FEW:
        return _(
            "Not adopted: too few responses that speak of the fit. It takes at least %(responses)s, for and against, "
            "from %(organisations)s organisations or more."
        ) % {"responses": view.least_responses, "organisations": view.least_organisations}
    if refit.outcome == RefitOutcome.NOT_BETTER:
        return _("Not adopted: it foretells responses it has not seen no better than what was in use.")
    return _("Not adopted: it foretells better, but an organiser held what was in use.")


def quality_words(refit: ScoringModel) -> str:
    """How well it foretells held-out responses, against what was in use and the beginning; nothing for too few."""
    if not refit.quality:
        return ""
    # Django cuts numbers off where one expects them rounded.
    figures = {
        f"{name}_{measure}": f"{value:.0%}" if measure == "auc" else number_format(round(value, 3), 3)
        for name, measures in refit.quality.items()
        for measure, value in measures.items()
    }
    return (
        _(
            "It puts a welcome proposal above an unwelcome one in %(fitted_auc)s of cases (what was in use: "
            "%(in_use_auc)s; the beginning: %(priors_auc)s). Log loss, lower is better: %(fitted_log_loss)s "
            "(%(in_use_log_loss)s; %(priors_log_loss)s)."
        )
        % figures
    )
