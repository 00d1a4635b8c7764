"""What stands on the terminal below a failure."""

import io

import pytest
from rich.console import Console

from deepstart import words
from deepstart.show.explanation import show_explanation
from deepstart.trouble.explain import explain

NOTICE = "I0000 00:00:1795672919.101051   25996 port.cc:153] oneDNN custom operations are on."
FAULT = "RuntimeError: CUDA error: no kernel image is available for execution on the device"


def shown(text, language, **more):
    words.choose_language(language)
    console = Console(file=io.StringIO(), width=200)
    show_explanation(console, explain(text, language=language, **more))
    return console.file.getvalue()


@pytest.mark.parametrize(("language", "also"), [("en", "Also possible"), ("zh", "也可能是")])
def test_a_harmless_message_beside_a_fault_is_no_other_cause_that_is_possible(language, also):
    told = shown(f"{NOTICE}\n{FAULT}", language)
    assert also not in told
    assert words.text("explain.harmless-seen", language, ids="onednn-notice") in told
    assert "onednn-notice" not in shown(FAULT, language)


def test_a_harmless_message_alone_is_told_in_full():
    told = shown(NOTICE, "en")
    assert "Nothing is wrong" in told
    assert "to be ignored" not in told


def test_no_space_follows_a_wide_colon():
    assert "： " not in shown(FAULT, "zh")
    assert "What to do: " in shown(FAULT, "en")
