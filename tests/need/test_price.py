"""The price of the gain: predictions that hold, ranges that say what they are, and cheaper ways."""

import io
import re
from copy import copy
from dataclasses import replace

import numpy as np
import pytest
from rich.console import Console

from benchmarks.price_gpu import entry
from deepstart import words
from deepstart.need.contenders import all_contenders
from deepstart.need.durations import Duration, predict_seconds
from deepstart.need.evidence import Evidence
from deepstart.need.metrics import METRICS
from deepstart.need.price import Gpu, Price, gpu_effect, price_of
from deepstart.need.price.cascade import cascade_of, margins
from deepstart.need.price.energy import Energy, energy_of, watts_of
from deepstart.need.price.gpus import all_gains, gain_of, gpu_table, used_here
from deepstart.need.price.ladder import ladder_of, verdict_of, weak_rival
from deepstart.need.price.speak import (
    cascade_sentence,
    energy_sentence,
    gpu_rows,
    gpu_sentence,
    ladder_rows,
    rough,
    spoken_duration,
    spoken_energy,
    time_sentence,
    weak_sentence,
)
from deepstart.need.questions import spoken_seconds
from deepstart.need.report import _costs
from deepstart.need.result import make_result
from deepstart.need.splits import make_splits
from deepstart.need.statistics import Chances
from deepstart.need.terminal import print_result
from deepstart.need.trials import Job, Trial, TrialStore
from deepstart.show.json import plain

# -- how long the full fit takes


@pytest.mark.parametrize("power", [0.7, 1.0, 1.4])
@pytest.mark.parametrize("fixed", [0.0, 0.5])
def test_a_full_fit_is_predicted_from_an_eighth_a_quarter_and_a_half(power, fixed):
    def law(n):
        return fixed + 2e-3 * n**power

    found = predict_seconds([(n, law(n)) for n in (1000, 2000, 4000)], 8000)
    assert found.seconds == pytest.approx(law(8000), rel=0.25)
    assert found.low <= law(8000) <= found.high


def test_a_fit_that_costs_the_same_at_every_size_is_not_expected_to_grow():
    found = predict_seconds([(1000, 5.0), (2000, 5.1), (4000, 4.9)], 8000)
    assert found.seconds == pytest.approx(5.0, rel=0.25)


def test_unsteady_clocks_are_met_by_the_interval_about_as_often_as_it_says():
    rng, inside = np.random.default_rng(0), 0
    for _ in range(200):
        power = rng.normal(0.95, 0.2)
        seconds = {n: (n / 1000) ** power * np.exp(0.1 * rng.normal()) for n in (1000, 2000, 4000, 8000)}
        found = predict_seconds([(n, seconds[n]) for n in (1000, 2000, 4000)], 8000)
        inside += found.low <= seconds[8000] <= found.high
    assert 0.7 <= inside / 200 <= 0.95


def test_one_fit_is_enough_for_a_wide_guess_and_more_fits_narrow_it():
    one = predict_seconds([(1000, 4.0)], 4000)
    three = predict_seconds([(500, 2.0), (1000, 4.0), (2000, 8.0)], 4000)
    assert one.low < 16.0 < one.high
    assert three.seconds == pytest.approx(16.0, rel=0.1)
    assert three.high / three.low < 0.7 * one.high / one.low


def test_where_others_had_the_processor_the_points_are_trusted_less():
    points = [(1000, 2.0), (2000, 4.0), (4000, 8.0)]
    quiet, busy = (predict_seconds(points, 8000, share=share) for share in (1.0, 0.3))
    assert busy.high / busy.low > 1.3 * quiet.high / quiet.low


def test_without_a_finished_fit_nothing_is_predicted():
    assert predict_seconds([], 100) is None


# -- energy


def trial(**more):
    values = {"cpu_seconds": 3600.0, "joules": None, "processor_share": 1.0} | more
    return Trial(Job("table-linear", 0, 10, True), "ok", 1.0, **values)


def test_a_counter_gives_from_our_share_to_all_of_it():
    found = energy_of(trial(joules=7200.0, processor_share=0.25), "any")
    assert (found.low, found.high, found.how) == (0.5, 2.0, "counter")


