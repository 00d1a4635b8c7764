"""`path --what`: complete in both languages, with and without what the demonstration needs."""

import re

import numpy as np
import pytest

from deepstart import words
from deepstart.start import what


@pytest.fixture(scope="module")
def shown():
    return what.demonstrate()


def test_learned_features_beat_as_many_hand_made_ones(shown):
    assert shown.scores["learned"] > shown.scores["hand"] + 0.02
    assert shown.scores["hand"] > 0.85  # a fair rival, not a straw man
    assert shown.tested == 540


def test_training_changed_the_first_layer(shown):
    before, after = np.array(shown.before), np.array(shown.after)
    assert before.shape == after.shape == (what.FEATURES, 8, 8)
    assert np.abs(before - after).mean() > 0.1


def test_hand_made_features_do_not_look_at_other_pictures():
    pictures = np.random.default_rng(0).random((5, 8, 8))
    assert what.hand_made(pictures).shape == (5, what.FEATURES)
    np.testing.assert_allclose(what.hand_made(pictures)[2], what.hand_made(pictures[2:3])[0])


def test_a_symmetric_picture_has_no_asymmetry():
    ring = np.zeros((1, 8, 8))
    ring[0, 1:7, 1:7] = 1
    features = what.hand_made(ring)[0]
    assert features[[3, 4]] == pytest.approx([3.5, 3.5])  # centre
    assert features[[7, 8]] == pytest.approx([0, 0])  # mirrored, flipped


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_shows_figures_and_stands_alone(shown, language):
    words.choose_language(language)
    html = what.page(shown)
    assert "15.3" in html
    assert "26.2" in html
    assert html.count('class="weights"') == 2 * what.FEATURES
    assert f"{100 * shown.scores['learned']:.1f}" in html
    assert not re.search(r"<(script|link|img|iframe)|src=|@import", html)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_without_scikit_learn_it_says_so_and_shows_the_rest(monkeypatch, language):
    words.choose_language(language)
    monkeypatch.setattr(what, "find_spec", lambda name: None)
    html = what.page(what.demonstrate())
    assert "scikit-learn" in html
    assert "AlexNet" in html
    assert 'class="weights"' not in html


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_name_of_each_ring_stays_inside_its_circle(language):
    words.choose_language(language)
    svg = what.circles()
    rings = re.findall(r'cy="(\d+)" r="(\d+)".*?y="(\d+)" class="ring">([^<]+)<', svg)
    assert len(rings) == 4
    for middle, radius, base, name in (map_ring(*r) for r in rings):
        # Letters of 15 px in bold are about 8 wide and 12 high, Chinese characters 15 wide.
        half = sum(15 if ord(c) > 0x2E7F else 8 for c in name) / 2
        assert half**2 + max(abs(base - 12 - middle), abs(base - middle)) ** 2 < radius**2


def map_ring(middle, radius, base, name):
    return int(middle), int(radius), int(base), name
