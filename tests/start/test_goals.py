"""A wish in a person's own words names the right goals."""

import pytest

from deepstart.findings import UserError
from deepstart.start.goals import goals_of
from deepstart.start.skills import skill_graph

WISHES = [
    ("classify my microscope pictures", {"pictures"}),
    ("给我的显微镜照片分类", {"pictures"}),
    ("film reviews", {"texts"}),
    ("把影评分成好评和差评", {"texts"}),
    ("deploy on a phone", {"phone"}),
    ("部署到手机上", {"phone"}),
    ("count cells in microscope pictures", {"boxes", "pictures"}),
    ("从显微镜图像里数细胞（计数）", {"boxes", "pictures"}),
    ("recognise birds by their song: sound recordings", {"sounds"}),
    ("识别鸟鸣", {"sounds"}),
    ("translate Chinese into English", {"translation"}),
    ("预测客户流失的表格", {"table"}),
    ("forecast the sales of next week", {"forecast"}),
    ("用强化学习玩游戏", {"games"}),
    ("I want to set up my machine", {"machine"}),
    ("segment portraits", {"outlines"}),
    ("texts", {"texts"}),
]


@pytest.mark.parametrize(("wish", "goals"), WISHES)
def test_a_wish_names_its_goals(wish, goals):
    assert {g.id for g in goals_of(wish, skill_graph())} == goals


def test_a_word_inside_another_word_does_not_count():
    with pytest.raises(UserError):
        goals_of("organ transplantology", skill_graph())  # holds "gan" and "plant", names neither


def test_a_wish_that_nothing_explains_offers_the_goals():
    with pytest.raises(UserError) as caught:
        goals_of("xyzzy", skill_graph())
    assert "pictures" in str(caught.value)


def test_each_goal_is_named_by_its_own_name_in_both_languages():
    for goal in skill_graph().goals.values():
        for name in goal.name.values():
            assert goals_of(name, skill_graph()) == [goal]
