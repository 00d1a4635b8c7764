"""Both languages say everything."""

import re
import string

import pytest

from deepstart import words


def entries(table, prefix=""):
    """All sentences of a file of words by dotted name."""
    for name, value in table.items():
        if isinstance(value, dict):
            yield from entries(value, f"{prefix}{name}.")
        else:
            yield prefix + name, value


def fields(sentence):
    """The fields that a sentence needs; what one of the data is called, every sentence may say."""
    return {name for _, name, _, _ in string.Formatter().parse(sentence) if name} - {"unit", "units"}


@pytest.mark.parametrize("area", words.areas())
def test_english_and_chinese_have_the_same_entries_with_the_same_fields(area):
    english = dict(entries(words.area_words(area, "en")))
    chinese = dict(entries(words.area_words(area, "zh")))
    # Chinese has no plural: an entry with one and other may be a single sentence.
    plural = {k.removesuffix(".one") for k in english if k.endswith(".one")}
    english = {k: v for k, v in english.items() if not k.endswith(".one")}
    chinese = {(f"{k}.other" if k in plural else k): v for k, v in chinese.items() if not k.endswith(".one")}
    assert english.keys() == chinese.keys()
    for name, sentence in english.items():
        assert fields(sentence) == fields(chinese[name]), name


@pytest.mark.parametrize("area", words.areas())
def test_chinese_sentences_use_chinese_punctuation(area):
    for name, sentence in entries(words.area_words(area, "zh")):
        assert not re.search(r"[\u4e00-\u9fff][,;:!?](\s|$)", sentence), name


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("modality", words.look_up("need.unit", "en"))
def test_each_kind_of_data_has_its_own_words_for_one_and_for_many(modality, language):
    assert set(words.look_up(f"need.unit.{modality}", language)) == {"one", "many"}


def test_sentences_call_the_data_what_they_are_and_a_row_where_nothing_is_said():
    with words.speaking_of("image"):
        assert words.text("need.show.choosing", "en", family="a", name="b", n=9).endswith("9 pictures")
        assert words.text("need.show.choosing", "zh", family="a", name="b", n=9).endswith("9 张图片")
    assert words.text("need.show.choosing", "zh", family="a", name="b", n=9).endswith("9 行")


def test_a_field_without_a_value_stays_readable():
    assert words.text("cli.unknown-language.what", "en", other="x").count("{wanted}") == 1


def test_a_sentence_cannot_reach_into_a_value():
    assert words._Fill().format("{a.__class__}", a=1) == "{a.__class__}"


def test_a_list_in_a_sentence_is_told_as_the_language_separates_names():
    names = words.first_of(["age", "sex", "bmi"], 2)
    english, chinese = (
        words.text("audit.identifiers.what", lang, count=3, names=names) for lang in ("en", "zh")
    )
    assert "age, sex, …" in english
    assert "age、sex 等" in chinese
