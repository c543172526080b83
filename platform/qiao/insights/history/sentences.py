"""What each verb of the audit log is called, as a sentence goes on after who did it; and its states."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from matching.app.enums import ProposalState, RunState
from qiao.bridges.enums import BridgeRole, BridgeState
from qiao.calls.enums import CallState, EntryState
from qiao.common.languages import InterfaceLanguage
from qiao.directory import trust_words
from qiao.directory.acts import ACTS, DESK_ACTS
from qiao.directory.enums import ImportState, ListingState, MembershipState, PersonRole, RowOutcome
from qiao.notifications.enums import CircularState, MailState
from qiao.partnerships.enums import Answer, FollowUpAnswer, IntroductionState, MilestoneState, Stage
from qiao.workshops.enums import MeetingOutcome, MeetingState, RegistrationState, SessionState, WorkshopState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from qiao.activity.models import AuditEntry

#: Acts on a proposal, and in what comes of it.
PARTNERSHIP_ACTS: dict[str, StrOrPromise] = {
    "save_proposal": _("saved a proposal"),
    "remove_saved_proposal": _("no longer saves a proposal"),
    "dismiss_proposal": _("said no to a proposal"),
    "put_off_proposal": _("said later to a proposal"),
    "restore_proposal": _("put a proposal back into the list"),
    "ask_question": _("asked a question before answering"),
    "request_introduction": _("asked for an introduction"),
    "send_queued_request": _("passed a waiting request on"),
    "introduce_by_hand": _("proposed an introduction"),
    "pass_on_request": _("passed the request on"),
    "do_not_pass_on_request": _("did not pass the request on"),
    "open_introduction": _("said interested: both sides are introduced"),
    "answer_request": _("answered a request"),
    "take_back_answer": _("took the answer back"),
    "withdraw_request": _("withdrew the request"),
    "lapse_request": _("let the request lapse on its date"),
    "remind_of_request": _("sent a reminder of the request"),
    "nudge": _("sent a reminder"),
    "assign_adviser": _("changed who advises"),
    "pause_introduction": _("paused an introduction"),
    "resume_introduction": _("went on with an introduction"),
    "close_introduction": _("closed an introduction"),
    "reopen_introduction": _("opened an introduction again"),
    "set_next_step": _("changed the next step"),
    "set_contact": _("changed the contact"),
    "send_message": _("wrote a message"),
    "retract_message": _("took a message back"),
    "acknowledge_confidentiality": _("read that nothing confidential is said yet"),
    "add_note": _("wrote a note"),
    "change_note": _("changed a note"),
    "delete_note": _("threw a note away"),
    "record_milestone": _("recorded a milestone"),
    "confirm_milestone": _("confirmed a milestone"),
    "dispute_milestone": _("disputed a milestone"),
    "withdraw_milestone": _("took a milestone back"),
    "answer_follow_up": _("answered how it goes"),
}

#: Acts on a call, an entry to one, and an invitation.
CALL_ACTS: dict[str, StrOrPromise] = {
    "create_call": _("wrote a call"),
    "update_call": _("changed a call"),
    "submit_call": _("sent a call to review"),
    "return_call_to_draft": _("took a call back from review"),
    "review_call": _("decided on a call"),
    "extend_call": _("put the date of a call off"),
    "withdraw_call": _("withdrew a call"),
    "close_call": _("closed a call on its date"),
    "invite_members": _("invited members to a call"),
    "begin_deciding": _("put the entries before the reviewers"),
    "end_marking": _("ended the marking of a stage"),
    "end_stage": _("ended a stage of a call"),
    "finish_call": _("ended a call"),
    "invite_reviewer": _("asked somebody to review"),
    "accept_review": _("accepted to review"),
    "remove_reviewer": _("asked somebody no longer to review"),
    "declare_interests": _("said which entries touch their own interests"),
    "mark_entry": _("marked an entry"),
    "start_entry": _("began an entry"),
    "change_entry": _("changed a draft of an entry"),
    "submit_entry": _("handed an entry in"),
    "take_back_entry": _("took an entry back to change it"),
    "withdraw_entry": _("withdrew an entry"),
    "reopen_entry": _("went on with a withdrawn entry"),
    "advance_entry": _("chose an entry for the next stage"),
    "decline_entry": _("did not choose an entry"),
    "award_entry": _("had an entry win"),
    "write_feedback": _("wrote feedback on an entry"),
    "decline_call_invitation": _("said no to an invitation to a call"),
    "undo_decline_call_invitation": _("took back a no to an invitation to a call"),
}

#: Acts on a workshop, its registrations, sessions and meetings.
WORKSHOP_ACTS: dict[str, StrOrPromise] = {
    "register": _("registered for a workshop"),
    "register_delegation": _("registered a delegation"),
    "change_registration": _("changed a registration"),
    "withdraw_registration": _("withdrew a registration"),
    "approve_registration": _("accepted a registration"),
    "decline_registration": _("did not accept a registration"),
    "invite_person": _("invited somebody to a workshop"),
    "note_registration": _("wrote a note on a registration"),
    "move_up_registration": _("moved somebody up from the waiting list"),
    "create_session": _("added a session"),
    "change_session": _("changed a session"),
    "place_session": _("gave a session its room and time"),
    "cancel_session": _("cancelled a session"),
    "restore_session": _("brought a session back"),
    "add_to_session": _("named somebody for a session"),
    "remove_from_session": _("took somebody out of a session"),
    "answer_session": _("said whether they come to a session"),
    "ask_session_again": _("asked those once more who had not answered for a session"),
    "release_programme": _("released the programme"),
    "create_workshop": _("set a workshop up"),
    "copy_workshop": _("began a workshop from an earlier one"),
    "update_workshop": _("changed a workshop"),
    "publish_workshop": _("published a workshop"),
    "unpublish_workshop": _("took a workshop out of sight"),
    "cancel_workshop": _("cancelled a workshop"),
    "reopen_workshop": _("took a cancelled workshop up again"),
    "end_workshop": _("ended a workshop after its last day"),
    "set_questions": _("wrote the questions of registration"),
    "set_asking_rules": _("changed who may ask whom for a meeting"),
    "save_room": _("added or changed a room"),
    "remove_room": _("removed a room"),
    "restore_room": _("brought a room back"),
    "set_tables": _("changed the tables"),
    "make_slots": _("made slots for meetings"),
    "remove_slots": _("removed slots for meetings"),
    "set_workshop_roles": _("changed what somebody does for a workshop"),
    "request_suggestions": _("asked for proposed sessions"),
    "store_suggestions": _("proposed sessions"),
    "rename_suggestion": _("gave a proposed session a title"),
    "lock_suggestion": _("locked a proposed session"),
    "unlock_suggestion": _("unlocked a proposed session"),
    "merge_suggestions": _("joined two proposed sessions"),
    "split_suggestion": _("divided a proposed session"),
    "move_suggested_person": _("moved somebody between proposed sessions"),
    "choose_moderator": _("chose who should moderate"),
    "dismiss_suggestion": _("put a proposed session aside"),
    "restore_suggestion": _("brought a proposed session back"),
    "give_feedback": _("gave feedback"),
    "write_afterwards": _("wrote minutes and highlights"),
    "export_workshop": _("took the figures or lists of a workshop away"),
    "check_in": _("noted that somebody came to a workshop"),
    "check_out": _("noted that somebody left a workshop"),
    "undo_check_in": _("took back a check-in"),
    "export_attendance": _("took the list of who is at a workshop away"),
    "write_notice": _("told everybody at a workshop of a change"),
    "end_notice": _("took a notice of a change down"),
    "renew_calendar_key": _("made a new address for their calendar"),
    "revoke_calendar_key": _("ended the address of their calendar"),
    "accept_suggestion": _("made a session of a proposed one"),
    "ask_for_meeting": _("asked for a meeting"),
    "accept_meeting": _("said yes to a meeting"),
    "decline_meeting": _("said no to a meeting"),
    "take_back_decline": _("took back a no to a meeting"),
    "withdraw_meeting": _("withdrew a request for a meeting"),
    "cancel_meeting": _("cancelled a meeting"),
    "leave_meeting": _("left a meeting"),
    "add_colleague": _("brought a colleague to a meeting"),
    "agree_meeting": _("agreed on a meeting without a time"),
    "schedule_meeting": _("gave a meeting a time"),
    "unschedule_meeting": _("took a meeting's time away"),
    "propose_meeting_time": _("proposed a time for a meeting"),
    "keep_meeting_time": _("kept a meeting at its time"),
    "set_meeting_table": _("gave a meeting another table"),
    "lock_meeting": _("had a meeting keep its time"),
    "unlock_meeting": _("let a meeting be moved again"),
    "set_meeting_link": _("gave the link of a meeting"),
    "arrange_meeting": _("set a meeting"),
    "lapse_meeting": _("let a request for a meeting lapse on its date"),
    "record_walk_in": _("wrote down a walk-in meeting"),
    "mark_meeting": _("said what became of a meeting"),
    "settle_meeting": _("settled what became of a meeting"),
    "write_meeting_notes": _("wrote notes on a meeting"),
    "set_meeting_next_step": _("changed the next step after a meeting"),
    "set_meeting_hours": _("changed the hours for meetings"),
    "note_no_show": _("noted that somebody stays away"),
    "note_arrival": _("noted that somebody has come after all"),
    "note_late_arrival": _("noted that somebody comes late"),
    "request_placement": _("asked for sessions to be placed"),
    "store_placement": _("found places for sessions"),
    "fail_placement": _("found no places for sessions"),
    "stop_placement": _("had the placement of sessions stop"),
    "discard_placement": _("put a placement of sessions aside"),
    "apply_placement": _("placed sessions as the engine proposes"),
    "roll_back_placement": _("took a placement of sessions back"),
    "request_schedule": _("asked for a schedule of meetings"),
    "store_schedule": _("found a schedule of meetings"),
    "fail_schedule": _("found no schedule of meetings"),
    "discard_schedule": _("put a schedule of meetings aside"),
    "show_schedule": _("showed a provisional schedule of meetings"),
    "comment_on_schedule": _("commented on a provisional schedule"),
    "answer_schedule_comment": _("marked a comment on a provisional schedule"),
    "apply_schedule": _("applied a schedule of meetings"),
    "roll_back_schedule": _("rolled a schedule of meetings back"),
}

#: Acts of those who run a bridge that other apps record.
FURTHER_DESK_ACTS: dict[str, StrOrPromise] = {
    "change_cooperation_policy": _("changed the rules of requests"),
    "export_log": _("took a copy of the log"),
    "export_cases": _("took a copy of the cases"),
    "save_view": _("kept a view of the cases"),
    "remove_view": _("removed a view of the cases"),
    "hold_mail": _("held a message back"),
    "cancel_mail": _("cancelled a message"),
    "change_mail_address": _("sent a message to another address"),
    "write_circular": _("wrote a letter to a group"),
    "change_circular": _("changed a letter to a group"),
    "approve_circular": _("approved a letter to a group"),
    "hold_circular": _("held a letter to a group back"),
    "resume_circular": _("went on with a letter to a group"),
    "cancel_circular": _("cancelled a letter to a group"),
    "test_circular": _("tried a letter to a group on themselves"),
    "finish_circular": _("finished sending a letter to a group"),
    "request_sync": _("had the map of standards brought up to date with a file"),
    "retry_sync": _("had a file of standards read once more"),
    "finish_sync": _("brought the map of standards up to date"),
    "fail_sync": _("could not read a file of standards"),
}

#: Acts of a person on their own account and list, and of superusers on people. They are in no log of a bridge.
PERSONAL_ACTS: dict[str, StrOrPromise] = {
    "sign_up": _("signed up"),
    "accept_terms": _("accepted the terms"),
    "choose_language": _("chose a language"),
    "change_settings": _("changed the settings"),
    "set_mail_preferences": _("chose which e-mail to receive"),
    "delete_account": _("deleted the account"),
    "delete_organisation": _("deleted the organisation"),
    "save_item": _("saved something"),
    "remove_saved_item": _("no longer saves something"),
    "report_abuse": _("reported something to the organisers"),
    "create_person": _("added a person on the administration site"),
    "change_person": _("changed a person on the administration site"),
}

#: Acts on the keys of programs.
KEY_ACTS: dict[str, StrOrPromise] = {
    "make_key": _("made a key for programs"),
    "rotate_key": _("changed the secret of a key"),
    "revoke_key": _("ended a key"),
}

SENTENCES: dict[str, StrOrPromise] = (
    KEY_ACTS | ACTS | DESK_ACTS | PARTNERSHIP_ACTS | CALL_ACTS | WORKSHOP_ACTS | FURTHER_DESK_ACTS | PERSONAL_ACTS
)

#: Only who runs a bridge, reviews or advises for it does these: such a person is not named to others.
ORGANISERS_ACTS = frozenset(DESK_ACTS) | {
    *FURTHER_DESK_ACTS,
    "review_membership", "review_listing", "retract_publication", "suspend_membership", "restore_membership",
    "import_organisation", "import_membership", "import_listing", "answer_verification_request", "hide_listing",
    "unhide_listing", "answer_appeal", "hide_endorsement", "show_endorsement", "introduce_by_hand", "pass_on_request",
    "do_not_pass_on_request", "nudge", "assign_adviser", "review_call",
    "request_suggestions", "rename_suggestion", "lock_suggestion", "unlock_suggestion", "merge_suggestions",
    "split_suggestion", "move_suggested_person", "choose_moderator", "dismiss_suggestion", "restore_suggestion",
    "approve_registration", "decline_registration", "invite_person", "note_registration", "create_workshop",
    "copy_workshop",
    "update_workshop", "publish_workshop", "unpublish_workshop", "cancel_workshop",
    "reopen_workshop", "set_questions", "set_asking_rules", "save_room", "remove_room", "restore_room", "set_tables",
    "make_slots", "remove_slots", "set_workshop_roles", "create_session", "change_session", "place_session",
    "cancel_session", "restore_session", "add_to_session", "remove_from_session", "release_programme",
    "accept_suggestion", "write_afterwards", "export_workshop", "check_in", "check_out", "undo_check_in",
    "export_attendance", "write_notice", "end_notice",
}  # fmt: skip

#: Words of the states of each kind of object, in the order they are tried.
_WORDS: dict[str, tuple[type[TextChoices], ...]] = {
    "directory.listing": (ListingState, RowOutcome),
    "directory.membership": (MembershipState,),
    "directory.organisation": (RowOutcome, PersonRole),
    "directory.affiliation": (PersonRole,),
    "directory.invitation": (PersonRole,),
    "directory.importjob": (ImportState,),
    "directory.verification": (trust_words.VerificationState,),
    "directory.verificationrequest": (trust_words.VerificationRequestState,),
    "directory.report": (trust_words.ReportState,),
    "directory.appeal": (trust_words.AppealState,),
    "bridges.bridge": (BridgeState,),
    "bridges.bridgestaff": (BridgeRole,),
    "matching.matchrun": (RunState,),
    "matching.proposal": (ProposalState,),
    "notifications.outgoingmail": (MailState,),
    "notifications.circular": (CircularState,),
    "workshops.workshop": (WorkshopState,),
    "workshops.registration": (RegistrationState,),
    "workshops.session": (SessionState,),
    "workshops.meeting": (MeetingState, MeetingOutcome),
    "calls.call": (CallState,),
    "calls.entry": (EntryState,),
    "partnerships.introduction": (IntroductionState, Answer, FollowUpAnswer, MilestoneState, Stage),
    "accounts.user": (InterfaceLanguage,),
}
_BY_KIND: dict[str, dict[str, StrOrPromise]] = {
    kind: {str(value): label for words in reversed(tables) for value, label in words.choices}
    for kind, tables in _WORDS.items()
}
#: For kinds that are not named above.
_ANY: dict[str, StrOrPromise] = {
    str(value): label for words in chain.from_iterable(_WORDS.values()) for value, label in words.choices
}


def sentence_of(verb: str) -> str:
    """What the verb is called; of one that is not known any more, the verb itself in plain letters."""
    return str(SENTENCES.get(verb) or verb.replace("_", " "))


def state_words(entry: AuditEntry) -> tuple[str, str]:
    """From which state to which. Empty where the act changed none, or nothing can be said in words."""
    words = _BY_KIND.get(entry.subject_type, _ANY)
    before, after = (str(words.get(value, value)) if value else "" for value in (entry.before, entry.after))
    return before, after
