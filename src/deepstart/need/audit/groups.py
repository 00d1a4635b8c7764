"""Rows of one patient, speaker or recording: split at random, a model recognises them instead.

Candidates stand in columns and in file names. A candidate is used when it matters: a quick score with
whole groups held out is clearly lower than with groups of the same sizes made up at random.
"""

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from deepstart.findings import Fact, UserError
from deepstart.need.audit import Binding, check, finding
from deepstart.need.audit._clusters import clusters_of
from deepstart.need.audit._quick import ROWS, deal, deviation, fold_scores, quick_features
from deepstart.need.audit.identifiers import UNIQUE
from deepstart.need.data import Data, Schema
from deepstart.words import first_of, listed

#: Words by which people name what several rows have in common.
GROUP_WORDS = re.compile(
    r"(?:^|_|\b)(patient|subject|speaker|user|person|participant|customer|client|group|site|hospital|centre|center"
    r"|session|recording|record|slide|scan|video|clip|device|sensor|machine|batch|plate|family|household|donor"
    r"|animal|student|school|author|writer|fold)"
    # Chinese sets no space before a word: 所属医院, 采集设备.
    r"|患者|病人|病例|住院号|门诊号|受试者|被试|说话人|发音人|录音|用户|客户|顾客|会员|账号|分组|组别|小组|批次|设备|仪器|机器"
    r"|传感器|车辆|站点|门店|店铺|医院|中心|科室|医生|学生|学号|班级|学校|作者|家庭|视频|切片|玻片|场次|折号"
    # Alone and repeated, as files with several visits a person have it.
    r"|^(?:id|pid|uid|subj|编号)$",
    re.I,
)
CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")
#: Fewest groups and rows, most groups a row, candidates tried, made-up groupings to compare with.
FEWEST_GROUPS, FEWEST_ROWS, MOST_GROUPS_PER_ROW, CANDIDATES, MADE_UP = 4, 60, 0.5, 4, 4
#: A drop counts from this many points on, and from this many deviations of the made-up groupings.
LEAST_DROP, DEVIATIONS = 0.05, 4.0
FOLDS = 4


@check(after="duplicates")
def groups(data, wish):
    """Do rows belong together in groups that a split must not tear apart?"""
    if wish.group:
        codes, count = wished(data, wish.group)
        if count < 2:
            raise UserError("audit.one-group", group=wish.group)
        yield Binding("groups", codes)
        torn = _torn(codes, data.part)
        if torn:
            yield finding("groups-torn", "warn", name=wish.group, count=torn, of=count)
        else:
            yield finding("groups-wished", "pass", name=wish.group, count=count)
        return
    if data.groups is not None or data.n < FEWEST_ROWS:
        return
    ranked = []
    for name, codes in candidates(data)[:CANDIDATES]:
        apart, mixed, spread = scores(_without_answer(data, name, codes), codes, wish.seed)
        drop = mixed - max(apart, 0.0)  # below 0 is R2 of a guess gone wrong, which nobody was promised
        if drop > max(LEAST_DROP, DEVIATIONS * spread):
            ranked.append((drop, name, codes, apart, mixed))
    if ranked:
        _, name, codes, apart, mixed = max(ranked, key=lambda r: r[0])
        yield Binding("groups", codes)
        yield finding(
            "groups", "warn", name=name, count=len(np.unique(codes)), mixed=f"{100 * mixed:.0f}",
            apart=f"{100 * apart:.0f}",
            facts=(Fact("quick score, random split", round(mixed, 4), "audit"),
                   Fact("quick score, whole groups held out", round(apart, 4), "audit")),
        )  # fmt: skip


def _without_answer(data: Data, name: str, codes: np.ndarray) -> Data:
    """The data without the column of these groups where it alone says the class: the race leaves it out too,
    and numbers given class by class would tell the class even of groups that are held out."""
    at = [i for i, column in enumerate(data.schema) if column.name != name]
    if len(at) == len(data.schema) or not at or not one_class_each(codes, data):
        return data
    return replace(data, X=data.X[:, at], schema=Schema(data.schema[i] for i in at))


