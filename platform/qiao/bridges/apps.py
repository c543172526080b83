from django.apps import AppConfig


class BridgesConfig(AppConfig):
    name = "qiao.bridges"
    label = "bridges"

    def ready(self) -> None:
        from qiao.bridges.audit_readers import connect

        connect()