def test_without_a_counter_energy_is_processor_hours_times_the_watts_of_a_core():
    found = energy_of(trial(cpu_seconds=7200.0), "AMD Ryzen 5 5600X 6-Core Processor")
    assert found.low == pytest.approx(2 * 65 / 12)  # all twelve threads busy
    assert found.high == pytest.approx(2 * 2 * 65 / 6)  # few cores, boosting
    assert found.how == "rated"


def test_a_processor_that_hides_its_model_gets_the_range_of_its_kind():
    hidden, known = watts_of("AMD EPYC"), watts_of("AMD EPYC 7763 64-Core Processor")
    assert (hidden.how, known.how) == ("typical", "rated")
    assert hidden.low <= known.low < known.high <= hidden.high


def test_names_with_trademark_signs_are_found():
    assert watts_of("Intel(R) Xeon(R) Platinum 8480+").how == "rated"
    assert watts_of("11th Gen Intel(R) Core(TM) i7-1165G7 @ 2.80GHz").how == "rated"


def test_a_trial_from_before_the_measurement_has_no_energy():
    assert energy_of(trial(cpu_seconds=0.0), "any") is None


# -- what a GPU would change

TINY = {
    "epochs": 60.0, "parameters": 5_000, "steps": 2000, "batch": 128,
    "seconds_per_step": 0.001, "flops_per_row": 1e4, "kernels": 300, "peak": 1e11, "gpu": False,
}  # fmt: skip
LARGE = TINY | {"parameters": 5_000_000, "seconds_per_step": 5.0, "flops_per_row": 5e8, "kernels": 1500}


def test_every_gpu_names_the_source_of_its_figures():
    assert len(gpu_table()) >= 12
    assert all(gpu["source"] and gpu["fp32"] > 0 and gpu["bandwidth"] > 0 for gpu in gpu_table())
    assert all(gpu["tf32"] is None or gpu["tf32"] >= gpu["fp32"] for gpu in gpu_table())


def test_a_tiny_network_gains_nothing_and_a_large_one_much():
    tiny, large = all_gains(TINY, 3.0), all_gains(LARGE, 2000 * 5.0)
    assert all(gain.faster_low < 1.5 for gain in tiny)
    assert all(gain.faster_low > 2 for gain in large if gain.name in ("A100 40 GB", "RTX 4090"))


def test_no_gpu_is_promised_more_than_its_peak_over_what_was_reached_here():
    for gpu in gpu_table():
        for work in (TINY, LARGE):
            step = 3 * work["flops_per_row"] * work["batch"]
            fastest = (gpu["tf32"] or gpu["fp32"]) * 1e12 * max(used_here(work), 0.002)
            gain = gain_of(gpu, work, work["steps"] * work["seconds_per_step"])
            assert gain.steps_high <= 1.001 * work["seconds_per_step"] / (step / fastest)


def test_what_is_not_training_stays_as_it_is():
    gpu = gpu_table()[2]
    alone, with_rest = gain_of(gpu, LARGE, 10_000.0), gain_of(gpu, LARGE, 10_500.0)
    assert with_rest.low - alone.low == pytest.approx(500)
    assert with_rest.faster_high < alone.faster_high
    assert all(g.low < g.high and g.faster_low < g.faster_high for g in (alone, with_rest))


def test_a_network_that_was_trained_on_a_gpu_or_not_counted_gets_no_guess():
    assert all_gains(TINY | {"gpu": True}, 3.0) == []
    assert all_gains({"steps": 10}, 3.0) == []


@pytest.mark.parametrize(
    ("work", "limited", "kind", "effect"),
    [
        (TINY, 0.0, "classical_enough", "none"),
        (TINY, 1.0, "classical_enough", "none"),
        (LARGE, 0.0, "classical_enough", "sooner"),
        (LARGE, 1.0, "classical_enough", "verdict"),
        (LARGE, 1.0, "unclear", "verdict"),
        (LARGE, 1.0, "deep_worth_it", "confirms"),
    ],
)
def test_a_gpu_could_turn_the_verdict_only_where_time_ended_the_training(work, limited, kind, effect):
    gains = all_gains(work, work["steps"] * work["seconds_per_step"])
    assert gpu_effect(gains, limited, kind) == effect


