"""Planted traps are found, and clean data raise no alarm."""

import io

import numpy as np
import pytest
from PIL import Image
from sklearn import datasets

from deepstart import words
from deepstart.findings import UserError
from deepstart.need import without_giveaways
from deepstart.need.audit import Wish, all_checks, audit
from deepstart.need.data import Column, Data, Schema
from deepstart.need.readers import read
from deepstart.words import text

RNG = np.random.default_rng(0)


def table(X, y, names=None, kinds=None, task="classification", **more):
    X = np.asarray(X, float)
    names = names or [f"x{i}" for i in range(X.shape[1])]
    kinds = kinds or ["number"] * X.shape[1]
    classes = [str(k) for k in range(int(np.max(y)) + 1)] if task == "classification" else []
    schema = Schema(Column(n, k) for n, k in zip(names, kinds, strict=True))
    return Data("t", "table", task, X, np.asarray(y), classes, schema, target="y", **more)


def clean_table(seed, n=300):
    """Two classes that differ in one of five columns, in random order."""
    rng = np.random.default_rng(seed)
    y = rng.integers(0, 2, n)
    X = rng.normal(size=(n, 5))
    X[:, 0] += 1.5 * y
    return X, y


def pictures(X, y, names=None):
    classes = [str(k) for k in range(int(np.max(y)) + 1)]
    return Data(
        "p", "image", "classification", np.asarray(X, np.uint8), np.asarray(y), classes, row_names=names
    )


def random_pictures(n, seed=0, side=48):
    """Smooth random pictures in three colours, as photographs are."""
    rng = np.random.default_rng(seed)
    small = rng.integers(0, 256, (n, 6, 6, 3), np.uint8)
    return [Image.fromarray(s).resize((side, side), Image.Resampling.BICUBIC) for s in small]


def texts(X, y):
    return Data("w", "text", "classification", np.array(X, object), np.asarray(y), ["0", "1"])


def ids(findings, *statuses):
    return {f.id for f in findings if not statuses or f.status in statuses}


ALARMS = ("warn", "fail")


@pytest.mark.parametrize("seed", range(12))
def test_simulated_clean_data_raise_no_alarm(seed):
    X, y = clean_table(seed)
    names = ["patient_id", "x1", "year", "x3", "site"]
    X[:, 4] = np.random.default_rng(seed + 50).integers(0, 8, len(X))  # named like a group
    X[:, 2] = np.random.default_rng(seed + 99).permutation(len(X)) % 40  # named like a time
    findings, data = audit(table(X, y, names))
    assert ids(findings, *ALARMS) == set()
    assert data.groups is None
    assert data.order is None


@pytest.mark.parametrize("name", ["iris", "wine", "breast_cancer", "diabetes"])
def test_well_known_tables_raise_no_alarm(name):
    bunch = getattr(datasets, f"load_{name}")()
    task = "regression" if name == "diabetes" else "classification"
    findings, _ = audit(table(bunch.data, bunch.target, list(getattr(bunch, "feature_names", [])), task=task))
    assert ids(findings, *ALARMS) == set()


def test_the_digits_raise_no_alarm():
    bunch = datasets.load_digits()
    X = (bunch.images * 15.9).astype(np.uint8)[..., None]
    findings, _ = audit(pictures(X, bunch.target))
    assert ids(findings, *ALARMS) == set()


def test_a_picture_saved_again_or_resized_is_a_copy_and_another_picture_is_none():
    originals = random_pictures(40)
    kept = io.BytesIO()
    originals[3].save(kept, "JPEG", quality=60)
    copies = [
        Image.open(kept).convert("RGB"),
        originals[7].resize((31, 31)).resize((48, 48)),
        originals[9].point(lambda v: int(0.8 * v)),
    ]
    X = np.array([np.asarray(p) for p in [*originals, *copies]])
    findings, data = audit(pictures(X, np.arange(43) % 2, np.array([f"{i}.png" for i in range(43)])))
    clusters = [set(np.flatnonzero(data.duplicates == k)) for k in np.unique(data.duplicates)]
    assert [c for c in clusters if len(c) > 1] == [{3, 40}, {7, 41}, {9, 42}]
    assert "duplicates" in ids(findings, "warn")


