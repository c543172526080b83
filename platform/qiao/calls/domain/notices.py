"""Telling people of calls and entries: in their inbox always, by mail as they chose."""

from __future__ import annotations

from typing import Any

from qiao.accounts.models import User
from qiao.activity.domain.audit import record
from qiao.bridges.rules import RUNS
from qiao.calls.models import Call, Entry
from qiao.directory.models import Affiliation, Organisation
from qiao.notifications.domain.telling import tell
from qiao.partnerships.domain.case import people_of

TOPIC = "calls"


def path_of(call: Call) -> str:
    """The call's page."""
    return f"/{call.bridge.slug}/calls/{call.public_id}/"


def entry_path_of(call: Call, organisation: Organisation) -> str:
    """The entrant's page of its own entry."""
    return f"{path_of(call)}entry/?organisation={organisation.public_id}"


def review_path_of(call: Call) -> str:
    """The reviewers' page."""
    return f"{path_of(call)}review/"


def manage_path_of(call: Call) -> str:
    """The owner's page."""
    return f"/{call.bridge.slug}/my/calls/{call.public_id}/"


def desk_path_of(call: Call) -> str:
    """The organisers' page."""
    return f"/organiser/{call.bridge.slug}/calls/{call.public_id}/"


def tell_person(call: Call, user: Any, kind: str, *, url: str, mail: str = "", key: str = "", **more: Any) -> None:
    """Tell one person; the line names the call in their language. `more` goes to the message."""
    tell(
        user,
        kind,
        topic=TOPIC,
        url=url,
        bridge=call.bridge,
        key=f"{kind}:{call.public_id}:{key}" if key else "",
        mail=mail,
        mail_context={"call": call, "call_title": call.title_in(user.language), **more},
        subject=call.title_in(user.language),
    )


def tell_people_of(
    organisation: Organisation, call: Call, kind: str, *, url: str, mail: str = "", key: str = "", **more: Any
) -> None:
    """Tell the owners and editors of an organisation."""
    for user in people_of(organisation):
        tell_person(call, user, kind, url=url, mail=mail, key=key, organisation=organisation, **more)


def tell_owner(call: Call, kind: str, *, mail: str = "", key: str = "", **more: Any) -> None:
    """Tell the people of the organisation whose call it is."""
    tell_people_of(call.organisation, call, kind, url=manage_path_of(call), mail=mail, key=key, **more)


def tell_entrant(entry: Entry, kind: str, *, mail: str = "", key: str = "", **more: Any) -> None:
    """Tell the people of the organisation that enters."""
    url = entry_path_of(entry.call, entry.organisation)
    tell_people_of(entry.organisation, entry.call, kind, url=url, mail=mail, key=key, entry=entry, **more)


def tell_organisers(call: Call, kind: str) -> None:
    """A line in the inbox of who runs the bridge, but for people of the organisation whose call it is."""
    own = Affiliation.objects.filter(organisation=call.organisation).values("user")
    runs = User.objects.filter(bridge_roles__bridge=call.bridge, bridge_roles__role__in=RUNS, is_active=True)
    for person in runs.exclude(pk__in=own):
        tell_person(call, person, kind, url=desk_path_of(call))


def log_call(call: Call, verb: str, *, actor: Any, **values: Any) -> None:
    """Audit an act on a call: its organisation and who runs the bridge read it."""
    record(verb, call, actor=actor, bridge_id=call.bridge_id, organisation_id=call.organisation_id, **values)


def log_entry(entry: Entry, verb: str, *, actor: Any, private: bool = False, **values: Any) -> None:
    """Audit an act on an entry: the entrant, the call's organisation and who runs the bridge read it.

    What concerns a draft is private: for the entrant alone.
    """
    record(
        verb,
        entry,
        actor=actor,
        bridge_id=entry.call.bridge_id,
        organisation_id=entry.organisation_id,
        private=private,
        also=() if private else (entry.call.organisation_id,),
        **values,
    )