def test_where_more_time_was_tried_and_turned_nothing_a_gpu_is_not_said_to_turn_it():
    gains = all_gains(LARGE, 10_000.0)
    assert gpu_effect(gains, 1.0, "classical_enough", tried=True) == "tried"


def test_where_other_strong_networks_lacked_time_a_gpu_may_turn_the_verdict_though_the_best_ended_by_itself():
    gains = all_gains(TINY, 10.0)
    assert gpu_effect(gains, 0.0, "classical_enough", others=True) == "others"
    assert gpu_effect(gains, 0.0, "deep_worth_it", others=True) == "none"
    assert gpu_effect(all_gains(LARGE, 10_000.0), 1.0, "classical_enough", others=True) == "verdict"


def test_strong_networks_that_their_limit_ended_are_named_beside_the_best(result):
    evidence = copy(result.evidence)
    champion = evidence.champions["deep"][0]
    evidence.contenders = {c.name: c for c in all_contenders()}
    evidence.store = [t for t in evidence.store if t.job.contender != "table-realmlp"] + [
        replace(champion, job=replace(champion.job, contender="table-realmlp"), ended_by="time")
    ]
    gpu = price_of(evidence, result.verdict, 0.01).gpu
    assert champion.job.contender != "table-realmlp"
    assert gpu.others == ("table-realmlp",)


# -- the ladder and the cascade, on a real race and on made-up predictions


def test_the_ladder_has_the_best_of_each_strength_that_raced(raced):
    rungs = ladder_of(raced[0])
    strengths = [rung.strength for rung in rungs]
    assert strengths == [s for s in ("weak", "ordinary", "strong") if s in strengths]
    assert "weak" in strengths
    for rung in rungs:
        assert raced[0].contenders[rung.contender].strength == rung.strength
        assert rung.low <= rung.score <= rung.high
        assert rung.fit_seconds > 0


def made_race(classical, deep, weak):
    """A race of one split, in which three sides said these probabilities for its test rows."""
    from .conftest import table

    data = table(5 * ROWS, noise=0.0)
    split = make_splits(data, 0, 1)[0]
    contenders = {c.name: c for c in all_contenders()}
    names = {"classical": "table-kernel-svm", "deep": "table-mlp", "weak": "table-plain-linear"}
    store, made = TrialStore(None), {}
    for side, say in (("classical", classical), ("deep", deep), ("weak", weak)):
        job = Job(names[side], 0, len(split.train), True)
        cost, given = (1.0 if side == "deep" else 0.01), say(data.y[split.test])
        made[side] = Trial(job, "ok", 1.0, 1.0, cost, 1.0, 1.0, 1, test=given, cpu_seconds=1.0)
        store.add(made[side])
    chosen = {name: contenders[name] for name in names.values()}
    champions = {"classical": [made["classical"]], "deep": [made["deep"]]}
    return Evidence(data, METRICS["accuracy"], [split], store, chosen, champions)


def probabilities(truth, wrong, sure):
    """Right but for the rows `wrong`; `sure` is the probability of the class that is said."""
    said = np.where(wrong, 1 - truth, truth)
    return np.where(np.arange(2) == said[:, None], sure[:, None], 1 - sure[:, None])


ROWS = 1000


def unsure_where_wrong(truth):
    """Wrong on a tenth of the rows, all of them among the fifth of which it is unsure."""
    rng = np.random.default_rng(0)
    unsure = rng.random(len(truth)) < 0.2
    wrong = unsure & (rng.random(len(truth)) < 0.5)
    sure = np.where(unsure, 0.52 + 0.05 * rng.random(len(truth)), 0.9 + 0.05 * rng.random(len(truth)))
    return probabilities(truth, wrong, sure)


def always_right(truth):
    return probabilities(truth, np.zeros(len(truth), bool), np.full(len(truth), 0.95))


def often_wrong(truth):
    wrong = np.random.default_rng(1).random(len(truth)) < 0.4
    return probabilities(truth, wrong, np.full(len(truth), 0.95))


@pytest.fixture(scope="module")
def cheap():
    """A race whose cascade is worth showing."""
    return made_race(unsure_where_wrong, always_right, often_wrong)


