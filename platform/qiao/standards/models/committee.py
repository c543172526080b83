"""The map: standards bodies, their committees and groups, their documents and calendars. Common to all bridges."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from qiao.common.languages import preferred
from qiao.common.models import Public, Timestamped
from qiao.standards.enums import BodyKind, CommitteeKind, DeliverableKind, EventKind, Lifecycle
from qiao.standards.querysets.committee import CommitteeQuerySet, DeliverableQuerySet


def language_of(en: str, zh: str, fr: str) -> str:
    """The language of the title that is shown of these."""
    text, language = preferred(en, zh)
    return language if text else ("fr" if fr else "en")


class StandardsBody(Public):
    """ISO, IEC, SAC, BSI …: who makes standards, and how one takes part in its work."""

    code = models.SlugField(_("code"), max_length=20, unique=True)
    name = I18nCharField(_("name"), max_length=160)
    kind = models.CharField(_("kind"), max_length=16, choices=BodyKind)
    # Of national bodies: the two-letter code of their country.
    country = models.CharField(_("country"), max_length=2, blank=True)
    website = models.URLField(_("website"), blank=True)
    # How a newcomer takes part: plain words, Markdown.
    joining = I18nTextField(_("how to take part"), blank=True)
    # Who takes part in its groups is named by their own country's body.
    joins_through_national_body = models.BooleanField(_("experts are named by national bodies"), default=False)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "code")
        verbose_name = _("standards body")
        verbose_name_plural = _("standards bodies")

    def __str__(self) -> str:
        return str(self.name)


class IcsCode(models.Model):
    """A field, group or subgroup of the International Classification for Standards, such as 11.040.55."""

    code = models.CharField(max_length=12, primary_key=True)
    title_en = models.CharField(max_length=240, blank=True)
    title_zh = models.CharField(max_length=160, blank=True)

    class Meta:
        ordering = ("code",)
        verbose_name = _("ICS code")
        verbose_name_plural = _("ICS codes")

    def __str__(self) -> str:
        return self.code


class Committee(Public):
    """A technical committee, subcommittee, working group or mirror committee, under its parent.

    `reference` is what its body calls it (`ISO/TC 210/WG 1`). `source` says who keeps it: a synchronisation changes
    only what it brought itself, and what organisers wrote (`kept` names those fields) stays.
    """

    body = models.ForeignKey(StandardsBody, on_delete=models.PROTECT, related_name="committees")
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="children")
    reference = models.CharField(_("reference"), max_length=60)
    kind = models.CharField(_("kind"), max_length=8, choices=CommitteeKind)
    title_en = models.CharField(_("title in English"), max_length=300, blank=True)
    title_zh = models.CharField(_("title in Chinese"), max_length=160, blank=True)
    title_fr = models.CharField(_("title in French"), max_length=300, blank=True)
    scope_en = models.TextField(_("scope in English"), blank=True)
    scope_zh = models.TextField(_("scope in Chinese"), blank=True)
    ics_codes = ArrayField(models.CharField(max_length=12), verbose_name=_("ICS codes"), default=list, blank=True)
    lifecycle = models.CharField(_("state"), max_length=10, choices=Lifecycle, default=Lifecycle.ACTIVE)
    # Who holds the secretariat: a national body we know, or its name.
    secretariat_body = models.ForeignKey(
        StandardsBody, null=True, blank=True, on_delete=models.SET_NULL, related_name="secretariats"
    )
    secretariat = models.CharField(_("secretariat"), max_length=160, blank=True)
    website = models.URLField(_("website"), blank=True)
    source = models.CharField(max_length=20, blank=True, editable=False)
    kept = ArrayField(models.CharField(max_length=30), default=list, blank=True, editable=False)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    deliverables_count = models.PositiveIntegerField(default=0, editable=False)
    open_count = models.PositiveIntegerField(default=0, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    search = SearchVectorField(null=True, editable=False)

    objects = CommitteeQuerySet.as_manager()

    class Meta:
        ordering = ("body", "reference")
        verbose_name = _("committee")
        verbose_name_plural = _("committees")
        constraints = (models.UniqueConstraint(fields=("body", "reference"), name="committee_reference_once"),)
        indexes = (
            GinIndex(fields=("search",), name="committee_search"),
            GinIndex(fields=("ics_codes",), name="committee_by_ics"),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def title(self) -> str:
        """In the reader's language where there is one, otherwise in another."""
        return preferred(self.title_en, self.title_zh)[0] or self.title_fr or self.reference

    @property
    def title_language(self) -> str:
        """The language that `title` is in."""
        return language_of(self.title_en, self.title_zh, self.title_fr)

    @property
    def scope(self) -> str:
        """In the reader's language where there is one."""
        return preferred(self.scope_en, self.scope_zh)[0]


