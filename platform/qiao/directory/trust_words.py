"""Words of trust: verification, reports, appeals. Values are stored and never change."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class VerificationLevel(models.TextChoices):
    """What was verified of an organisation."""

    EMAIL_DOMAIN = "email_domain", _("Address confirmed")
    DOCUMENT = "document", _("Document checked")
    VOUCHED = "vouched", _("Vouched for")


class VerificationState(models.TextChoices):
    HELD = "held", pgettext_lazy("verification", "Holds")
    WITHDRAWN = "withdrawn", pgettext_lazy("verification", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("verification", "Run out")


class DocumentKind(models.TextChoices):
    """What an organiser has seen."""

    REGISTRATION = "registration", _("Certificate of registration")
    LICENCE = "licence", _("Business licence")
    CHARITY = "charity", _("Entry in the register of charities")
    CHARTER = "charter", _("Charter or founding act")
    TAX = "tax", _("Tax or VAT registration")
    REGISTER_ENTRY = "register_entry", _("Entry in a public register")
    OTHER = "other", _("Another document")


class VerificationRequestState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("verification request", "Waiting")
    GRANTED = "granted", pgettext_lazy("verification request", "Verified")
    DECLINED = "declined", pgettext_lazy("verification request", "Not verified")
    TAKEN_BACK = "taken_back", pgettext_lazy("verification request", "Taken back")


class ReportCategory(models.TextChoices):
    """What is wrong, in the eyes of who reports it."""

    FALSE = "false", _("False or misleading statements")
    IMPERSONATION = "impersonation", _("Pretends to be somebody else")
    FRAUD = "fraud", _("Fraud, or asks for money")
    CONFIDENTIAL = "confidential", _("Gives away what is confidential")
    RIGHTS = "rights", _("Uses what belongs to others")
    ABUSE = "abuse", _("Insults, threats or harassment")
    SPAM = "spam", _("Advertising, or sent to many")
    ILLEGAL = "illegal", _("Illegal")
    OTHER = "other", _("Something else")


class ReportState(models.TextChoices):
    OPEN = "open", pgettext_lazy("report", "Open")
    LOOKING = "looking", pgettext_lazy("report", "Being looked into")
    UPHELD = "upheld", pgettext_lazy("report", "Upheld")
    DISMISSED = "dismissed", pgettext_lazy("report", "Dismissed")


class Measure(models.TextChoices):
    """What follows from a report that is upheld."""

    NONE = "none", _("Nothing but this decision")
    HIDE = "hide", _("Take what was reported out of sight")
    SUSPEND = "suspend", _("Suspend the organisation's membership")


class AppealState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("appeal", "Waiting")
    GRANTED = "granted", pgettext_lazy("appeal", "Granted")
    DISMISSED = "dismissed", pgettext_lazy("appeal", "Dismissed")
