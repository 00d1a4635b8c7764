"""The report: one file that asks nobody for anything and says the verdict first, in both languages."""

import io
import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from deepstart import words
from deepstart.findings import UserError
from deepstart.need.contenders import STRENGTHS
from deepstart.need.data import Column
from deepstart.need.evidence import Evidence
from deepstart.need.metrics import choose_metric
from deepstart.need.price.ladder import Rung
from deepstart.need.questions import limit_answer, percent
from deepstart.need.report import cell, make_page, picture_address, write_report
from deepstart.need.result import make_result, points, signed, spoken_score
from deepstart.need.splits import make_splits
from deepstart.need.terminal import print_result
from deepstart.need.trials import Job, Trial, TrialStore
from deepstart.need.verdict import VERDICTS
from deepstart.show.charts import Bar, Line, interval_chart, line_chart
from deepstart.show.json import plain
from deepstart.words import choose_language, text

from .conftest import table

CHROMIUM = Path("/usr/bin/chromium")


@pytest.fixture(scope="module")
def result(raced):
    return make_result(raced[0], 0.1, "yes", 33.0)


class Pages(HTMLParser):
    """Every address that a page would fetch, and its visible text."""

    def __init__(self, page):
        super().__init__()
        self.fetched, self.shown, self._hidden = [], [], False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self._hidden = tag in ("style", "script")
        self.fetched += [v for k, v in attributes if k in ("src", "href", "data", "poster") and v]

    def handle_data(self, data):
        if not self._hidden:
            self.shown.append(data)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_page_says_the_verdict_before_everything_else(result, language):
    words.choose_language(language)
    shown = " ".join(Pages(make_page(result)).shown)
    assert shown.index(result.headline()) < shown.index(words.text("need.show.questions"))
    assert shown.index(words.text("need.show.questions")) < shown.index(words.text("need.report.curves"))


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_page_has_no_field_left_open_and_no_name_of_a_sentence(result, language):
    words.choose_language(language)
    shown = " ".join(Pages(make_page(result)).shown)
    assert not re.search(r"\{\w+\}", shown)
    assert not re.search(r"\bneed\.\w+\.\w+", shown)


def test_the_page_fetches_nothing_and_stays_small(result):
    page = make_page(result)
    assert all(address.startswith(("data:", "#")) for address in Pages(page).fetched)
    assert "url(" not in page
    assert "@import" not in page
    assert len(page.encode()) < 1_500_000


def test_a_name_from_the_data_cannot_become_part_of_the_page(result):
    evidence = replace(result.evidence, data=replace(result.evidence.data, name="<script>alert(1)</script>"))
    page = make_page(replace(result, evidence=evidence))
    assert "<script>alert" not in page


def test_an_unwritable_place_is_said_and_the_race_is_not_lost(result, tmp_path):
    with pytest.raises(UserError) as caught:
        write_report(result, tmp_path / "no" / "such" / "folder.html")
    assert caught.value.key == "need.report-unwritable"


def test_json_keeps_its_contract(result):
    out = plain(result.as_json())
    assert out["verdict"] in VERDICTS
    assert {"name", "score", "low", "high", "fit_seconds", "predict_ms_per_row", "peak_mib"} <= out[
        "best_deep"
    ].keys()
    chances = [out["difference"][k] for k in ("p_deep_better", "p_equivalent", "p_classical_better")]
    assert sum(chances) == pytest.approx(1)
    assert list(out["questions"]) == ["interest", "data", "compute", "limit"]
    for curve in out["curves"]:
        sizes = [p["n"] for p in curve["points"]]
        assert sizes == sorted(set(sizes))
        assert all(p["low"] <= p["mean"] <= p["high"] for p in curve["points"])


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_terminal_fits_into_80_columns(result, language):
    words.choose_language(language)
    console = Console(width=80, record=True, file=io.StringIO())
    print_result(console, result)
    shown = console.export_text()
    assert result.headline() in shown
    from rich.cells import cell_len

    assert max(cell_len(line) for line in shown.splitlines()) <= 80


def test_a_picture_travels_inside_the_page():
    address = picture_address(np.zeros((8, 8, 1), np.uint8))
    assert address.startswith("data:image/webp;base64,")