def test_copies_with_another_label_are_bound_together_and_named():
    X = np.array([np.asarray(p) for p in random_pictures(60)])
    X[50] = X[4]
    y = np.arange(60) % 2
    y[50] = 1 - y[4]
    findings, data = audit(pictures(X, y, np.array([f"{i}.png" for i in range(60)])))
    [torn] = [f for f in findings if f.id == "duplicates-disagree"]
    assert torn.values["names"] == ["4.png", "50.png"]
    assert data.duplicates[4] == data.duplicates[50]


def test_blank_pictures_are_not_taken_for_copies_of_pictures():
    X = np.array([np.asarray(p) for p in random_pictures(30)])
    X[:3] = np.array([10, 120, 250])[:, None, None, None]
    _, data = audit(pictures(X, np.arange(30) % 2))
    assert data.duplicates is None


def test_texts_that_differ_in_case_a_comma_or_a_word_are_copies():
    words = [f"w{i}" for i in range(400)]
    rows = [" ".join(RNG.choice(words, 30)) for _ in range(80)]
    rows += [rows[5].upper() + "!", rows[8].replace(" ", ", ", 3), rows[9] + " more"]
    _, data = audit(texts(rows, np.arange(83) % 2))
    assert [data.duplicates[i] for i in (5, 8, 9)] == [data.duplicates[i] for i in (80, 81, 82)]
    assert len(np.unique(data.duplicates)) == 80


def test_chinese_texts_are_compared_too():
    signs = [chr(c) for c in range(0x4E00, 0x4E00 + 500)]
    rows = ["".join(RNG.choice(signs, 60)) for _ in range(40)]
    _, data = audit(texts([*rows, rows[3][:-2] + "。"], np.arange(41) % 2))
    assert data.duplicates[3] == data.duplicates[40]


def test_rows_of_a_table_with_few_possible_values_are_no_copies():
    X = np.random.default_rng(0).integers(0, 3, (300, 3))
    _, data = audit(table(X, np.arange(300) % 2))
    assert data.duplicates is None


def test_a_copied_row_of_a_table_is_found():
    X, y = clean_table(1)
    X[200:220] = X[:20]
    y[200:220] = y[:20]
    findings, data = audit(table(X, y))
    assert "duplicates" in ids(findings, "warn")
    assert (data.duplicates[200:220] == data.duplicates[:20]).all()


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_few_copies_are_no_alarm_and_the_line_says_what_was_done_with_them(language):
    words.choose_language(language)
    X, y = clean_table(4)
    X[200], y[200] = X[0], y[0]
    findings, data = audit(table(X, y))
    [seen] = [f for f in findings if f.id.startswith("duplicates")]
    assert (seen.id, seen.status) == ("duplicates-kept", "pass")
    assert data.duplicates[200] == data.duplicates[0]
    assert {"en": "kept on one side", "zh": "放在同一侧"}[language] in seen.sentence("what")


def test_test_rows_that_are_also_trained_on_are_counted():
    X, y = clean_table(2)
    X[290:] = X[:10]
    y[290:] = y[:10]
    findings, _ = audit(table(X, y, part=np.repeat([0, 2], [250, 50])))
    [leak] = [f for f in findings if f.id == "duplicates-across-parts"]
    assert (leak.status, leak.values["count"], leak.values["share"]) == ("warn", 10, "20.0")


def test_tiny_and_uneven_classes_are_counted():
    X = RNG.normal(size=(300, 3))
    findings, _ = audit(table(X, np.repeat([0, 1, 2], [200, 95, 5])))
    [tiny] = [f for f in findings if f.id == "tiny-classes"]
    [uneven] = [f for f in findings if f.id == "uneven-classes-by-row"]
    assert tiny.values["names"] == ["2 (5)"]
    assert (uneven.status, uneven.values["most"], uneven.values["fewest"]) == ("pass", 200, 5)


