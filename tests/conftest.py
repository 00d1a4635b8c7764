"""What all tests share."""

import pytest

from deepstart import words


@pytest.fixture(autouse=True)
def english(monkeypatch):
    """Tests read English unless they ask for another language."""
    monkeypatch.setenv("DEEPSTART_LANGUAGE", "en")
    words.choose_language(None)
    yield
    words.choose_language(None)
