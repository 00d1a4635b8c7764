"""Each side may average its two best: by the same rule, chosen on rows that do not score it."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from deepstart.need.contenders import all_contenders
from deepstart.need.ensembles import average_of, ensembles_of
from deepstart.need.evidence import Evidence
from deepstart.need.metrics import choose_metric
from deepstart.need.splits import make_splits
from deepstart.need.trials import Job, Trial, TrialStore

from .conftest import table

CONTENDERS = {c.name: c for c in all_contenders()}


def said(data, rows, wrong, seed):
    """Probabilities that are wrong, though unsure, on a share of these rows."""
    rng = np.random.default_rng(seed)
    flipped = rng.random(len(rows)) < wrong
    label = np.where(flipped, 1 - data.y[rows], data.y[rows])
    surety = np.where(flipped, 0.6, 0.9)
    out = np.empty((len(rows), 2))
    out[np.arange(len(rows)), label], out[np.arange(len(rows)), 1 - label] = surety, 1 - surety
    return out


def evidence_of(wrong):
    """One split on which these contenders were tried on a sample, and the first of each family tested.

    Args:
        wrong: share of wrong rows by contender, in the order of their rank.
    """
    data = table(1000)
    splits = make_splits(data, 0, 1)
    evidence = Evidence(data, choose_metric(data), splits, TrialStore(None), CONTENDERS)
    split = splits[0]
    for seed, (name, share) in enumerate(wrong.items()):
        parts = {"validation": said(data, split.validation, share, seed)}
        parts["test"] = said(data, split.test, share, 100 + seed)
        evidence.store.add(Trial(Job(name, 0, len(split.inner), False), "ok", 1.0, **parts))
        champions = evidence.champions[CONTENDERS[name].family]
        if not champions:
            job = Job(name, 0, len(split.train), True)
            champions.append(Trial(job, "ok", 1.0, test=said(data, split.test, share, 200 + seed)))
            evidence.store.add(champions[0])
    return evidence


def test_two_that_err_on_different_rows_are_averaged_and_score_better():
    evidence = evidence_of({"table-lightgbm": 0.2, "table-extra-trees": 0.2, "table-realmlp": 0.1})
    trial, members = average_of(evidence, "classical", evidence.champions["classical"][0])
    assert members == ["table-lightgbm", "table-extra-trees"]
    truth = evidence.truth(0)
    alone = accuracy_score(truth, evidence.champions["classical"][0].test.argmax(axis=1))
    assert accuracy_score(truth, trial.test.argmax(axis=1)) > alone + 0.05


def test_the_average_is_the_weighted_mean_of_the_predictions():
    evidence = evidence_of({"table-lightgbm": 0.2, "table-extra-trees": 0.2, "table-realmlp": 0.1})
    champion = evidence.champions["classical"][0]
    trial, _ = average_of(evidence, "classical", champion)
    other = evidence.store.get(Job("table-extra-trees", 0, len(evidence.splits[0].inner), False))
    weight = (trial.test - other.test)[:, 0] / np.where(
        champion.test == other.test, np.nan, champion.test - other.test
    )[:, 0]
    assert np.nanmin(weight) == pytest.approx(np.nanmax(weight))
    assert trial.test.sum(axis=1) == pytest.approx(1)


def test_a_runner_up_that_is_no_help_is_left_out():
    evidence = evidence_of({"table-lightgbm": 0.0, "table-decision-tree": 0.5, "table-realmlp": 0.1})
    trial, members = average_of(evidence, "classical", evidence.champions["classical"][0])
    assert members == ["table-lightgbm"]
    assert trial is evidence.champions["classical"][0]


def test_both_sides_are_averaged_by_the_same_rule_and_the_lead_is_theirs():
    wrong = {"table-lightgbm": 0.2, "table-extra-trees": 0.2, "table-realmlp": 0.2, "table-tabm": 0.2}
    found = ensembles_of(evidence_of(wrong), 0.01)
    assert [len(names) for names in found.members.values()] == [2, 2]
    assert found.lead.mean == pytest.approx(found.scores["deep"].mean - found.scores["classical"].mean)
    assert sum(found.as_json()["difference"][k] for k in (
        "p_deep_better", "p_equivalent", "p_classical_better"
    )) == pytest.approx(1)  # fmt: skip


def test_where_nothing_could_be_averaged_nothing_is_said():
    assert ensembles_of(evidence_of({"table-lightgbm": 0.2, "table-realmlp": 0.2}), 0.01) is None
