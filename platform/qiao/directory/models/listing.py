"""A need or an offer."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from qiao.common.languages import TextLanguage
from qiao.common.models import Public
from qiao.common.money import Currency, MoneyRange
from qiao.directory.enums import (
    CooperationForm,
    DevelopmentStage,
    Direction,
    IntellectualProperty,
    ListingKind,
    ListingState,
    OrganisationKind,
    OrganisationSize,
)
from qiao.directory.querysets.listing import ListingQuerySet
from qiao.directory.validators import validate_country

TITLE_LENGTH = 160
TEXT_LENGTH = 8000


class Listing(Public):
    """What an organisation seeks (a need) or can give (an offer), on one bridge.

    An investor's thesis is an offer of investment: `amount_*` is the ticket range, `stages_sought` and
    `regions_sought` where it invests. For a need of investment `amount_*` is the sum sought.
    An empty list of kinds, sizes or countries sought means any.
    """

    organisation = models.ForeignKey("directory.Organisation", on_delete=models.CASCADE, related_name="listings")
    bridge = models.ForeignKey("bridges.Bridge", on_delete=models.CASCADE, related_name="listings")
    direction = models.CharField(_("need or offer"), max_length=8, choices=Direction)
    kind = models.CharField(_("kind"), max_length=24, choices=ListingKind)
    language = models.CharField(_("language of the text"), max_length=4, choices=TextLanguage)
    title = models.CharField(_("title"), max_length=TITLE_LENGTH)
    text = models.TextField(_("text"), validators=[MaxLengthValidator(TEXT_LENGTH)])
    other_title = models.CharField(_("title in the other language"), max_length=TITLE_LENGTH, blank=True)
    other_text = models.TextField(
        _("short text in the other language"), blank=True, validators=[MaxLengthValidator(TEXT_LENGTH)]
    )
    sectors = models.ManyToManyField("directory.Sector", verbose_name=_("sectors"), blank=True, related_name="+")
    stage = models.CharField(_("stage of development"), max_length=20, choices=DevelopmentStage, blank=True)
    trl = models.PositiveSmallIntegerField(
        _("technology readiness level"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(9)],
    )
    ip_status = models.CharField(_("intellectual property"), max_length=20, choices=IntellectualProperty, blank=True)
    forms = ArrayField(
        models.CharField(max_length=24, choices=CooperationForm),
        verbose_name=_("forms of cooperation sought"),
        default=list,
        blank=True,
    )
    partner_kinds = ArrayField(
        models.CharField(max_length=24, choices=OrganisationKind),
        verbose_name=_("kinds of partner sought"),
        default=list,
        blank=True,
    )
    partner_sizes = ArrayField(
        models.CharField(max_length=12, choices=OrganisationSize),
        verbose_name=_("sizes of partner sought"),
        default=list,
        blank=True,
    )
    countries = ArrayField(
        models.CharField(max_length=2, validators=[validate_country]),
        verbose_name=_("countries sought"),
        default=list,
        blank=True,
    )
    amount_min = models.BigIntegerField(_("amount from"), null=True, blank=True, validators=[MinValueValidator(1)])
    amount_max = models.BigIntegerField(_("amount to"), null=True, blank=True, validators=[MinValueValidator(1)])
    currency = models.CharField(_("currency"), max_length=3, choices=Currency, blank=True)
    stages_sought = ArrayField(
        models.CharField(max_length=20, choices=DevelopmentStage),
        verbose_name=_("stages invested in"),
        default=list,
        blank=True,
    )
    regions_sought = ArrayField(
        models.CharField(max_length=80), verbose_name=_("regions invested in"), default=list, blank=True
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    anonymous = models.BooleanField(
        _("list without our name"),
        default=False,
        help_text=_("Others see kind, size and country. The name is shown when an introduction is agreed."),
    )
    state = models.CharField(_("state"), max_length=12, choices=ListingState, default=ListingState.DRAFT)
    published_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)
    source = models.CharField(max_length=40, blank=True, editable=False)
    external_id = models.CharField(max_length=120, blank=True, editable=False)
    search = SearchVectorField(null=True, editable=False)

    objects = ListingQuerySet.as_manager()

    class Meta:
        ordering = ("-published_at", "-id")
        verbose_name = _("need or offer")
        verbose_name_plural = _("needs and offers")
        constraints = (
            models.UniqueConstraint(
                fields=("bridge", "source", "external_id"),
                condition=~models.Q(external_id=""),
                name="listing_external_id",
            ),
            models.CheckConstraint(
                condition=models.Q(amount_min__isnull=True)
                | models.Q(amount_max__isnull=True)
                | models.Q(amount_min__lte=models.F("amount_max")),
                name="listing_amount_in_order",
            ),
        )
        indexes = (
            GinIndex(fields=("search",), name="listing_search"),
            models.Index(fields=("bridge", "state", "-published_at", "-id"), name="listing_by_bridge"),
            models.Index(fields=("organisation", "state"), name="listing_by_organisation"),
            models.Index(fields=("updated_at",), name="listing_by_change"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def money(self) -> MoneyRange | None:
        """The amount sought or the ticket range, if stated."""
        if self.amount_min is None and self.amount_max is None:
            return None
        return MoneyRange(self.amount_min, self.amount_max, self.currency)

    @property
    def is_past_its_date(self) -> bool:
        """Whether its date has gone by."""
        return self.valid_until is not None and self.valid_until < timezone.localdate()

    @property
    def is_thesis(self) -> bool:
        """Whether this is an investor's thesis."""
        return self.direction == Direction.OFFER and self.kind == ListingKind.INVESTMENT
