"""Which scripts texts are written in: it decides how words are found in them."""

from collections.abc import Sequence

import numpy as np
import polars as pl

#: A letter of an alphabet says less than a sign that is a syllable or a word: about four to one.
WEIGHTS = {
    "han": (r"\p{Han}", 1.0),
    "kana": (r"[\p{Hiragana}\p{Katakana}]", 1.0),
    "hangul": (r"\p{Hangul}", 1.0),
    "thai": (r"\p{Thai}", 0.5),
    "latin": (r"\p{Latin}", 0.25),
    "cyrillic": (r"\p{Cyrillic}", 0.25),
    "arabic": (r"\p{Arabic}", 0.25),
    "devanagari": (r"\p{Devanagari}", 0.5),
    "hebrew": (r"\p{Hebrew}", 0.25),
    "greek": (r"\p{Greek}", 0.25),
}
#: The shares are counted on at most this many texts, spread evenly.
MOST_TEXTS = 5000


def script_shares(texts: Sequence[str] | np.ndarray) -> dict[str, float]:
    """Share of the texts that are mostly in each script; texts with kana are Japanese whatever else.

    Example:
        >>> script_shares(["今天天气很好 OK", "good day", "よい天気ですね", "123"])
        {'han': 0.333, 'kana': 0.333, 'latin': 0.333}
    """
    step = max(len(texts) // MOST_TEXTS, 1)
    sample = pl.Series(list(texts[::step]), dtype=pl.String)
    weights = np.stack(
        [sample.str.count_matches(pattern).to_numpy() * weight for pattern, weight in WEIGHTS.values()]
    )
    names = list(WEIGHTS)
    japanese = weights[names.index("kana")] > 0.1 * weights[names.index("han")]
    weights[names.index("kana")] += np.where(japanese, weights[names.index("han")], 0)
    weights[names.index("han")] *= ~japanese
    written = weights.max(axis=0) > 0
    counts = np.bincount(weights.argmax(axis=0)[written], minlength=len(names))
    total = max(int(written.sum()), 1)
    order = np.argsort(-counts, kind="stable")
    shares = {names[i]: round(int(counts[i]) / total, 3) for i in order}
    return {name: share for name, share in shares.items() if share}