def test_classes_large_enough_to_be_measured_count_alike_however_uneven():
    X = RNG.normal(size=(1200, 3))
    findings, _ = audit(table(X, np.repeat([0, 1, 2], [1000, 140, 60])))
    assert [f.values["most"] for f in findings if f.id == "uneven-classes"] == [1000]


@pytest.mark.parametrize(
    ("column", "name", "kind"),
    [
        (np.arange(300), "x", "number"),
        (1000 + 7 * np.arange(300), "CustomerId", "number"),
        (np.random.default_rng(0).permutation(300), "name", "category"),
    ],
    ids=["numbering", "called so", "own name each"],
)
def test_a_column_that_only_numbers_the_rows_is_named(column, name, kind):
    X, y = clean_table(3)
    findings, _ = audit(table(np.column_stack([X, column]), y, [*"abcde", name], ["number"] * 5 + [kind]))
    [found] = [f for f in findings if f.id == "identifiers"]
    assert found.values["names"] == [name]


def test_an_amount_of_its_own_in_each_row_is_no_identifier():
    X, y = clean_table(4)
    cents = np.random.default_rng(0).choice(100_000, 300, replace=False)
    findings, _ = audit(table(np.column_stack([X, cents]), y))
    assert "identifiers" not in ids(findings)


def test_constant_and_empty_columns_are_named_but_partly_missing_ones_are_not():
    X, y = clean_table(5)
    X[:, 1], X[:, 2], X[:100, 3] = 7, np.nan, np.nan
    X[100:, 3] = 1
    findings, _ = audit(table(X, y))
    [found] = [f for f in findings if f.id == "constant-columns"]
    assert found.values["names"] == ["x1", "x2"]


@pytest.mark.parametrize("task", ["classification", "regression"])
def test_a_column_that_gives_the_answer_away_is_named(task):
    X, y = clean_table(6)
    if task == "regression":
        y = X[:, 0] + np.random.default_rng(0).normal(size=300)
    answer = 3 * y + 5
    findings, _ = audit(table(np.column_stack([X, answer]), y, task=task))
    [found] = [f for f in findings if f.id == "giveaway"]
    assert (found.status, found.values["column"]) == ("fail", "x5")


def test_a_column_that_is_missing_for_one_class_only_gives_the_answer_away():
    X, y = clean_table(7)
    X[y == 1, 3] = np.nan
    findings, _ = audit(table(X, y))
    assert [f.values["column"] for f in findings if f.id == "giveaway"] == ["x3"]


