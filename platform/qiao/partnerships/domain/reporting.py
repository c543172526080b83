"""What a report of abuse says of a message or a file of an introduction: its words as they were, and where it is."""

from __future__ import annotations

from django.utils.translation import gettext as _

from qiao.directory.domain.trust.reporting import Reported
from qiao.partnerships.domain.case import desk_path_of, path_of
from qiao.partnerships.domain.queries.naming import name_of
from qiao.partnerships.models import Document, Introduction, Message


def reported_message(message: Message) -> Reported:
    """A message with the names of its files, called as the one who reads it may call its author."""
    files = [_file_line(one) for one in message.documents.without_content()]
    return _reported(
        message, message.introduction, part=f"message-{message.public_id}", snapshot="\n".join([message.text, *files])
    )


def reported_document(document: Document) -> Reported:
    """A file: of a message, or the evidence of a milestone."""
    return _reported(document, document.introduction, part="milestones", snapshot=_file_line(document))


def _reported(subject: Message | Document, introduction: Introduction, *, part: str, snapshot: str) -> Reported:
    author = subject.organisation
    name = name_of(introduction, author) if author is not None else _("The organisers")
    words = _("Message by %(organisation)s") if isinstance(subject, Message) else _("File by %(organisation)s")
    return Reported(
        subject_type=subject._meta.label_lower,
        subject_id=subject.public_id,
        label=words % {"organisation": name},
        snapshot=snapshot,
        organisation=author,
        url=desk_path_of(introduction),
        back=f"{path_of(introduction)}#{part}",
    )


def _file_line(document: Document) -> str:
    return _("File: %(name)s (%(size)s bytes)") % {"name": document.name, "size": document.size}
