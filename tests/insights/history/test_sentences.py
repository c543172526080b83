"""Every act that the source records has a sentence. That each has its Chinese, the catalogue's own check sees to."""

from __future__ import annotations

import pytest

from qiao.insights.history.sentences import ORGANISERS_ACTS, SENTENCES, state_words
from tests.insights.history.verbs import Verbs, recorded_verbs


@pytest.fixture(scope="module")
def verbs() -> Verbs:
    return recorded_verbs()


def test_each_verb_can_be_read_from_the_source(verbs: Verbs) -> None:
    """A verb put together at run time could not be looked up here: write it in full."""
    assert verbs.unknown == []


def test_the_search_follows_verbs_that_functions_pass_on(verbs: Verbs) -> None:
    """Straight, through a parameter, through two, by a condition, and by a default."""
    assert {
        "create_bridge",
        "pause_listing",
        "pause_introduction",
        "look_into_report",
        "open_introduction",
    } <= verbs.known


def test_each_recorded_verb_has_a_sentence(verbs: Verbs) -> None:
    assert verbs.known - set(SENTENCES) == set()


def test_each_sentence_is_of_a_verb_that_is_recorded(verbs: Verbs) -> None:
    assert set(SENTENCES) - verbs.known == set()
    assert set(SENTENCES) >= ORGANISERS_ACTS


def test_states_are_said_in_the_words_of_their_kind() -> None:
    from qiao.activity.models import AuditEntry

    def words(kind: str, before: str, after: str) -> tuple[str, str]:
        return state_words(AuditEntry(subject_type=kind, before=before, after=after))

    assert words("directory.listing", "in_review", "published") == ("In review", "Published")
    assert words("partnerships.introduction", "requested", "open") == ("Requested", "Introduced")
    assert words("directory.report", "open", "upheld") == ("Open", "Upheld")
    assert words("partnerships.introduction", "", "no") == ("", "No")
    assert words("gone.kind", "published", "unheard_of") == ("Published", "unheard_of")
