"""Names of groups: what members of one share and others lack."""

from matching.core.grouping.distinguishing import distinguishing_terms


def test_what_all_groups_say_names_none() -> None:
    groups = {
        0: [["health", "cell therapy", "cell"], ["health", "cell therapy"], ["health", "trial"]],
        1: [["health", "imaging"], ["health", "imaging", "trial"]],
    }
    named = distinguishing_terms(groups, most=2)
    assert named[0][0] == "cell therapy"
    assert named[1][0] == "imaging"
    assert "cell" not in named[0]


def test_one_member_alone_does_not_name_a_group() -> None:
    groups = {0: [["robot"] * 9, ["soil"], ["soil"]], 1: [["ship"], ["ship"]]}
    assert distinguishing_terms(groups, most=1) == {0: ["soil"], 1: ["ship"]}


def test_a_group_without_words_has_no_name() -> None:
    assert distinguishing_terms({0: [[]], 1: [["水质", "监测"], ["水质"]]}, most=1) == {0: [], 1: ["水质"]}