class Mirror(Timestamped):
    """Which national committee mirrors which international one."""

    committee = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="mirrors")
    mirror = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="mirrored")

    class Meta:
        ordering = ("committee", "mirror")
        verbose_name = _("mirror committee")
        verbose_name_plural = _("mirror committees")
        constraints = (models.UniqueConstraint(fields=("committee", "mirror"), name="mirrored_once"),)

    def __str__(self) -> str:
        return f"{self.mirror_id}: {self.committee_id}"


class Deliverable(Public):
    """A document of a body: published, or a project at a stage of its making."""

    body = models.ForeignKey(StandardsBody, on_delete=models.PROTECT, related_name="deliverables")
    committee = models.ForeignKey(Committee, null=True, on_delete=models.PROTECT, related_name="deliverables")
    reference = models.CharField(_("reference"), max_length=80)
    title_en = models.CharField(_("title in English"), max_length=500, blank=True)
    title_zh = models.CharField(_("title in Chinese"), max_length=300, blank=True)
    title_fr = models.CharField(_("title in French"), max_length=500, blank=True)
    kind = models.CharField(_("kind"), max_length=8, choices=DeliverableKind)
    # An ISO harmonised stage code such as 40.20; see stages.py.
    stage = models.CharField(_("stage"), max_length=5, blank=True)
    ics_codes = ArrayField(models.CharField(max_length=12), verbose_name=_("ICS codes"), default=list, blank=True)
    # As the body gives it: a year, a month or a day.
    published = models.CharField(_("published"), max_length=10, blank=True)
    digest = models.CharField(max_length=64, blank=True, editable=False)
    removed_at = models.DateTimeField(null=True, blank=True, editable=False)
    search = SearchVectorField(null=True, editable=False)

    objects = DeliverableQuerySet.as_manager()

    class Meta:
        ordering = ("reference",)
        verbose_name = _("document")
        verbose_name_plural = _("documents")
        constraints = (models.UniqueConstraint(fields=("body", "reference"), name="deliverable_once"),)
        indexes = (
            models.Index(fields=("committee", "stage"), name="deliverable_by_stage"),
            GinIndex(fields=("search",), name="deliverable_search"),
            GinIndex(fields=("ics_codes",), name="deliverable_by_ics"),
        )

    def __str__(self) -> str:
        return self.reference

    @property
    def title(self) -> str:
        """In the reader's language where there is one, otherwise in another."""
        return preferred(self.title_en, self.title_zh)[0] or self.title_fr or self.reference

    @property
    def title_language(self) -> str:
        """The language that `title` is in."""
        return language_of(self.title_en, self.title_zh, self.title_fr)


class CommitteeEvent(Public):
    """A date in a committee's calendar: a meeting, a ballot or time for comments that closes, a document."""

    committee = models.ForeignKey(Committee, on_delete=models.CASCADE, related_name="events")
    deliverable = models.ForeignKey(Deliverable, null=True, blank=True, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(_("kind"), max_length=12, choices=EventKind)
    title = I18nCharField(_("title"), max_length=200, blank=True)
    starts_on = models.DateField(_("on"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    place = models.CharField(_("place"), max_length=160, blank=True)
    url = models.URLField(_("link"), blank=True)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    # Rises with each change, for calendars.
    sequence = models.PositiveIntegerField(default=0, editable=False)

    class Meta:
        ordering = ("starts_on", "id")
        verbose_name = _("date of a committee")
        verbose_name_plural = _("dates of committees")
        indexes = (models.Index(fields=("committee", "starts_on"), name="committee_event_by_day"),)

    def __str__(self) -> str:
        return f"{self.committee_id}: {self.starts_on}"