def one_class_each(codes: np.ndarray, data: Data) -> bool:
    """Whether all rows of a group have the same class."""
    return data.task == "classification" and len(_links(codes, data.y)) == len(np.unique(codes))


def _torn(codes: np.ndarray, part: np.ndarray | None) -> int:
    """Groups with rows on both sides of the split that came with the data."""
    if part is None or not ((part == 0).any() and (part > 0).any()):
        return 0
    tested = part == (2 if (part == 2).any() else 1)
    return len(np.intersect1d(codes[tested], codes[~tested]))


def wished(data: Data, group: str) -> tuple[np.ndarray, int]:
    """Codes and number of the groups that a column, or a pattern over the row names, gives.

    Raises:
        UserError: there is no such column, and the pattern is none or does not fit the names.
    """
    for column, values in data.named_columns():
        if column.name == group:
            return codes_of(values), len(np.unique(values[~np.isnan(values)]))
    columns = [c.name for c, _ in data.named_columns()] or "–"
    try:
        pattern = re.compile(group)
    except re.error as error:
        raise UserError("audit.bad-pattern", group=group, reason=str(error)) from error
    tried = [[pattern.search(name) for name in names] for _, names in _names(data)]
    found = next((matches for matches in tried if any(matches)), None)
    if found is None:
        raise UserError("audit.no-such-group", group=group, columns=columns)
    missing = sum(match is None for match in found)
    keys = [m[m.re.groups and 1] if m else f"\0{i}" for i, m in enumerate(found)]
    codes = np.unique(np.array(keys, str), return_inverse=True)[1]
    return codes, len(np.unique(codes)) - missing


def candidates(data: Data) -> list[tuple[str, np.ndarray]]:
    """Name and codes of what might be a group, the likeliest first: named so, then parts of names."""
    found = [(c.name, codes) for c, codes in _columns(data)]
    for column, names in _names(data):
        found += [(f"{column} ({part})" if column else part, codes) for part, codes in _name_parts(names)]
    seen: dict[bytes, tuple[str, np.ndarray]] = {}
    for name, codes in found:
        if may_group(codes, data):
            seen.setdefault(_numbered(codes).tobytes(), (name, codes))
    return list(seen.values())


def _numbered(codes: np.ndarray) -> np.ndarray:
    """Groups numbered in the order in which they come, so that the same grouping has the same codes."""
    _, first, dense = np.unique(codes, return_index=True, return_inverse=True)
    return np.argsort(np.argsort(first))[dense]


def _columns(data: Data):
    """Columns that are named like a group."""
    for i, column in enumerate(data.schema):
        if column.kind in ("number", "category", "text") and GROUP_WORDS.search(CAMEL.sub("_", column.name)):
            yield column, codes_of(data.X[:, i])


def codes_of(values: np.ndarray) -> np.ndarray:
    """A code for each group; a row without one is a group of its own."""
    codes = np.unique(values, return_inverse=True)[1]
    unknown = np.isnan(values)
    codes[unknown] = codes.max(initial=0) + 1 + np.arange(unknown.sum())
    return np.unique(codes, return_inverse=True)[1]


def _names(data: Data) -> Iterator[tuple[str, np.ndarray]]:
    """Names for all rows: of their files, or in a column (given first) that names each, as `rec_S07_2`."""
    if data.row_names is not None:
        yield "", data.row_names.astype(str)
    for column, values in data.named_columns():
        if column.levels and len(column.levels) >= UNIQUE * data.n:
            levels = np.array([*column.levels, ""])
            yield column.name, levels[np.nan_to_num(values, nan=-1).astype(int)]


