"""Versions in a message are compared: older, newer, or of another build than the wanted one."""

import random

import pytest
from packaging.specifiers import SpecifierSet
from packaging.version import Version

from deepstart.trouble.cleaning import clean
from deepstart.trouble.explain import explain
from deepstart.trouble.readings import fits, without_readings

REFUSAL = "ERROR: Could not find a version that satisfies the requirement {} (from versions: {})"


@pytest.mark.parametrize(
    ("wanted", "offered", "reading"),
    [
        ("tensorflow", "none", "nothing offered"),
        ("jaxlib", "", "nothing offered"),
        ("tensorflow==2.0.0 (from -r requirements.txt (line 12))", "none", "nothing offered"),
        ("tensorflow[and-cuda]==2.8", "2.16.1, 2.17.0", "only newer offered"),
        ("tensorflow<2.0,>=1.14", "2.2.0, 2.3.0", "only newer offered"),
        ("tensorflow~=2.15.0", "2.2.0, 2.13.1", "only older offered, up to 2.13.1"),
        ("tensorflow>=2.16", "2.9.1, 2.13.1, 2.13.0", "only older offered, up to 2.13.1"),
        ("torch==2.4.1+cu121", "2.4.0, 2.4.1", "build tag not offered"),
        ("torch==2.4.1+cu121", "2.4.1, 2.4.1+cpu", "build tag not offered"),
        ("torch==1.8.0", "1.7.1, 1.9.0", "not among those offered"),
    ],
)
def test_what_pip_offers_is_compared_with_what_is_wanted(wanted, offered, reading):
    assert clean(REFUSAL.format(wanted, offered)).flat.endswith(f"⟦{reading}⟧")


def test_a_release_that_is_offered_after_all_gets_no_reading():
    assert "⟦" not in clean(REFUSAL.format("torch==1.8.0", "1.7.1, 1.8.0")).flat


def test_a_list_that_is_wrapped_over_lines_is_read_whole():
    text = "requirement tensorflow==1.2 (from versions: 1.13.0rc1,\n 1.13.1,\n 2.0.0b1)\nNo matching"
    lines = clean(text).lines
    assert [("⟦only newer offered⟧" in line.text) for line in lines] == [False, False, True, False]


@pytest.mark.parametrize(
    ("text", "reading"),
    [
        ("requires a different Python: 3.13.1 not in '<3.13,>=3.9'", "python newer than wanted"),
        ("requires a different Python: 3.6.9 not in '>=3.7'", "python older than wanted"),
        ("requires Python '>=3.5' but the running Python is 2.7.18", "python older than wanted"),
        (
            "the current Python version (3.14.0) does not satisfy Python>=3.9,<3.14",
            "python newer than wanted",
        ),
    ],
)
def test_the_running_python_is_compared_with_the_wanted_one(text, reading):
    assert clean(text).flat.endswith(f"⟦{reading}⟧")


def test_readings_are_not_shown_as_if_they_had_been_printed():
    answer = explain(REFUSAL.format("tensorflow==2.8.0", "2.16.1, 2.17.0"))
    line = answer["candidates"][0]["line"]
    assert line.endswith("2.17.0)")
    assert without_readings("a ⟦only newer offered⟧ b") == "a b"


def test_versions_compare_as_pips_own_library_compares_them():
    chance = random.Random(1)
    for _ in range(2000):
        version = ".".join(str(chance.randrange(4)) for _ in range(chance.randrange(2, 4)))
        bound = ".".join(str(chance.randrange(4)) for _ in range(chance.randrange(2, 4)))
        sign = chance.choice(["==", ">=", "<=", "<", ">"])
        assert (fits(version, sign + bound) == 0) == SpecifierSet(sign + bound).contains(Version(version)), (
            version,
            sign,
            bound,
        )


@pytest.mark.parametrize(
    ("text", "module"),
    [
        ("from transformers import AdamW\nImportError: cannot import name 'AdamW'", "transformers"),
        (
            "----> 1 from torch.utils.data import Dataset, Foo\nImportError: cannot import name Foo",
            "torch.utils.data",
        ),
        (
            'File "/x/site-packages/keras/utils/io.py", line 9\n    from .. import backend as K\n'
            "ImportError: cannot import name 'backend'",
            "keras",
        ),
        (
            'File "C:\\x\\site-packages\\keras\\utils\\io.py", line 9\n    from .other import helper\n'
            "ImportError: cannot import name 'helper'",
            "keras.utils.other",
        ),
    ],
)
def test_a_name_without_its_module_gets_it_from_the_import_above(text, module):
    assert clean(text).flat.endswith(f"from '{module}'⟧")


@pytest.mark.parametrize(
    "text",
    [
        "from keras.utils import np_utils\nImportError: cannot import name 'np_utils' from 'keras.utils'",
        "from keras.utils import other\nImportError: cannot import name 'np_utils'",
        "from . import backend\nImportError: cannot import name 'backend'",
    ],
)
def test_a_module_that_is_named_or_that_nothing_tells_is_not_added(text):
    assert "⟦" not in clean(text).flat