@pytest.fixture(scope="module")
def even():
    """A race in which both strong sides say the same."""
    return made_race(unsure_where_wrong, unsure_where_wrong, often_wrong)


def test_where_the_classical_side_knows_when_it_is_unsure_a_cascade_gives_the_networks_score(cheap):
    found = cascade_of(cheap)
    assert found.deep == 1.0
    assert found.classical < 0.95
    assert found.score >= 0.998
    assert 0.1 < found.share <= 0.4
    assert found.cost == pytest.approx(0.01 + found.share * 1.0)
    assert found.worth_showing


def test_no_cascade_is_shown_where_the_network_adds_nothing(even):
    found = cascade_of(even)
    assert found.share == 0.0
    assert not found.worth_showing


def test_the_margin_is_the_lead_over_the_next_class():
    assert margins(np.array([[0.2, 0.7, 0.1], [0.5, 0.5, 0.0]])) == pytest.approx([0.5, 0.0])


def test_with_a_weak_rival_alone_the_network_would_have_looked_worth_it(even):
    found = weak_rival(even, 0.01)
    assert found.contender == "table-plain-linear"
    assert found.lead > 0.2
    assert found.true_lead == 0
    assert (found.kind, found.true_kind) == ("deep_worth_it", "classical_enough")


def test_the_verdict_of_one_split_follows_its_probabilities():
    assert verdict_of(Chances(0.96, 0.03, 0.01)) == "deep_worth_it"
    assert verdict_of(Chances(0.04, 0.9, 0.06)) == "classical_enough"
    assert verdict_of(Chances(0.5, 0.4, 0.1)) == "unclear"


# -- the whole price


@pytest.fixture(scope="module")
def result(raced):
    return make_result(raced[0], 0.1, "yes", 33.0)


def test_the_price_of_a_race_has_both_sides_with_energy_and_the_whole_job(result):
    price = result.price
    for family in ("classical", "deep"):
        side = price.sides[family]
        assert 0 < side.energy.low <= side.energy.high
        assert side.training.low <= side.training.seconds <= side.training.high
        assert side.job.seconds > side.training.seconds
    assert price.extra_hours == pytest.approx(
        (price.sides["deep"].training.seconds - price.sides["classical"].training.seconds) / 3600
    )
    assert price.gpu is None or 0 < price.gpu.used <= 1


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_figure_of_the_time_is_of_one_training_on_all_rows(result, language):
    words.choose_language(language)
    evidence = copy(result.evidence)
    # Full fits on most rows that took far longer than the fits on fewer had foretold.
    evidence.champions = evidence.champions | {
        "deep": [replace(t, fit_seconds=100.0 * (1 + t.fit_seconds)) for t in evidence.champions["deep"]]
    }
    slow = make_result(evidence, 0.1, None, 33.0)
    price = slow.price.sides["deep"]
    typical = np.median([t.fit_seconds for t in evidence.champions["deep"]])
    assert price.job.seconds > price.training.seconds >= typical
    assert price.training.low <= price.training.seconds <= price.training.high
    assert slow.training_seconds("deep") == price.training.seconds
    training = spoken_seconds(price.training.seconds)
    console = Console(width=100, record=True, file=io.StringIO())
    print_result(console, slow)
    row = next(r for r in console.export_text().splitlines() if r.startswith(words.text("need.show.fit")))
    assert training in row
    assert training in slow.questions["compute"].sentence()
    assert training in dict(_costs(slow)["rows"])[words.text("need.show.fit")]


def test_points_an_extra_hour_are_the_lead_over_the_extra_time(result):
    lead, evidence = replace(result.verdict.lead, mean=0.02), copy(result.evidence)
    slower = [replace(t, fit_seconds=t.fit_seconds + 60) for t in evidence.champions["deep"]]
    evidence.champions = evidence.champions | {"deep": slower}
    price = price_of(evidence, replace(result.verdict, lead=lead), 0.1)
    assert price.extra_hours > 0
    assert price.points_per_hour[0] == pytest.approx(2.0 / price.extra_hours)
    assert price.points_per_hour[1] < price.points_per_hour[0] < price.points_per_hour[2]


