from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


def _load_sectors(**_: Any) -> None:
    from qiao.directory.domain.taxonomy import load_sectors

    load_sectors()


class DirectoryConfig(AppConfig):
    name = "qiao.directory"
    label = "directory"

    def ready(self) -> None:
        from qiao.activity.domain.outbox import subscribe

        subscribe("import.checking", "directory.check_import")
        subscribe("import.confirmed", "directory.apply_import")
        from qiao.directory import audit_readers, confirmed_addresses, places_of_keys

        confirmed_addresses.connect()
        audit_readers.connect()
        places_of_keys.connect()
        # The taxonomy belongs to the schema: every database has it, tests too.
        post_migrate.connect(_load_sectors, sender=self, dispatch_uid="directory.load_sectors")
