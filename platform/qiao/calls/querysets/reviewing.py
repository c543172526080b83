"""Reads of reviewers and their marks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models
from django.utils import timezone

from qiao.calls.enums import EntryState
from qiao.directory.enums import PersonRole
from qiao.directory.models import Affiliation, Organisation

if TYPE_CHECKING:
    from qiao.calls.models import Entry, Mark, Reviewer


class ReviewerQuerySet(models.QuerySet["Reviewer"]):
    """People asked to review."""

    def active(self) -> ReviewerQuerySet:
        """Those who have accepted and were not removed."""
        return self.filter(user__isnull=False, accepted_at__isnull=False, removed_at=None)

    def invited(self) -> ReviewerQuerySet:
        """Those whose link is still good."""
        return self.filter(accepted_at=None, removed_at=None, expires_at__gt=timezone.now())

    def entering(self) -> ReviewerQuerySet:
        """Those who belong to an organisation that enters: they review nothing of the call."""
        from qiao.calls.models import Entry

        entries = Entry.objects.filter(
            call=models.OuterRef("call"), organisation__affiliations__user=models.OuterRef("user")
        )
        return self.filter(models.Exists(entries.exclude(state=EntryState.WITHDRAWN)))

    def expected_for(self, entry: Entry) -> ReviewerQuerySet:
        """Whose mark of an entry counts: all but those who keep out of it."""
        return self.active().filter(call=entry.call_id).exclude(pk__in=_keeping_out(models.Value(entry.pk)))


class MarkQuerySet(models.QuerySet["Mark"]):
    """Marks of entries."""

    def opened(self) -> MarkQuerySet:
        """Those nobody can be led by any more: the marking has ended, or everybody expected has marked the entry."""
        from qiao.calls.models import Mark, Reviewer

        marked = Mark.objects.filter(
            reviewer=models.OuterRef("pk"),
            entry=models.OuterRef(models.OuterRef("entry")),
            stage=models.OuterRef(models.OuterRef("stage")),
        )
        missing = (
            Reviewer.objects.active()
            .filter(call=models.OuterRef("entry__call"))
            .exclude(pk__in=_keeping_out(models.OuterRef(models.OuterRef(models.OuterRef("entry")))))
            .filter(~models.Exists(marked))
        )
        return self.filter(models.Q(stage__marked_at__isnull=False) | ~models.Exists(missing))

    def visible_to(self, user: Any) -> MarkQuerySet:
        """A person's own marks; others' once they are open, for reviewers of the entry and for who decides on it.

        Who decides reads the verdicts; `note` is for reviewers alone: see `domain/queries/marks_view.py`.
        """
        if not user.is_authenticated:
            return self.none()
        from qiao.calls.models import Entry
        from qiao.calls.querysets.call import bridges_run_by
        from qiao.calls.querysets.entry import entries_of_people_in

        opened = models.Q(pk__in=self.model._default_manager.all().opened().values("pk"))
        if user.is_superuser:
            return self.filter(opened | models.Q(reviewer__user=user))
        managing = Affiliation.objects.filter(user=user, role__in=(PersonRole.OWNER, PersonRole.EDITOR))
        run = bridges_run_by(user).values("bridge_id")
        decides = (
            models.Q(entry__call__organisation__in=managing.values("organisation_id"))
            | models.Q(entry__call__organisation__in=Organisation.objects.filter(managed_by__in=run).values("pk"))
            | models.Q(entry__call__bridge__in=run)
        )
        # Whose own organisation enters sees nothing of what is thought of it or of others.
        competes = models.Exists(entries_of_people_in(models.OuterRef("entry__call"), user=user))
        reviews = models.Q(entry__in=Entry.objects.to_review_by(user))
        return self.filter(models.Q(reviewer__user=user) | (opened & (reviews | decides) & ~competes))


def _keeping_out(entry: Any) -> models.QuerySet[Any, Any]:
    """Ids of reviewers who keep out of an entry: they have said so, or belong to an organisation that enters."""
    from qiao.calls.models import Conflict, Reviewer

    said = Conflict.objects.filter(entry=entry, reviewer=models.OuterRef("pk"))
    reviewers = Reviewer.objects.all()
    return reviewers.filter(models.Q(pk__in=reviewers.entering().values("pk")) | models.Exists(said)).values("pk")
