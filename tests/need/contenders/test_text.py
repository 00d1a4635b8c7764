"""Every contender for texts keeps the contract, whatever the script."""

import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

sys.path.insert(0, str(Path(__file__).parent))
from _contract import contenders, is_deep, made

from deepstart.need.contenders._texts import Grams, Vocabulary, tokens, unspaced_share, words
from deepstart.need.contenders.text_bags import log_count_ratio

NAMES = contenders("text")
GOOD, BAD = ["bright", "warm", "lovely", "kind", "happy"], ["awful", "cold", "broken", "sad", "dull"]
ODD = np.array(
    ["", "   ", "😀😀🎉", "很好 really 不错!", "x" * 50_000, "word " * 20_000, "ที่นี่ดีมาก", "\x00"], object
)


def reviews(n, seed=0):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    filler = ["the", "room", "and", "its", "view", "of", "a", "street", "was", "very", "near", "to", "it"]
    rows = [list(rng.choice(filler, 8)) + list(rng.choice(GOOD if good else BAD, 3)) for good in y]
    for row in rows:
        rng.shuffle(row)
    return np.array([" ".join(row) for row in rows], object), y


@pytest.fixture(scope="module", params=NAMES)
def fitted(request):
    X, y = reviews(96)
    before = X.copy()
    estimator = made(request.param, n_rows=96).fit(X, np.array(["bad", "good"])[y])
    assert (before == X).all()
    return estimator


@pytest.mark.parametrize("name", NAMES)
def test_clone_keeps_everything(name):
    estimator = made(name, seed=3, balanced=True, max_seconds=4.0)
    assert clone(estimator).get_params() == estimator.get_params()


def test_it_learns_more_than_guessing_and_its_probabilities_sum_to_one(fitted):
    X, y = reviews(60, seed=1)
    p = fitted.predict_proba(X)
    np.testing.assert_allclose(p.sum(axis=1), 1, atol=1e-6)
    assert p.shape == (60, 2)
    assert (fitted.predict(X) == fitted.classes_[y]).mean() > 0.8


def test_a_pickled_one_answers_the_same(fitted):
    X, _ = reviews(10, seed=2)
    again = pickle.loads(pickle.dumps(fitted))
    np.testing.assert_array_equal(again.predict_proba(X), fitted.predict_proba(X))


def test_the_same_seed_gives_the_same_answers(fitted):
    X, y = reviews(96)
    again = clone(fitted).fit(X, fitted.classes_[y])
    np.testing.assert_allclose(again.predict_proba(X), fitted.predict_proba(X), atol=1e-5)


def test_odd_texts_are_answered(fitted):
    p = fitted.predict_proba(ODD)
    assert p.shape == (len(ODD), 2)
    assert np.isfinite(p).all()


@pytest.mark.parametrize("name", NAMES)
def test_odd_texts_can_be_learnt_from_and_a_class_of_two_rows_too(name):
    X = np.array([*ODD, *reviews(16)[0]], object)
    y = np.array([0, 1] * 11 + [2, 2])
    estimator = made(name, n_classes=3, balanced=True)
    quick = {k: v for k, v in {"epochs": 1, "longest": 96}.items() if k in estimator.get_params()}
    assert np.isfinite(estimator.set_params(**quick).fit(X, y).predict_proba(X)).all()


@pytest.mark.parametrize("name", [n for n in NAMES if not is_deep(n)])
def test_texts_without_a_single_word_are_answered_by_the_shares_of_the_classes(name):
    X = np.array([""] * 12, object)
    p = made(name).fit(X, np.array([0, 0, 1] * 4)).predict_proba(X)
    assert (p.argmax(axis=1) == 0).all()


@pytest.mark.parametrize("name", [n for n in NAMES if is_deep(n)])
def test_no_time_at_all_still_gives_a_usable_model(name):
    X, y = reviews(96)
    estimator = made(name, max_seconds=0.01).set_params(epochs=10_000)
    assert estimator.fit(X, y).predict_proba(X).shape == (96, 2)
    assert estimator.ended_by_ == "time"


def test_tokens_are_words_in_spaced_scripts_and_characters_in_others():
    assert tokens("Don't go 你好，Keras3 😀") == ("don't", "go", "你", "好", "，", "keras3", "😀")


def test_chinese_words_are_found_and_english_ones_left_alone():
    assert words("我们喜欢深度学习") == ("我们", "喜欢", "深度", "学习")
    assert words("deep learning") == ("deep", "learning")


def test_jieba_says_nothing():
    code = "from deepstart.need.contenders._texts import words; words('今天天气很好')"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_the_share_of_unspaced_characters_tells_the_scripts_apart():
    assert unspaced_share(["房间很大", "服务好"]) == 1
    assert unspaced_share(["a room", "a view"]) == 0
    assert 0.3 < unspaced_share(["房间 ok"]) < 0.7
    assert unspaced_share([""]) == 0


def test_a_vocabulary_knows_only_the_training_part_and_cuts_long_texts():
    vocabulary = Vocabulary(most=100, longest=8).fit(["a b b", "b c"])
    assert vocabulary.transform(["b zebra a", "b " * 20]).tolist() == [
        [2, 1, vocabulary.codes_["a"], 0, 0, 0, 0, 0],
        [2] * 8,
    ]


def test_grams_stand_in_blocks_of_words_and_of_characters():
    grams = Grams(binary=True).fit(["good day", "bad day"])
    found = grams.transform(["good day"])
    assert found[:, grams.blocks_["words"]].sum() == 3  # good, day, good day
    assert found.shape[1] == grams.blocks_["characters"].stop


def test_the_log_count_ratio_is_that_of_the_paper():
    Z = np.array([[1, 0], [1, 1], [0, 1]])
    r = log_count_ratio(Z, np.array([True, True, False]))
    np.testing.assert_allclose(r, np.log([(3 / 5) / (1 / 3), (2 / 5) / (2 / 3)]), rtol=1e-6)