def test_figures_are_said_as_people_say_them():
    assert (points(0.012), points(0.01)) == ("1.2", "1")
    assert (signed(0.012), signed(-0.004)) == ("+1.2", "−0.4")
    assert (percent(0.001), percent(0.5), percent(0.999)) == ("< 0.5", "50", "> 99.5")
    assert limit_answer("classical_enough", 0.001, None, 0.01).values == {"p": "> 99.5"}


def test_a_date_is_said_as_people_write_it():
    day = Column("collected", "date")
    assert cell(day, 1674000000.0) == "collected: 2023-01-18"
    assert cell(day, 1674050700.0) == "collected: 2023-01-18 14:05"
    assert cell(day, -1.0) == "collected: 1969-12-31 23:59:59"
    assert cell(day, float("nan")) == "collected: –"
    assert cell(day, 1e300) == "collected: 1e+300"
    assert cell(Column("length", "number"), 4.5512) == "length: 4.551"


def test_scores_below_zero_have_a_true_minus_that_does_not_run_into_the_dash():
    assert spoken_score(0.604, 0.5, 0.7) == "0.604 (0.500–0.700)"
    assert spoken_score(-0.2, -0.881, 1.0) == "−0.200 (−0.881 – 1.000)"
    chart = interval_chart([Bar("a", "deep", -0.2, -0.881, 0.3)])
    assert ">−0.5</text>" in chart
    line = Line("a", "deep", [(100, -0.2, -0.9, 0.1), (200, 0.1, -0.1, 0.3)])
    assert "−0.200 (−0.900 – 0.100)" in line_chart([line], x_label="", y_label="")


@pytest.mark.skipif(not CHROMIUM.exists(), reason="needs Chromium: apt-get install chromium fonts-noto-cjk")
@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("width", [390, 1200])
def test_a_browser_shows_it_without_a_request_and_without_sideways_scrolling(
    result, tmp_path, language, width
):
    from playwright.sync_api import sync_playwright

    words.choose_language(language)
    # Longer than most of what the ladder's table says.
    rungs = [Rung(s, "table-catboost", 0.7, 0.628, 0.772, 5480, 0.032) for s in STRENGTHS]
    result = replace(result, price=replace(result.price, ladder=rungs))
    write_report(result, tmp_path / "report.html")
    requests = []
    options = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=str(CHROMIUM), args=options)
        page = browser.new_page(viewport={"width": width, "height": 900})
        page.on("request", lambda request: requests.append(request.url))
        page.goto((tmp_path / "report.html").as_uri())
        scroll = page.evaluate("document.documentElement.scrollWidth")
        cut = page.evaluate(
            "(t => t.scrollWidth > t.parentNode.clientWidth)(document.querySelector('table.ladder'))"
        )
        browser.close()
    assert [r for r in requests if not r.startswith(("file:", "data:"))] == []
    assert scroll <= width
    assert not cut


def unfinished(family):
    """The time ran out after one side's first test, or before it."""
    data = table(100)
    evidence = Evidence(data, choose_metric(data), make_splits(data, most=1), TrialStore(None), {})
    test = evidence.splits[0].test
    for rows in (40, 80) if family else ():
        trial = Trial(Job(family, 0, rows, rows == 80), "ok", 1.0, test=np.eye(2)[data.y[test]])
        evidence.store.add(trial)
        evidence.champions[family] = [trial]
    evidence.not_tried["table-realmlp"] = "timeout"
    return make_result(evidence, 0.01, None, 30.0)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_of_one_side_alone_nothing_is_said_about_changing_places(language):
    choose_language(language)
    page = make_page(unfinished("classical"))
    assert text("need.report.costs") in page
    assert text("need.report.no_crossing", n=0).partition("0")[0] not in page


@pytest.mark.parametrize("language", ["en", "zh"])
def test_where_no_side_was_tested_there_is_no_empty_table(language):
    choose_language(language)
    page, console = make_page(unfinished("")), Console(file=io.StringIO(), width=200)
    print_result(console, unfinished(""))
    shown = console.file.getvalue()
    assert text("need.report.costs") not in page
    assert text("need.show.memory") not in shown
    assert text("need.evidence.limit-unknown") in shown
    why, turn = text("need.why.timeout"), text("need.turn.yes")
    assert text("need.show.two_sentences", first=why, second=turn) in page
