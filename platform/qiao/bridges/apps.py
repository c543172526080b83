from django.apps import AppConfig


class BridgesConfig(AppConfig):
    name = "qiao.bridges"
    label = "bridges"

    def ready(self) -> None:
        from qiao.bridges import audit_readers, places_of_keys

        audit_readers.connect()
        places_of_keys.connect()
