"""Curves in and forecasts out: a CSV file for a person, JSON Lines for programs."""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepstart.findings import UserError, reason_of
from deepstart.need.forecast import forecast_curve
from deepstart.words import text

ROWS_NAMES = ("n", "rows", "samples", "size", "n_samples", "train_size", "训练样本数", "样本数", "行数")
ERROR_NAMES = (
    "error",
    "err",
    "loss",
    "log_loss",
    "rmse",
    "mae",
    "mse",
    "mean_error",
    "误差",
    "错误率",
    "损失",
)
SCORE_NAMES = ("score", "mean", "accuracy", "acc", "auc", "f1", "r2", "得分", "分数", "准确率", "正确率")
STDERR_NAMES = ("stderr", "se", "sem", "std_err", "标准误", "标准误差")


@dataclass(frozen=True)
class CurveFile:
    """A curve as a person wrote it down: name of the score, points, and which way is better."""

    score_name: str
    n: list[float]
    score: list[float]
    stderr: list[float]
    higher_is_better: bool


def read_curve(path: str, lower_is_better: bool | None = None) -> CurveFile:
    """The curve in a CSV file with columns n, score and, if known, stderr.

    Args:
        path: the file; comma, semicolon or tab between columns.
        lower_is_better: of the score; absent: told by the column's name (error, loss, rmse ...).

    Raises:
        UserError: no such file, a column is missing, or a value is not a number.
    """
    content = _decoded(path)
    lines = [line for line in content.splitlines() if line.strip()]
    separator = max(",;\t", key=lines[0].count) if lines else ","
    rows = list(csv.reader(io.StringIO("\n".join(lines)), delimiter=separator))
    header = [name.strip().lower() for name in rows[0]] if rows else []
    at_n, at_score = _column(header, ROWS_NAMES, path), _column(header, ERROR_NAMES + SCORE_NAMES, path)
    at_stderr = next((i for i, name in enumerate(header) if name in STDERR_NAMES), None)
    numbered = [i for i, line in enumerate(content.splitlines(), 1) if line.strip()]
    points = [(i, row) for i, row in zip(numbered[1:], rows[1:], strict=False) if any(map(str.strip, row))]

    def numbers(at: int, may_be_empty: bool = False) -> list[float]:
        return [_number(row, at, header[at], line, separator, may_be_empty) for line, row in points]

    stderr = [float("nan")] * len(points) if at_stderr is None else numbers(at_stderr, True)
    lower = _named(header[at_score], ERROR_NAMES) if lower_is_better is None else lower_is_better
    return CurveFile(header[at_score], numbers(at_n), numbers(at_score), stderr, not lower)


def _decoded(path: str) -> str:
    """The text of a file: UTF-8, else UTF-16 with its mark, else what Excel writes on Chinese Windows.

    Raises:
        UserError: the file cannot be read, or is no text.
    """
    try:
        raw = Path(path).read_bytes()
        if b"\0" in raw and raw[:2] not in (b"\xff\xfe", b"\xfe\xff"):
            raise UserError("forecast.unreadable", path=path, reason=text("forecast.no-text"))
        if raw[:2] in (b"\xff\xfe", b"\xfe\xff"):
            return raw.decode("utf-16")
        try:
            return raw.decode("utf-8-sig")
        except UnicodeDecodeError:
            return raw.decode("gb18030")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("forecast.unreadable", path=path, reason=why_unread(error)) from error


def why_unread(error: Exception) -> str:
    return reason_of(error) if isinstance(error, OSError) else text("forecast.no-text")


def _named(column: str, names: tuple[str, ...]) -> bool:
    """Whether a column is called so, alone or as part of its name (`error_rate`, `val accuracy`)."""
    return column in names or any(part in names for part in re.split(r"[\W_]+", column))


def _column(header: list[str], names: tuple[str, ...], path: str) -> int:
    """Position of the first column that has one of these names, or one that holds such a word."""
    exact = [i for i, name in enumerate(header) if name in names]
    if names is not ROWS_NAMES:
        exact += [i for i, name in enumerate(header) if _named(name, names) and name not in STDERR_NAMES]
    if exact:
        return exact[0]
    known = "n" if names is ROWS_NAMES else "score"
    raise UserError("forecast.no-column", path=path, wanted=known, found=header or "–")


def _number(row: list[str], at: int, name: str, line: int, separator: str, may_be_empty: bool) -> float:
    """The number in a cell; NaN for an empty one where that is allowed."""
    cell = row[at].strip() if at < len(row) else ""
    if not cell and may_be_empty:
        return float("nan")
    plain = cell.rstrip("%％ ")
    if re.fullmatch(r"\d{1,3}(,\d{3})+", plain) and (separator == "," or name in ROWS_NAMES):
        plain = plain.replace(",", "")
    elif separator != ",":
        plain = plain.replace(",", ".")  # a decimal comma
    try:
        return float(plain)
    except ValueError:
        raise UserError("forecast.bad-cell", cell=cell or "–", column=name, line=line) from None


def answer_batch(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One answer for each line of JSON: `{"id", "schema", "forecast"}`.

    A line that asks nothing is answered with `line`, `error`, `what`, `why`, `next`; the others are not lost.
    """
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _answer(line, number)


def _answer(line: str, number: int) -> dict[str, Any]:
    request: Any = None
    try:
        request = _request(line, number)
        points = request["points"]
        forecast = forecast_curve(
            [point["n"] for point in points],
            [point["mean"] for point in points],
            [float("nan") if point.get("stderr") is None else point["stderr"] for point in points],
            request["to"],
            request.get("higher_is_better", False),
        )
    except UserError as error:
        told = {**error.as_json(), "error": str(error)}
        known = request.get("id") if request else _id_of(line)
        return {"id": known, "schema": 1, "line": number, "forecast": [], **told}
    names = ("n", "mean", "low", "high")
    rows = [dict(zip(names, row, strict=True)) for row in forecast]
    return {"id": request.get("id"), "schema": 1, "forecast": rows}


def _request(line: str, number: int) -> dict[str, Any]:
    """The request on a line.

    Raises:
        UserError: it is none; says what is missing or of the wrong kind.
    """

    def refuse(reason: str, **values: Any) -> UserError:
        told = text("forecast.not-a-request." + reason, **values)
        return UserError("forecast.bad-line", line=number, reason=told)

    try:
        request = json.loads(line)
    except ValueError:
        raise refuse("no-json") from None
    if not isinstance(request, dict):
        raise refuse("no-object")
    for name in ("points", "to"):
        if name not in request:
            raise refuse("missing", name=name)
    points, to = request["points"], request["to"]
    if not (isinstance(points, list) and all(map(_is_point, points))):
        raise refuse("points")
    if not (isinstance(to, list) and all(map(_is_number, to))):
        raise refuse("to")
    # The word "false" in quotes would count as true.
    if not isinstance(request.get("higher_is_better", False), bool):
        raise refuse("direction")
    return request


def _is_point(point: Any) -> bool:
    if not isinstance(point, dict) or not (_is_number(point.get("n")) and _is_number(point.get("mean"))):
        return False
    return point.get("stderr") is None or _is_number(point["stderr"])


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _id_of(line: str) -> Any:
    """The id of a line that is no request, where it has one."""
    try:
        return json.loads(line).get("id")
    except (ValueError, AttributeError):
        return None
