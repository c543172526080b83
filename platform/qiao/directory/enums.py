"""Words of the directory. Values are stored and sent to partners: they never change."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class OrganisationKind(models.TextChoices):
    STARTUP = "startup", _("Startup")
    SME = "sme", _("Small or medium-sized enterprise")
    LARGE_ENTERPRISE = "large_enterprise", _("Large enterprise")
    INVESTOR = "investor", _("Investor")
    UNIVERSITY = "university", _("University")
    RESEARCH_INSTITUTE = "research_institute", _("Research institute")
    HOSPITAL = "hospital", _("Hospital")
    GOVERNMENT_BODY = "government_body", _("Government body")
    INDUSTRY_ASSOCIATION = "industry_association", _("Industry association")
    SERVICE_PROVIDER = "service_provider", _("Service provider")
    STANDARDS_BODY = "standards_body", _("Standards body")


class OrganisationSize(models.TextChoices):
    MICRO = "micro", _("1–9 people")
    SMALL = "small", _("10–49 people")
    MEDIUM = "medium", _("50–249 people")
    LARGE = "large", _("250–999 people")
    VERY_LARGE = "very_large", _("1,000 people or more")


class PersonRole(models.TextChoices):
    OWNER = "owner", _("Owner")
    EDITOR = "editor", _("Editor")
    VIEWER = "viewer", _("Viewer")


class MembershipState(models.TextChoices):
    APPLIED = "applied", _("Applied")
    CHANGES_REQUESTED = "changes_requested", _("Changes asked for")
    APPROVED = "approved", _("Member")
    REJECTED = "rejected", _("Rejected")
    SUSPENDED = "suspended", _("Suspended")
    LEFT = "left", _("Left")


class Direction(models.TextChoices):
    NEED = "need", _("Need")
    OFFER = "offer", _("Offer")


class ListingKind(models.TextChoices):
    TECHNOLOGY = "technology", _("Technology")
    RD_COOPERATION = "rd_cooperation", _("R&D cooperation")
    INVESTMENT = "investment", _("Investment")
    MANUFACTURING = "manufacturing", _("Manufacturing")
    DISTRIBUTION = "distribution", _("Distribution and market access")
    CLINICAL_VALIDATION = "clinical_validation", _("Clinical validation")
    FACILITY_SHARING = "facility_sharing", _("Facility or instrument sharing")
    TALENT_TRAINING = "talent_training", _("Talent and training")
    DATA = "data", _("Data")
    ADVISORY = "advisory", _("Advisory service")
    STANDARDS_EXPERTISE = "standards_expertise", _("Standards expertise")


class DevelopmentStage(models.TextChoices):
    CONCEPT = "concept", _("Concept (TRL 1–2)")
    PROOF_OF_CONCEPT = "proof_of_concept", _("Proof of concept (TRL 3–4)")
    PROTOTYPE = "prototype", _("Prototype (TRL 5–6)")
    DEMONSTRATION = "demonstration", _("Demonstration (TRL 7)")
    MARKET_READY = "market_ready", _("Ready for the market (TRL 8)")
    IN_USE = "in_use", _("In use (TRL 9)")


#: Technology readiness levels that belong to each stage.
TRL_OF_STAGE: dict[str, range] = {
    DevelopmentStage.CONCEPT: range(1, 3),
    DevelopmentStage.PROOF_OF_CONCEPT: range(3, 5),
    DevelopmentStage.PROTOTYPE: range(5, 7),
    DevelopmentStage.DEMONSTRATION: range(7, 8),
    DevelopmentStage.MARKET_READY: range(8, 9),
    DevelopmentStage.IN_USE: range(9, 10),
}


class IntellectualProperty(models.TextChoices):
    NONE = "none", _("None")
    KNOW_HOW = "know_how", _("Secret know-how")
    PATENT_FILED = "patent_filed", _("Patent applied for")
    PATENT_GRANTED = "patent_granted", _("Patent granted")
    COPYRIGHT = "copyright", _("Copyright")
    DESIGN = "design", _("Registered design or trade mark")
    LICENSED_IN = "licensed_in", _("Licensed from others")
    OPEN = "open", _("Open source or open access")


class CooperationForm(models.TextChoices):
    LICENCE = "licence", _("Licence")
    JOINT_VENTURE = "joint_venture", _("Joint venture")
    RD_COOPERATION = "rd_cooperation", _("R&D cooperation agreement")
    INVESTMENT = "investment", _("Equity investment")
    CONTRACT_SERVICE = "contract_service", _("Contract service")
    DISTRIBUTION = "distribution", _("Distribution agreement")
    MANUFACTURING = "manufacturing", _("Manufacturing agreement")
    MEMORANDUM_FIRST = "memorandum_first", _("Memorandum of cooperation first")


class ListingState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    PAUSED = "paused", _("Paused")
    FULFILLED = "fulfilled", _("Fulfilled")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired")


class ReviewDecision(models.TextChoices):
    APPROVED = "approved", _("Approved")
    CHANGES_REQUESTED = "changes_requested", _("Changes asked for")
    REJECTED = "rejected", _("Rejected")


class InvitationPurpose(models.TextChoices):
    COLLEAGUE = "colleague", _("Join as a colleague")
    CLAIM = "claim", _("Take over a managed profile")


class ImportKind(models.TextChoices):
    ORGANISATIONS = "organisations", _("Organisations")
    LISTINGS = "listings", _("Needs and offers")


class ImportState(models.TextChoices):
    UPLOADED = "uploaded", _("Uploaded")
    CHECKING = "checking", _("Being checked")
    CHECKED = "checked", _("Checked")
    IMPORTING = "importing", _("Being imported")
    DONE = "done", _("Imported")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


class RowOutcome(models.TextChoices):
    """What a row of an import is, or has become."""

    NEW = "new", _("New")
    CHANGED = "changed", _("Changed")
    SAME = "same", _("Unchanged")
    BAD = "bad", _("Bad")
    LEFT_OUT = "left_out", _("Left out")
