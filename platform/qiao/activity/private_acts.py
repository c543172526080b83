"""Acts that only the person's own side may know of: they are in no organiser's log, however they were recorded."""

from __future__ import annotations

PRIVATE_ACTS = frozenset(
    {
        "save_item",
        "remove_saved_item",
        "save_proposal",
        "remove_saved_proposal",
        "dismiss_proposal",
        "restore_proposal",
        "put_off_proposal",
        "block_organisation",
        "unblock_organisation",
    }
)