def _name_parts(names: np.ndarray) -> list[tuple[str, np.ndarray]]:
    """Parts of file names, such as the speaker in `0_george_7.wav`, and folders inside a class's folder."""
    if not any(re.search(r"[/\\_.-]", name) for name in names[:50]):
        return []
    split = [re.split(r"[/\\_\-. ]+|(?<=\d)(?=[A-Za-z])|(?<=[A-Za-z])(?=\d)", name) for name in names]
    lengths = np.array([len(parts) for parts in split])
    usual = np.bincount(lengths).argmax()
    if (lengths == usual).mean() < 0.95:
        return []
    rows = np.array([parts if len(parts) == usual else ["?"] * usual for parts in split], str)
    example = split[int((lengths == usual).argmax())]
    alphabetic = sorted(range(usual), key=lambda k: not example[k].isalpha())
    return [_named_by_values(rows[:, k]) for k in alphabetic]


def _named_by_values(parts: np.ndarray) -> tuple[str, np.ndarray]:
    """A part of the names is called by the first values that it takes."""
    values, codes = np.unique(parts, return_inverse=True)
    return listed(first_of(values, 3)), codes


def may_group(codes: np.ndarray, data: Data) -> bool:
    """Several groups of several rows each, that are not just the classes again."""
    counts = np.bincount(codes)
    counts = counts[counts > 0]
    if not FEWEST_GROUPS <= len(counts) <= MOST_GROUPS_PER_ROW * data.n:
        return False
    if np.median(counts) < 2 or counts.max() > 0.6 * data.n:
        return False
    if data.task == "regression":
        return True
    # A group or two that are a class say no more than it: rows of a class would be held out with it. Several
    # in each class, as where every patient has one diagnosis, can be held out.
    links = _links(codes, data.y)
    together = clusters_of(len(counts) + len(data.classes), links)
    of_class = np.bincount(links[:, 1] - len(counts), minlength=len(data.classes))
    return len(np.unique(together)) == 1 or of_class[data.class_counts > 0].min() >= FEWEST_GROUPS


def _links(codes: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Edges between groups and classes that share rows."""
    dense = np.unique(codes, return_inverse=True)[1]
    return np.unique(np.column_stack([dense, y + dense.max() + 1]), axis=0)


def scores(data: Data, codes: np.ndarray, seed: int) -> tuple[float, float, float]:
    """Quick score with whole groups held out; mean and deviation over made-up groups of those sizes."""
    rng = np.random.default_rng(seed)
    bound = codes if data.duplicates is None else _joined(codes, data.duplicates)
    keep = np.sort(rng.permutation(data.n)[:ROWS])
    picked = data.rows(keep)
    X, dense = quick_features(picked), np.unique(bound[keep], return_inverse=True)[1]
    folds = min(FOLDS, dense.max() + 1)
    real = [fold_scores(X, picked.y, deal(dense, folds, rng), data.task, s) for s in range(2)]
    made_up = []
    for s in range(MADE_UP):
        shuffled = _shuffled(dense, picked, rng)
        made_up.append(fold_scores(X, picked.y, deal(shuffled, folds, rng), data.task, s))
    return float(np.mean(real)), float(np.mean(made_up)), deviation(made_up, len(keep))


def _joined(codes: np.ndarray, duplicates: np.ndarray) -> np.ndarray:
    """Groups that share a duplicate are one."""
    groups, twins = np.unique(codes, return_inverse=True)[1], np.unique(duplicates, return_inverse=True)[1]
    size = groups.max() + 1
    return clusters_of(size + twins.max() + 1, np.column_stack([groups, twins + size]))[groups]


def _shuffled(codes: np.ndarray, data: Data, rng: np.random.Generator) -> np.ndarray:
    """Groups of the same sizes with other rows; rows change places only within their class."""
    out = codes.copy()
    strata = [np.arange(data.n)] if data.task == "regression" else [
        np.flatnonzero(data.y == k) for k in range(len(data.classes))
    ]  # fmt: skip
    for rows in strata:
        out[rows] = codes[rng.permutation(rows)]
    return out
