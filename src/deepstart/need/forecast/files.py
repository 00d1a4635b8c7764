"""Curves in and forecasts out: a CSV file for a person, JSON Lines for programs."""

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepstart.findings import UserError
from deepstart.need.forecast import forecast_curve

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
    try:
        content = Path(path).read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise UserError("forecast.unreadable", path=path, reason=_reason(error)) from error
    separator = max(",;\t", key=content.partition("\n")[0].count)
    rows = list(csv.reader(io.StringIO(content), delimiter=separator))
    header = [name.strip().lower() for name in rows[0]] if rows else []
    at_n, at_score = _column(header, ROWS_NAMES, path), _column(header, ERROR_NAMES + SCORE_NAMES, path)
    at_stderr = next((i for i, name in enumerate(header) if name in STDERR_NAMES), None)
    points = [(i, row) for i, row in enumerate(rows[1:], 2) if any(cell.strip() for cell in row)]

    def numbers(at: int, may_be_empty: bool = False) -> list[float]:
        return [_number(row, at, header[at], line, may_be_empty) for line, row in points]

    stderr = [float("nan")] * len(points) if at_stderr is None else numbers(at_stderr, True)
    lower = header[at_score] in ERROR_NAMES if lower_is_better is None else lower_is_better
    return CurveFile(header[at_score], numbers(at_n), numbers(at_score), stderr, not lower)


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)


def _column(header: list[str], names: tuple[str, ...], path: str) -> int:
    """Position of the first column that has one of these names."""
    for i, name in enumerate(header):
        if name in names:
            return i
    known = "n" if names is ROWS_NAMES else "score"
    raise UserError("forecast.no-column", path=path, wanted=known, found=", ".join(header) or "–")


def _number(row: list[str], at: int, name: str, line: int, may_be_empty: bool) -> float:
    """The number in a cell; NaN for an empty one where that is allowed."""
    cell = row[at].strip() if at < len(row) else ""
    if not cell and may_be_empty:
        return float("nan")
    try:
        return float(cell.rstrip("%"))
    except ValueError:
        raise UserError("forecast.bad-cell", cell=cell or "–", column=name, line=line) from None


def answer_batch(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """One answer for each line of JSON: `{"id", "forecast"}`, or `{"id", "forecast": [], "error"}`."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _answer(line, number)


def _answer(line: str, number: int) -> dict[str, Any]:
    request: Any = None
    try:
        request = json.loads(line)
        points = request["points"]
        forecast = forecast_curve(
            [point["n"] for point in points],
            [point["mean"] for point in points],
            [float("nan") if point.get("stderr") is None else point["stderr"] for point in points],
            request["to"],
            bool(request.get("higher_is_better", False)),
        )
    except UserError as error:
        return {"id": request.get("id"), "forecast": [], "error": str(error)}
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        told = UserError("forecast.bad-line", line=number, reason=f"{type(error).__name__}: {error}")
        known = request.get("id") if isinstance(request, dict) else None
        return {"id": known, "forecast": [], "error": str(told)}
    names = ("n", "mean", "low", "high")
    return {"id": request.get("id"), "forecast": [dict(zip(names, row, strict=True)) for row in forecast]}
