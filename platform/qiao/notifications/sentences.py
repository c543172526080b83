"""What a line of the inbox says, by its kind. `%(subject)s` is the need, offer, organisation or bridge it is about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SENTENCES: dict[str, StrOrPromise] = {
    "membership_reviewed_approved": _("Your organisation is now a member of %(subject)s."),
    "membership_reviewed_changes_requested": _("The organisers of %(subject)s ask for changes to your profile."),
    "membership_reviewed_rejected": _("Your application to %(subject)s was rejected."),
    "membership_suspended": _("The organisers of %(subject)s have suspended your membership."),
    "membership_restored": _("Your membership of %(subject)s is restored."),
    "listing_reviewed_approved": _("“%(subject)s” is published."),
    "listing_reviewed_changes_requested": _("The organisers ask for changes to “%(subject)s”."),
    "listing_reviewed_rejected": _("“%(subject)s” was rejected."),
    "join_requested": _("Somebody asks to join %(subject)s."),
    "request_received": _("%(subject)s would like to be introduced to you."),
    "request_reminder": _("A request concerning %(subject)s waits for your answer."),
    "request_lapsed": _("%(subject)s did not answer your request by its date."),
    "request_withdrawn": _("%(subject)s has withdrawn its request."),
    "request_not_passed_on": _("The advisers have not passed on your request to %(subject)s."),
    "request_with_advisers": _("A request waits for you to pass it on: %(subject)s."),
    "introduction_opened": _("You are introduced to %(subject)s."),
    "introduction_message": _("%(subject)s has written to you."),
    "introduction_message_of_organiser": _("The organisers have written to you and %(subject)s."),
    "introduction_nudge": _("The organisers ask how it is going with %(subject)s."),
    "introduction_closed": _("The introduction to %(subject)s is closed."),
    "introduction_reopened": _("The introduction to %(subject)s is open again."),
    "milestone_recorded": _("A step with %(subject)s waits for your confirmation."),
    "milestone_confirmed": _("You and %(subject)s both confirm a step."),
    "milestone_disputed": _("%(subject)s does not agree with a step that was recorded."),
    "milestone_withdrawn": _("A step with %(subject)s was taken back."),
    "follow_up": _("How is it going with %(subject)s?"),
    "case_assigned": _("You look after a case: %(subject)s."),
    "case_message": _("A new message in a case of yours: %(subject)s."),
    "case_disputed": _("Two sides disagree: %(subject)s."),
    "case_help": _("Help is asked for: %(subject)s."),
    "colleague_joined": _("%(subject)s joined your organisation."),
    "verification_recorded": _("%(subject)s is verified."),
    "verification_withdrawn": _("A verification of %(subject)s was withdrawn."),
    "verification_expired": _("A verification of %(subject)s has run out."),
    "verification_declined": _("The organisers answer your request to verify %(subject)s."),
    "verification_asked": _("%(subject)s asks to be verified."),
    "report_made": _("A report waits: %(subject)s."),
    "report_decided": _("Your report on “%(subject)s” is decided."),
    "listing_hidden": _("The organisers have taken “%(subject)s” out of sight."),
    "appeal_made": _("An appeal waits: %(subject)s."),
    "appeal_granted": _("Your appeal for %(subject)s was granted."),
    "appeal_dismissed": _("Your appeal for %(subject)s was dismissed."),
    "circular": _("The organisers write: %(subject)s"),
    "workshop_changed": _("%(subject)s: days, place or format have changed."),
    "workshop_cancelled": _("%(subject)s is cancelled."),
    "workshop_role": _("You help to run %(subject)s."),
    "room_removed": _("Sessions need another room: %(subject)s is not there any more."),
    "feedback_wanted": _("How was %(subject)s? Two minutes of yours help the next one."),
    "suggestions_ready": _("Sessions are proposed for %(subject)s."),
    "session_invited": _("You are invited to a session: %(subject)s."),
    "session_moderates": _("You are asked to moderate a session: %(subject)s."),
    "call_to_review": _("A call waits for review: %(subject)s."),
    "call_approved": _("Your call “%(subject)s” is approved."),
    "call_changes_requested": _("The organisers ask for changes to your call “%(subject)s”."),
    "call_invited": _("A call may suit you: %(subject)s."),
    "call_extended": _("There is more time for your entry to “%(subject)s”."),
    "call_closing": _("Your draft for “%(subject)s” is not handed in yet."),
    "call_closed": _("Your call “%(subject)s” is closed for entries."),
    "call_withdrawn": _("The call “%(subject)s” was withdrawn."),
    "call_all_marked": _("Every entry to “%(subject)s” is marked."),
    "call_review_begins": _("Entries to “%(subject)s” wait for your marks."),
    "reviewer_accepted": _("Somebody you have asked reviews “%(subject)s”."),
    "entry_received": _("Your call “%(subject)s” has a new entry."),
    "entry_submitted": _("Your entry to “%(subject)s” is handed in."),
    "entry_withdrawn": _("An entry to “%(subject)s” was withdrawn."),
    "entry_advanced": _("Your entry to “%(subject)s” goes on to the next stage."),
    "entry_declined": _("Your entry to “%(subject)s” was not chosen this time."),
    "entry_won": _("Your entry to “%(subject)s” has won."),
    "entry_feedback": _("There is feedback on your entry to “%(subject)s”."),
    "endorsement_received": _("%(subject)s has received an endorsement."),
    "meeting_requested": _("%(subject)s: you are asked for a meeting."),
    "meeting_declined": _("%(subject)s: the meeting you asked for does not take place."),
    "meeting_withdrawn": _("%(subject)s: the request for a meeting was withdrawn."),
    "meeting_cancelled": _("%(subject)s: the meeting is cancelled."),
    "meeting_agreed": _("%(subject)s: you both want to meet. There is no time yet."),
    "meeting_scheduled": _("%(subject)s: your meeting has a time."),
    "meeting_moved": _("%(subject)s: your meeting has moved."),
    "meeting_unscheduled": _("%(subject)s: your meeting has lost its time."),
    "meeting_time_proposed": _("%(subject)s: another time is proposed for your meeting."),
    "meeting_time_kept": _("%(subject)s: your meeting stays at its time."),
    "meeting_joined": _("%(subject)s: somebody joins your meeting."),
    "meeting_left": _("%(subject)s: somebody has left your meeting."),
    "meeting_link": _("%(subject)s: your meeting has a link to join online."),
    "meeting_lapsed": _("%(subject)s: your request for a meeting was not answered by its date."),
    "meeting_walk_in": _("%(subject)s: a meeting with you was written down. Was it held?"),
    "schedule_changed": _("Your meetings at %(subject)s have changed."),
    "schedule_provisional": _("A provisional schedule of your meetings at %(subject)s waits for your comments."),
}


def sentence_of(kind: str, context: Mapping[str, Any]) -> str:
    """The sentence in the language in use. A kind without one still says what it is about."""
    template = str(SENTENCES.get(kind, _("There is news about %(subject)s.")))
    return template % {"subject": str(context.get("subject", "")) or gettext("your account")}
