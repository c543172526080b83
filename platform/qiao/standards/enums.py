"""Words of standards work. Values are stored and sent to partners: they never change."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class BodyKind(models.TextChoices):
    INTERNATIONAL = "international", pgettext_lazy("standards body", "International")
    REGIONAL = "regional", pgettext_lazy("standards body", "Regional")
    NATIONAL = "national", pgettext_lazy("standards body", "National")
    INDUSTRY = "industry", pgettext_lazy("standards body", "Of an industry or profession")


class CommitteeKind(models.TextChoices):
    """What a group of a standards body is. All stand in one tree, under their parents."""

    TECHNICAL_COMMITTEE = "tc", _("Technical committee")
    PROJECT_COMMITTEE = "pc", _("Project committee")
    SUBCOMMITTEE = "sc", _("Subcommittee")
    WORKING_GROUP = "wg", _("Working group")
    JOINT_WORKING_GROUP = "jwg", _("Joint working group")
    ADVISORY_GROUP = "ag", _("Advisory group")
    MIRROR_COMMITTEE = "mirror", _("National mirror committee")
    OTHER = "other", pgettext_lazy("committee", "Other group")


class Lifecycle(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("committee", "Proposed")
    FORMING = "forming", pgettext_lazy("committee", "Forming")
    ACTIVE = "active", pgettext_lazy("committee", "Active")
    DORMANT = "dormant", pgettext_lazy("committee", "Dormant")
    CLOSED = "closed", pgettext_lazy("committee", "Closed")


class DeliverableKind(models.TextChoices):
    INTERNATIONAL_STANDARD = "is", _("International standard")
    TECHNICAL_SPECIFICATION = "ts", _("Technical specification")
    TECHNICAL_REPORT = "tr", _("Technical report")
    PUBLICLY_AVAILABLE_SPECIFICATION = "pas", _("Publicly available specification")
    WORKSHOP_AGREEMENT = "iwa", _("International workshop agreement")
    GUIDE = "guide", pgettext_lazy("standard", "Guide")
    AMENDMENT = "amd", pgettext_lazy("standard", "Amendment")
    CORRIGENDUM = "cor", _("Technical corrigendum")
    OTHER = "other", pgettext_lazy("standard", "Other document")


class EventKind(models.TextChoices):
    """What stands in a committee's calendar."""

    MEETING = "meeting", pgettext_lazy("committee", "Meeting")
    BALLOT = "ballot", pgettext_lazy("committee", "Ballot closes")
    COMMENTS = "comments", pgettext_lazy("committee", "Comments close")
    DOCUMENT = "document", pgettext_lazy("committee", "Document")
    NOMINATIONS = "nominations", pgettext_lazy("committee", "Nominations close")


class GroupRole(models.TextChoices):
    CONVENOR = "convenor", _("Convenor")
    SECRETARY = "secretary", _("Secretary")
    PROJECT_LEADER = "project_leader", _("Project leader")
    EXPERT = "expert", _("Expert")
    OBSERVER = "observer", _("Observer")
    LIAISON = "liaison", _("Liaison")
    MIRROR_MEMBER = "mirror_member", _("Member of the mirror committee")


#: Roles that one person of a group holds at a time.
SINGLE_ROLES = frozenset({GroupRole.CONVENOR, GroupRole.SECRETARY})


class StakeholderCategory(models.TextChoices):
    """ISO's categories of stakeholders, as it asks for them when experts are named."""

    LARGE_INDUSTRY = "large_industry", _("Industry and commerce: large industry")
    SME = "sme", _("Industry and commerce: small and medium-sized enterprises")
    GOVERNMENT = "government", pgettext_lazy("stakeholder", "Government")
    CONSUMER = "consumer", pgettext_lazy("stakeholder", "Consumers")
    LABOUR = "labour", pgettext_lazy("stakeholder", "Labour")
    ACADEMIC = "academic", _("Academic and research bodies")
    STANDARDS_APPLICATION = "standards_application", _("Standards application")
    NGO = "ngo", _("Non-governmental organisations")


class BalanceDimension(models.TextChoices):
    """What a rule of a group's policy counts."""

    CATEGORY = "category", pgettext_lazy("balance", "Stakeholder category")
    SIDE = "side", pgettext_lazy("balance", "Side")
    REGION = "region", pgettext_lazy("balance", "Region")
    ORGANISATION = "organisation", pgettext_lazy("balance", "Any one organisation")


class SeatState(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("seat", "Seated")
    #: Attendance has fallen below what the policy asks.
    OBSERVING = "observing", pgettext_lazy("seat", "Without a vote until the next meeting attended")
    ENDED = "ended", pgettext_lazy("seat", "Ended")


class NominationState(models.TextChoices):
    INTEREST = "interest", pgettext_lazy("nomination", "Interest declared")
    NOMINATED = "nominated", pgettext_lazy("nomination", "Nominated by the organisation")
    ENDORSED = "endorsed", pgettext_lazy("nomination", "Endorsed")
    SEATED = "seated", pgettext_lazy("nomination", "Seated")
    DECLINED = "declined", pgettext_lazy("nomination", "Not accepted")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    LAPSED = "lapsed", pgettext_lazy("nomination", "Lapsed")


#: A nomination somebody still has to act on.
OPEN_NOMINATIONS = (NominationState.INTEREST, NominationState.NOMINATED, NominationState.ENDORSED)


class PairingAnswer(models.TextChoices):
    """What an organisation says of a group proposed to it."""

    NONE = "", pgettext_lazy("pairing", "Not answered")
    INTERESTED = "interested", pgettext_lazy("pairing", "Interested")
    LATER = "later", pgettext_lazy("pairing", "Later")
    NO = "no", pgettext_lazy("pairing", "Not for us")


class WorkKind(models.TextChoices):
    """What a gap can become."""

    SESSION = "session", _("Workshop session")
    WHITE_PAPER = "white_paper", _("White paper")
    NEW_WORK_ITEM = "new_work_item", _("New work item proposal")


class WorkState(models.TextChoices):
    SUGGESTED = "suggested", pgettext_lazy("work item", "Suggested by the matcher")
    DRAFT = "draft", pgettext_lazy("work item", "In preparation")
    SUBMITTED = "submitted", pgettext_lazy("work item", "Submitted")
    ACCEPTED = "accepted", pgettext_lazy("work item", "Accepted")
    DISMISSED = "dismissed", pgettext_lazy("work item", "Dismissed")


class DevelopmentTrack(models.IntegerChoices):
    """ISO's tracks of development, in months from registration to publication."""

    MONTHS_18 = 18, _("18 months")
    MONTHS_24 = 24, _("24 months")
    MONTHS_36 = 36, _("36 months")
    MONTHS_48 = 48, _("48 months")


class MentorState(models.TextChoices):
    PROPOSED = "proposed", pgettext_lazy("mentor", "Proposed")
    ASKED = "asked", pgettext_lazy("mentor", "Asked")
    AGREED = "agreed", pgettext_lazy("mentor", "Agreed")
    DECLINED = "declined", pgettext_lazy("mentor", "Declined")
    ENDED = "ended", pgettext_lazy("mentor", "Ended")


class NoticeKind(models.TextChoices):
    TRAINING = "training", pgettext_lazy("notice", "Training")
    FUNDING = "funding", pgettext_lazy("notice", "Funding")


class SyncState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("run", "Waiting")
    RUNNING = "running", pgettext_lazy("run", "Running")
    DONE = "done", pgettext_lazy("run", "Done")
    FAILED = "failed", pgettext_lazy("run", "Failed")
