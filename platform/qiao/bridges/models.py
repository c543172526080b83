"""A bridge, its sides, the people who run it and its matching policy."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from i18nfield.fields import I18nCharField, I18nTextField

from qiao.bridges.enums import BridgeRole, BridgeState
from qiao.bridges.querysets import BridgeQuerySet
from qiao.common.languages import InterfaceLanguage
from qiao.common.models import Public, Timestamped
from qiao.common.regions import country_name


class Bridge(Public):
    """A lasting corridor between regions of two or more countries."""

    slug = models.SlugField(_("address"), max_length=40, unique=True)
    name = I18nCharField(_("name"), max_length=120)
    tagline = I18nCharField(_("tagline"), max_length=200, blank=True)
    description = I18nTextField(_("description"), blank=True)
    theme = I18nCharField(_("theme of the year"), max_length=200, blank=True)
    languages = models.JSONField(_("languages"), default=list)
    state = models.CharField(_("state"), max_length=12, choices=BridgeState, default=BridgeState.PREPARING)
    contact_email = models.EmailField(_("contact e-mail"), blank=True)

    objects = BridgeQuerySet.as_manager()

    class Meta:
        ordering = ("slug",)
        verbose_name = _("bridge")
        verbose_name_plural = _("bridges")

    def __str__(self) -> str:
        return str(self.name)

    @property
    def language_labels(self) -> list[str]:
        """Names of the languages the bridge works in."""
        return [str(InterfaceLanguage(code).label) for code in self.languages if code in InterfaceLanguage.values]


class Side(Timestamped):
    """One end of a bridge: a region of a country, with the body that guides it."""

    bridge = models.ForeignKey(Bridge, on_delete=models.CASCADE, related_name="sides")
    code = models.SlugField(_("code"), max_length=20)
    country = models.CharField(_("country"), max_length=2)
    region = I18nCharField(_("region"), max_length=120, blank=True)
    guiding_body = I18nCharField(_("guiding body"), max_length=200, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("bridge", "position", "id")
        verbose_name = _("side")
        verbose_name_plural = _("sides")
        constraints = (models.UniqueConstraint(fields=("bridge", "code"), name="side_code_in_bridge"),)

    def __str__(self) -> str:
        return self.country_label

    @property
    def country_label(self) -> str:
        """Name of the country in the interface's language."""
        return country_name(self.country)


class BridgeStaff(Timestamped):
    """A person's role on a bridge."""

    bridge = models.ForeignKey(Bridge, on_delete=models.CASCADE, related_name="staff")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="bridge_roles")
    role = models.CharField(_("role"), max_length=12, choices=BridgeRole)
    side = models.ForeignKey(Side, null=True, blank=True, on_delete=models.SET_NULL, related_name="staff")

    class Meta:
        verbose_name = _("organiser of a bridge")
        verbose_name_plural = _("organisers of bridges")
        constraints = (models.UniqueConstraint(fields=("bridge", "user"), name="one_role_on_a_bridge"),)

    def __str__(self) -> str:
        return f"{self.user_id}: {self.role}"


def none_or_few(one_in: int) -> None:
    """Raises `ValidationError` for tries in more than a quarter of a list."""
    if 0 < one_in < 4:
        raise ValidationError(_("At most one place in 4. Use 0 for none."))


class MatchingPolicy(Timestamped):
    """What a bridge lets the matcher do. The version grows with each change and is kept with every run."""

    bridge = models.OneToOneField(Bridge, on_delete=models.CASCADE, related_name="policy")
    version = models.PositiveIntegerField(default=1, editable=False)
    proposals_per_organisation = models.PositiveSmallIntegerField(
        _("proposals an organisation receives"),
        default=12,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_("Few is better: people read what is short."),
    )
    least_score = models.FloatField(
        _("least score"),
        default=0.35,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("Pairs below it are not proposed, from 0 to 1."),
    )
    newcomer_floor = models.PositiveSmallIntegerField(
        _("proposals a newcomer or small firm gets at least"), default=2, validators=[MaxValueValidator(20)]
    )
    requests_per_organisation = models.PositiveSmallIntegerField(
        _("requests an organisation should expect at most"),
        default=8,
        validators=[MinValueValidator(1), MaxValueValidator(50)],
        help_text=_(
            "Each proposal brings a request as likely as the other side is to ask. "
            "Whom many would ask is proposed to fewer, so that nobody is worn out."
        ),
    )
    trust_weight = models.FloatField(
        _("most that verification counts"),
        default=0.3,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_(
            "The most it may add, from 0, not at all, to 1, a little more than a shared sector. It begins at 0.3, or "
            "at this if this is less; responses move it within the limit. Who is not verified loses nothing."
        ),
    )
    one_try_in = models.PositiveSmallIntegerField(
        _("one place for a try in so many"),
        default=12,
        validators=[none_or_few],
        help_text=_(
            "A try is a pairing slightly below the others, marked as such: without them the matcher learns only about "
            "what it already believes. 0 for none."
        ),
    )

    class Meta:
        verbose_name = _("matching policy")
        verbose_name_plural = _("matching policies")

    def __str__(self) -> str:
        return f"{self.bridge_id} v{self.version}"