def test_json_carries_the_price(result):
    out = plain(result.as_json())["price"]
    assert {"sides", "gpu", "cascade", "ladder", "weak", "extra_hours", "points_per_hour"} <= out.keys()
    assert {"training", "job", "energy", "limited"} == out["sides"]["deep"].keys()
    assert out["sides"]["deep"]["energy"]["how"] in ("counter", "rated", "typical")


def every_price(price: Price):
    """The price as it is, and with other effects, costs and rivals, so that every sentence is said."""
    yield price
    gains = all_gains(LARGE, 10_000.0)
    for effect in ("none", "sooner", "others", "verdict", "tried", "confirms", "no-room"):
        yield replace(price, gpu=Gpu(gains, 0.1, 300, 1e6, effect, ("table-tabm",)))
    for hours, rate in ((2.0, (1.0, -0.5, 2.5)), (0.001, (900.0, 1.0, 2000.0)), (0.5, None), (-0.1, None)):
        yield replace(price, extra_hours=hours, points_per_hour=rate)
    for how in ("counter", "rated", "typical"):
        sides = {
            f: replace(s, energy=Energy(0.1, 0.4, how, "AMD EPYC"), limited=1.0)
            for f, s in price.sides.items()
        }
        yield replace(price, sides=sides, on_gpu=True)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_every_sentence_of_the_price_is_whole_in_both_languages(result, cheap, even, language):
    words.choose_language(language)
    other = replace(result.price, cascade=cascade_of(cheap), weak=weak_rival(even, 0.01))
    for price in (*every_price(result.price), other):
        said = [gpu_sentence(price), energy_sentence(price), time_sentence(result, price)]
        said += [cascade_sentence(price), weak_sentence(price)]
        said += [cell for row in (*gpu_rows(price), *ladder_rows(price)) for cell in row.values()]
        assert not [s for s in said if re.search(r"\{\w+\}|\bneed\.\w+", s)]
    assert cascade_sentence(other)
    assert weak_sentence(other)


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_the_terminal_says_the_price(result, language):
    words.choose_language(language)
    console = Console(width=80, record=True, file=io.StringIO())
    print_result(console, result)
    shown = console.export_text()
    assert words.text("need.price.title") in shown
    assert words.text("need.price.energy") in shown
    assert "Wh" in shown


def test_amounts_are_said_without_exponents():
    assert [rough(v) for v in (0.000123, 1.26, 12.6, 1234.0, 0.0)] == ["0.00012", "1.3", "13", "1200", "0"]
    words.choose_language("en")
    assert spoken_energy(Energy(1e-6, 2e-4, "rated", "")) == "below 0.001 Wh"
    assert spoken_energy(Energy(0.0123, 0.4, "rated", "")) == "0.012 to 0.4 Wh"
    assert spoken_duration(Duration(3.0, 2.0, 4.0)) == "3 s (2 – 4)"
    assert spoken_duration(Duration(120.0, 93.0, 126.0)) == "2 min (1.6 – 2.1)"
    assert spoken_duration(Duration(1.4, 1.2, 1.9)) == "1.4 s (1.2 – 1.9)"


@pytest.mark.parametrize(
    ("device", "name"),
    [
        ("NVIDIA GeForce RTX 4090", "RTX 4090"),
        ("NVIDIA GeForce RTX 3060", "RTX 3060"),
        ("NVIDIA A100-SXM4-80GB", "A100 40 GB"),
        ("NVIDIA H100 80GB HBM3", "H100 SXM"),
        ("Tesla T4", "T4"),
        ("NVIDIA A10", "A10"),
        ("Apple M1 Max", "Apple M1 Max"),
    ],
)
def test_the_benchmark_takes_the_promise_of_the_gpu_that_was_measured(device, name):
    assert entry(device, gpu_table())["name"] == name


@pytest.mark.parametrize("device", ["NVIDIA L40S", "NVIDIA GeForce RTX 2080", "cpu"])
def test_the_benchmark_promises_nothing_for_a_gpu_that_the_table_lacks(device):
    with pytest.raises(SystemExit, match="not in the table"):
        entry(device, gpu_table())
