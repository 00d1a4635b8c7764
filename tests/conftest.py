"""What all tests share."""

import pytest

from deepstart import words

#: Modules that build the recorded machines; they hold no examples to run.
collect_ignore_glob = ["machines/*.py"]


@pytest.fixture(autouse=True)
def english(monkeypatch):
    """Tests read English unless they ask for another language."""
    monkeypatch.setenv("DEEPSTART_LANGUAGE", "en")
    words.choose_language(None)
    yield
    words.choose_language(None)