def speakers(strength, seed=0, people=10, each=40):
    """Rows whose look depends on the person, who differs in what each class looks like."""
    rng = np.random.default_rng(seed)
    person, y = np.repeat(np.arange(people), each), np.tile([0, 1], people * each // 2)
    own = rng.normal(size=(people, 2, 6)) * strength
    X = own[person, y] + rng.normal(size=(len(y), 6)) + np.outer(y, [0.8, 0, 0, 0, 0, 0])
    shuffled = rng.permutation(len(y))
    return X[shuffled], y[shuffled], person[shuffled]


def test_a_column_of_persons_that_matters_is_used_and_both_scores_are_shown():
    X, y, person = speakers(2.0)
    findings, data = audit(table(np.column_stack([X, person]), y, [*"abcdef", "speaker"]))
    [found] = [f for f in findings if f.id == "groups"]
    assert int(found.values["apart"]) < int(found.values["mixed"]) - 5
    assert (np.unique(data.groups, return_inverse=True)[1] == person).all()


@pytest.mark.parametrize("name", ["患者编号", "所属医院", "采集设备", "说话人ID", "学号"])
def test_a_chinese_name_of_a_group_is_recognised_without_spaces_around_it(name):
    X, y, person = speakers(2.0)
    _, data = audit(table(np.column_stack([X, person]), y, [*"abcdef", name]))
    assert (np.unique(data.groups, return_inverse=True)[1] == person).all()


@pytest.mark.parametrize("seed", range(4))
def test_persons_that_do_not_matter_are_not_used(seed):
    X, y, person = speakers(0.0, seed)
    findings, data = audit(table(np.column_stack([X, person]), y, [*"abcdef", "speaker"]))
    assert data.groups is None
    assert ids(findings, *ALARMS) == set()


@pytest.mark.parametrize("seed", range(4))
def test_groups_of_numbers_that_nothing_predicts_raise_no_alarm(seed):
    rng = np.random.default_rng(seed)
    person = np.repeat(np.arange(5), 20)
    y = rng.normal(size=5)[person] * 0.1 + rng.normal(size=100)
    findings, _ = audit(table(np.column_stack([rng.normal(size=(100, 3)), person]), y, [*"abc", "site"],
                              task="regression"))  # fmt: skip
    assert "groups" not in ids(findings)


def test_the_person_in_the_file_name_is_found():
    rng = np.random.default_rng(0)
    people = ["anna", "bo", "chen", "dan", "eva", "fei"]
    own = rng.integers(0, 200, (6, 2, 8, 8, 1))
    rows = [(k, p, i) for k in (0, 1) for p in range(6) for i in range(25)]
    X = [np.clip(own[p, k] + rng.normal(0, 20, (8, 8, 1)), 0, 255) for k, p, _ in rows]
    names = np.array([f"{k}/{k}_{people[p]}_{i}.png" for k, p, i in rows])
    findings, data = audit(pictures(X, [k for k, _, _ in rows], names))
    [found] = [f for f in findings if f.id == "groups"]
    assert found.values["name"] == "anna, bo, chen, …"
    assert len(np.unique(data.groups)) == 6


def diagnosed(seed=0, people=40, each=8, strength=3.0):
    """Patients who each have one diagnosis; rows look like their patient, hardly like the diagnosis."""
    rng = np.random.default_rng(seed)
    person, y = np.repeat(np.arange(people), each), np.repeat(np.arange(people) % 2, each)
    X = rng.normal(size=(people, 6))[person] * strength + rng.normal(size=(len(y), 6))
    return X, y, person


@pytest.mark.parametrize("name", ["patient_id", "id", "患者编号"])
def test_patients_with_one_diagnosis_each_are_held_out_whole_and_not_learned_from(name):
    X, y, person = diagnosed()
    findings, data = audit(table(np.column_stack([X, person]), y, [*"abcdef", name]))
    [found] = [f for f in findings if f.id == "groups"]
    assert int(found.values["apart"]) < int(found.values["mixed"]) - 20
    assert (np.unique(data.groups, return_inverse=True)[1] == person).all()
    [told] = [f for f in findings if f.id.startswith("giveaway")]
    assert (told.id, told.status, told.values["count"]) == ("giveaway-groups", "pass", 40)
    assert [c.name for c in without_giveaways(data, findings).schema] == [*"abcdef"]


def test_patients_numbered_diagnosis_by_diagnosis_are_held_out_too():
    X, y, person = diagnosed()
    number = np.unique(1000 * y + person, return_inverse=True)[1]
    _, data = audit(table(np.column_stack([X, number]), y, [*"abcdef", "patient"]))
    assert len(np.unique(data.groups)) == 40


def recordings(tmp_path, columns=()):
    """A file whose rows are named after their patient, as `rec_S07_2`."""
    X, y, person = diagnosed()
    lines = [",".join(["recording", *"abcdef", *columns, "diagnosis"])]
    for i, (row, p) in enumerate(zip(X, person, strict=True)):
        more = [f"p{p}" for _ in columns]
        lines.append(",".join([f"rec_S{p:02d}_{i % 8}", *(f"{v:.3f}" for v in row), *more, f"d{y[i]}"]))
    (tmp_path / "rows.csv").write_text("\n".join(lines))
    return read(str(tmp_path / "rows.csv"), target="diagnosis"), person


def test_the_patient_inside_the_name_of_each_recording_is_found(tmp_path):
    data, person = recordings(tmp_path)
    findings, data = audit(data)
    [found] = [f for f in findings if f.id == "groups"]
    assert (found.values["name"], found.values["count"]) == ("recording (00, 01, 02, …)", 40)
    assert (np.unique(data.groups, return_inverse=True)[1] == person).all()


def test_a_column_is_named_rather_than_the_part_of_a_name_that_says_the_same(tmp_path):
    findings, _ = audit(recordings(tmp_path, ["patient"])[0])
    assert [f.values["name"] for f in findings if f.id == "groups"] == ["patient"]


def test_a_pattern_is_looked_for_in_a_column_that_names_the_rows(tmp_path):
    data, person = recordings(tmp_path)
    findings, data = audit(data, Wish(group=r"_S(\d+)_"))
    assert [f.values["count"] for f in findings if f.id == "groups-wished"] == [40]
    assert (np.unique(data.groups, return_inverse=True)[1] == person).all()


def test_things_that_each_have_one_answer_are_named_where_no_word_says_what_they_are():
    X, y, person = diagnosed()
    findings, data = audit(table(np.column_stack([X, person]), y, [*"abcdef", "tree"]))
    [told] = [f for f in findings if f.id.startswith("giveaway")]
    assert (told.id, told.status, told.values["rows"]) == ("giveaway-things", "fail", "8")
    assert data.groups is None
    assert "tree" not in [c.name for c in without_giveaways(data, findings).schema]


@pytest.mark.parametrize("seed", range(4))
def test_patients_with_one_diagnosis_whose_rows_nobody_recognises_raise_no_alarm(seed):
    X, y, person = diagnosed(seed, strength=0.0)
    X[:, 0] += y
    findings, data = audit(table(np.column_stack([X, person]), y, [*"abcdef", "patient"]))
    assert data.groups is None
    assert "groups" not in ids(findings)


def test_groups_can_be_wished_for_by_column_or_by_pattern():
    X, y = clean_table(8)
    names = np.array([f"{i % 7}_{i}.png" for i in range(300)])
    by_column = audit(table(np.column_stack([X, np.arange(300) % 9]), y, [*"abcde", "w"]), Wish(group="w"))[1]
    by_pattern = audit(table(X, y, row_names=names), Wish(group=r"^(\d)_"))[1]
    assert len(np.unique(by_column.groups)) == 9
    assert len(np.unique(by_pattern.groups)) == 7


@pytest.mark.parametrize(
    ("wish", "key"),
    [
        (Wish(group="nothing"), "audit.no-such-group"),
        (Wish(group="("), "audit.bad-pattern"),
        (Wish(time="nothing"), "audit.no-such-time"),
        (Wish(time="x0"), "audit.time-without-order"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(wish, key):
    X, y = clean_table(9)
    names = np.array([f"{i}.png" for i in range(300)])
    with pytest.raises(UserError) as raised:
        audit(table(X, y, kinds=["category"] + ["number"] * 4, row_names=names), wish)
    assert raised.value.key == key


def drifting(seed=0, n=600):
    """A rule that turns with time."""
    rng = np.random.default_rng(seed)
    day, X = np.sort(rng.uniform(0, 1, n)), rng.normal(size=(n, 4))
    y = (np.cos(3 * day) * X[:, 0] + np.sin(3 * day) * X[:, 1] > 0).astype(int)
    mixed = rng.permutation(n)
    return np.column_stack([X, 1e9 + 1e7 * day])[mixed], y[mixed]


def test_a_date_along_which_the_rule_changes_is_used_as_the_order():
    X, y = drifting()
    findings, data = audit(table(X, y, [*"abcd", "visit"], ["number"] * 4 + ["date"]))
    assert "time-order" in ids(findings, "warn")
    assert (data.order == X[:, 4]).all()


@pytest.mark.parametrize(("n", "expected"), [(4000, "time-harmless"), (120, "time-untold")])
def test_a_date_that_changes_nothing_was_looked_at_and_what_can_be_told_of_it_is_said(n, expected):
    X, y = clean_table(3, n)
    X[:, 4] = 1e9 + 1e5 * np.arange(n)
    findings, data = audit(table(X, y, [*"abcd", "visit"], ["number"] * 4 + ["date"]))
    (said,) = [f for f in findings if f.id.startswith("time-")]
    assert (said.id, said.status, said.values["name"]) == (expected, "pass", "visit")
    assert data.order is None


def of_years(*counts):
    """A table whose first column is the year; so many rows are of each."""
    X, y = clean_table(9)
    X[:, 0] = np.repeat(2000 + np.arange(len(counts)), counts)
    return table(X, y, ["year", *"abcd"], ["number"] * 5)


def test_two_years_are_enough_to_split_by_time():
    rows = of_years(270, 30)
    assert (audit(rows, Wish(time="year"))[1].order == rows.X[:, 0]).all()


@pytest.mark.parametrize("years", [[300], [30, 270], [295, 5]])
def test_a_time_that_cannot_tell_earlier_rows_from_later_ones_is_refused(years):
    with pytest.raises(UserError) as raised:
        audit(of_years(*years), Wish(time="year"))
    assert raised.value.key == "audit.time-too-coarse"
    assert f"{max(years) / 3:.0f} %" in str(raised.value)


def test_a_date_of_birth_is_no_order_of_the_rows():
    X, y = drifting()
    _, data = audit(table(X, y, [*"abcd", "date of birth"], ["number"] * 4 + ["date"]))
    assert data.order is None


def test_recordings_one_after_the_other_are_noticed_in_the_file_order():
    X, y, person = speakers(2.5, people=12)
    order = np.lexsort((person, y))
    findings, data = audit(table(X[order], y[order]))
    assert "file-order" in ids(findings, "warn")
    assert data.groups is None


def test_a_file_sorted_by_a_column_is_no_alarm():
    X, y = clean_table(10)
    order = np.lexsort((X[:, 0], y))
    findings, _ = audit(table(X[order], y[order]))
    assert "file-order" not in ids(findings)


def test_every_check_asks_a_question_and_waits_only_for_checks_that_exist():
    names = {c.name for c in all_checks()}
    for one in all_checks():
        assert (one.look.__doc__ or "").strip().endswith("?"), one.name
        assert set(one.after) <= names


def test_the_same_data_get_the_same_audit():
    X, y, person = speakers(2.0)
    data = table(np.column_stack([X, person]), y, [*"abcdef", "speaker"])
    assert audit(data)[0] == audit(data)[0]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_findings_speak_both_languages_without_open_fields(language):
    X, y, person = speakers(2.0)
    X[5] = X[6]
    findings, _ = audit(table(np.column_stack([X, person, y]), y, [*"abcdef", "speaker", "answer"]))
    assert findings
    for one in findings:
        assert "{" not in one.sentence("what", language) + one.sentence("why", language)
        assert text(f"audit.{one.id}.why", language, default="")


def returning(n=400):
    """A table whose relation turns with time, of patients who come back at any time."""
    day = np.arange(n)
    X = np.column_stack([RNG.normal(size=n), day, day % 30])
    y = ((X[:, 0] > 0) ^ (day > 0.75 * n)).astype(int)
    return table(X, y, ["x", "date", "patient"], ["number", "date", "number"])


def test_groups_that_were_asked_for_are_held_out_though_time_matters_too():
    assert audit(returning(), Wish())[1].order is not None
    findings, data = audit(returning(), Wish(group="patient"))
    assert data.order is None
    assert [f.values["count"] for f in findings if f.id == "groups-wished"] == [30]


def test_groups_that_the_given_split_tears_apart_are_told():
    data = returning()
    data.part = np.repeat([0, 2], [300, 100])
    findings, _ = audit(data, Wish(group="patient"))
    [torn] = [f for f in findings if f.id == "groups-torn"]
    assert (torn.values["count"], torn.values["of"]) == (30, 30)


def test_a_row_without_a_group_is_a_group_of_its_own():
    X, y = clean_table(0)
    X[:, 4] = np.arange(300) % 10
    X[:6, 4] = np.nan
    _, data = audit(table(X, y), Wish(group="x4"))
    assert len(np.unique(data.groups)) == 16


def test_one_group_cannot_be_held_out():
    X, y = clean_table(0)
    X[:, 4] = 1
    with pytest.raises(UserError) as refusal:
        audit(table(X, y), Wish(group="x4"))
    assert refusal.value.key == "audit.one-group"
