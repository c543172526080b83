from django.apps import AppConfig


class CallsConfig(AppConfig):
    name = "qiao.calls"
    label = "calls"

    def ready(self) -> None:
        from qiao.activity.domain.outbox import subscribe

        subscribe("call.opened", "calls.invite_members")
