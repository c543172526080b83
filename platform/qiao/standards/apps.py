from django.apps import AppConfig


class StandardsConfig(AppConfig):
    name = "qiao.standards"
    label = "standards"

    def ready(self) -> None:
        from qiao.activity.domain.outbox import subscribe

        subscribe("sync.requested", "standards.synchronise")
