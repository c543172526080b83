from django.apps import AppConfig


class MatchingConfig(AppConfig):
    name = "matching.app"
    label = "matching"

    def ready(self) -> None:
        from matching.app import warming
        from qiao.activity.domain.outbox import subscribe

        subscribe("listing.changed", "matching.refresh_listing")
        subscribe("organisation.changed", "matching.refresh_organisation")
        subscribe("membership.changed", "matching.refresh_membership")
        subscribe("block.changed", "matching.refresh_organisation")
        subscribe("list.changed", "matching.choose_around")
        subscribe("run.requested", "matching.request_run")
        subscribe("run.waiting", "matching.work_on_run")
        subscribe("suggestions.requested", "matching.propose_sessions")
        subscribe("suggestion.changed", "matching.describe_suggestion")
        subscribe("schedule.requested", "matching.schedule_meetings")
        subscribe("placement.requested", "matching.place_programme")
        warming.connect()
