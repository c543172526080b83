"""What each kind of act in the audit log is called, as a sentence goes on after a person's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from qiao.activity.private_acts import PRIVATE_ACTS as PRIVATE_ACTS

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

#: Acts that an organisation's own people may read of.
ACTS: dict[str, StrOrPromise] = {
    "create_organisation": _("added the organisation"),
    "update_organisation": _("changed the profile"),
    "apply_to_bridge": _("applied for membership of the bridge"),
    "leave_bridge": _("left the bridge"),
    "review_membership": _("decided on the membership"),
    "create_listing": _("wrote a need or offer"),
    "update_listing": _("changed a need or offer"),
    "submit_listing": _("sent a need or offer to review"),
    "return_listing_to_draft": _("took a need or offer back from review"),
    "review_listing": _("decided on a need or offer"),
    "pause_listing": _("paused a need or offer"),
    "resume_listing": _("showed a need or offer again"),
    "fulfil_listing": _("marked a need or offer as fulfilled"),
    "withdraw_listing": _("withdrew a need or offer"),
    "reopen_listing": _("reopened a need or offer"),
    "expire_listing": _("ended a need or offer on its date"),
    "delete_draft": _("deleted a draft"),
    "invite": _("invited somebody"),
    "revoke_invitation": _("took an invitation back"),
    "accept_invitation": _("accepted an invitation"),
    "change_person_role": _("changed somebody's role"),
    "remove_person": _("removed somebody"),
    "leave_organisation": _("left the organisation"),
    "ask_to_join": _("asked to join"),
    "block_organisation": _("stopped proposals with another organisation"),
    "unblock_organisation": _("allowed proposals with another organisation again"),
    "suspend_membership": _("suspended the membership"),
    "restore_membership": _("restored the membership"),
    "retract_publication": _("took the approval of a need or offer back"),
    "verify_organisation": _("verified the organisation"),
    "end_verification": _("ended a verification"),
    "ask_for_verification": _("asked for verification"),
    "take_back_verification_request": _("took the request for verification back"),
    "answer_verification_request": _("answered the request for verification"),
    "hide_listing": _("took a need or offer out of sight"),
    "unhide_listing": _("put a need or offer back in sight"),
    "appeal": _("appealed against a decision"),
    "answer_appeal": _("answered an appeal"),
    "endorse_organisation": _("recommended a partner"),
    "withdraw_endorsement": _("took a recommendation back"),
    "hide_endorsement": _("hid an endorsement"),
    "show_endorsement": _("showed an endorsement again"),
    "import_organisation": _("imported the profile"),
    "import_membership": _("imported the membership"),
    "import_listing": _("imported a need or offer"),
}

#: Acts of those who run a bridge.
DESK_ACTS: dict[str, StrOrPromise] = {
    "create_bridge": _("made the bridge"),
    "update_bridge": _("changed what the bridge says of itself"),
    "change_bridge": _("changed the bridge on the administration site"),
    "change_policy": _("changed the matching policy"),
    "set_bridge_role": _("gave a role at the desk"),
    "remove_bridge_role": _("took a role at the desk away"),
    "start_import": _("uploaded a file"),
    "check_import": _("had a file checked"),
    "confirm_import": _("confirmed an import"),
    "apply_import": _("imported a file"),
    "cancel_import": _("gave an import up"),
    "fail_import": _("stopped an import"),
    "request_run": _("asked for a run of the matcher"),
    "finish_run": _("finished a run of the matcher"),
    "change_encoder": _("began to read needs and offers with another language model"),
    "fail_run": _("gave a run of the matcher up"),
    "adopt_weights": _("adopted weights refitted from responses"),
    "keep_weights": _("refitted the weights from responses and kept those in use"),
    "use_weights": _("chose the weights to score with"),
    "release_weights": _("let refits be adopted by themselves again"),
    "look_into_report": _("began to look into a report"),
    "put_report_back": _("put a report back"),
    "decide_report": _("decided on a report"),
    "retry_mail": _("had a message tried again"),
}

#: Acts on the single rows of an import.
ROWS_OF_IMPORTS = frozenset({"import_organisation", "import_membership", "import_listing"})