def test_an_old_python_and_a_new_one_lead_to_the_same_cause():
    old = explain("from transformers import AdamW\nImportError: cannot import name 'AdamW'")
    new = explain("ImportError: cannot import name 'AdamW' from 'transformers' (/x/transformers/__init__.py)")
    assert old["candidates"][0]["cause_id"] == new["candidates"][0]["cause_id"]


NEW_WORDS = (
    "GPU 0 has a total capac{i}ty of 79.15 GiB of which 41.25 MiB is free. Process 3391205 has 68.31 GiB"
    " memory in use. Including non-PyTorch memory, this process has {own} memory in use."
)


@pytest.mark.parametrize(
    ("text", "held"),
    [
        (
            "(GPU 0; 7.93 GiB total capacity; 2.81 GiB already allocated; 0 bytes free; 3.06 GiB reserved)",
            4.9,
        ),
        (NEW_WORDS.format(i="", own="10.79 GiB"), 68.3),
        (NEW_WORDS.format(i="i", own="10.79 GiB"), 68.3),
    ],
)
def test_a_full_card_tells_what_others_hold(text, held):
    assert clean(text).flat.endswith(f"⟦others hold {held} GiB⟧")


@pytest.mark.parametrize(
    "text",
    [
        "(GPU 0; 7.93 GiB total capacity; 6.19 GiB already allocated; 340.00 MiB free; 551.04 MiB cached)",
        "(GPU 0; 7.93 GiB total capacity; 6.81 GiB already allocated; 25.38 MiB free; 7.06 GiB reserved)",
        NEW_WORDS.format(i="i", own="78.02 GiB"),
    ],
)
def test_a_card_filled_by_the_program_itself_tells_nothing_of_others(text):
    assert "⟦" not in clean(text).flat


@pytest.mark.parametrize(
    "text",
    [
        "CUDA out of memory. (GPU 0; ... GiB total capacity; ... GiB already allocated; ... MiB free;"
        " ... GiB reserved)",
        "CUDA out of memory. (GPU 0; 11.17. GiB total capacity; 2.10 GiB already allocated; 0 bytes free;"
        " 2.30 GiB reserved)",
        "CUDA out of memory. GPU 0 has a total capacity of .. GiB of which .. MiB is free. Including"
        " non-PyTorch memory, this process has .. GiB memory in use.",
    ],
)
def test_a_full_card_whose_numbers_are_left_out_tells_nothing_of_others(text):
    assert "⟦" not in clean(text).flat
    assert explain(text)["candidates"][0]["cause_id"] == "gpu-oom-batch-too-large"


SHAPES = (
    "Shape of labels (received ({},)) should equal the shape of logits except for the last dimension"
    " (received {})."
)


@pytest.mark.parametrize(
    ("labels", "logits", "cause"),
    [
        (320, (32, 10), "sparse-loss-with-onehot-labels"),
        (640, (32, 5000), "loss-and-output-shape-differ"),
        (802816, (200704, 21), "loss-and-output-shape-differ"),
    ],
)
def test_labels_are_called_onehot_only_where_there_is_one_for_each_class(labels, logits, cause):
    answer = explain("ValueError: " + SHAPES.format(labels, logits))
    assert answer["candidates"][0]["cause_id"] == cause


@pytest.mark.parametrize(
    ("sizes", "cause"),
    [
        ("8x676 and 5408x10", "missing-batch-dimension"),
        ("3x784 and 2352x10", "missing-batch-dimension"),
        ("8x64 and 512x10", "linear-input-size-mismatch"),
        ("3584x7 and 25088x4096", "linear-input-size-mismatch"),
        ("32x676 and 5408x10", "linear-input-size-mismatch"),
    ],
)
def test_a_picture_whose_channels_were_taken_for_a_batch_lacks_the_batch_axis(sizes, cause):
    answer = explain(f"RuntimeError: mat1 and mat2 shapes cannot be multiplied ({sizes})")
    assert answer["candidates"][0]["cause_id"] == cause


NO_DRIVER = "RuntimeError: Found no NVIDIA driver on your system."
IN_FRONT = "{0} | Loading model\n{0} | Traceback (most recent call last):\n{0} | " + NO_DRIVER


@pytest.mark.parametrize(
    ("text", "in_docker"),
    [
        (IN_FRONT.format("trainer_1 "), True),
        (IN_FRONT.format("trainer ") + "\ntrainer exited with code 1", True),
        (IN_FRONT.format("worker"), False),
        ("torch      | 1.13\ntorch      | 2.0\ntorch      | 2.1\n" + NO_DRIVER, False),
    ],
)
def test_names_in_front_of_lines_mean_docker_only_with_a_number_or_an_ending(text, in_docker):
    first = explain(text)["candidates"][0]["cause_id"]
    assert (first == "docker-run-without-gpus-flag") is in_docker
