"""Organisations and their people, needs and offers, membership of bridges, taxonomy."""

from qiao.directory.models.endorsement import Endorsement
from qiao.directory.models.importing import ImportFile, ImportJob, ImportRow
from qiao.directory.models.listing import Listing
from qiao.directory.models.membership import Block, Membership, Review
from qiao.directory.models.moderation import Appeal, Report
from qiao.directory.models.organisation import Organisation
from qiao.directory.models.people import Affiliation, Invitation, SavedItem
from qiao.directory.models.sector import Sector
from qiao.directory.models.verification import Verification, VerificationRequest

__all__ = [
    "Affiliation",
    "Appeal",
    "Block",
    "Endorsement",
    "ImportFile",
    "ImportJob",
    "ImportRow",
    "Invitation",
    "Listing",
    "Membership",
    "Organisation",
    "Report",
    "Review",
    "SavedItem",
    "Sector",
    "Verification",
    "VerificationRequest",
]
