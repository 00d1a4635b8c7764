"""Words, characters and their neighbours in texts of any script, as counts or as numbers for a network."""

import logging
import re
import warnings
from collections import Counter
from functools import cache, lru_cache

import numpy as np

#: Of a longer text only the beginning is read, so that one file cannot take all the time.
MOST_CHARACTERS = 20_000
#: Scripts that put no space between words: Thai, Lao, Myanmar, Khmer, kana, Han.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003134f"
)
_UNSPACED_CHARACTER = re.compile(f"[{_UNSPACED}]")
_TOKEN = re.compile(rf"[{_UNSPACED}]|[^\W{_UNSPACED}]+(?:['’][^\W{_UNSPACED}]+)?|[^\w\s]")


def unspaced_share(texts, most: int = 500) -> float:
    """Share of characters, spaces aside, that belong to scripts without spaces; from at most some texts."""
    sample = "".join(str(t)[:400] for t in texts[:: max(1, len(texts) // most)])
    letters = sum(not c.isspace() for c in sample)
    return len(_UNSPACED_CHARACTER.findall(sample)) / max(1, letters)


@lru_cache(maxsize=40_000)
def tokens(text: str) -> tuple[str, ...]:
    """Words in lower case, single characters of unspaced scripts, and each mark or emoji by itself.

    Example:
        >>> tokens("It's 很好, really!")
        ("it's", '很', '好', ',', 'really', '!')
    """
    return tuple(_TOKEN.findall(text[:MOST_CHARACTERS].lower()))


@lru_cache(maxsize=40_000)
def words(text: str) -> tuple[str, ...]:
    """As `tokens`, but words instead of characters where a script does not space them (by jieba)."""
    text = text[:MOST_CHARACTERS].lower()
    if not _UNSPACED_CHARACTER.search(text):
        return tokens(text)
    return tuple(word for word in _jieba().lcut(text) if not word.isspace())


@cache
def _jieba():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of its own source text
        import jieba

    jieba.setLogLevel(logging.ERROR)
    jieba.initialize()
    return jieba


def _pairs(singles):
    """Single words and each with its neighbour."""
    return [*singles, *map(" ".join, zip(singles, singles[1:], strict=False))]


def single_tokens(text: str) -> tuple[str, ...]:
    return tokens(str(text))


def words_and_pairs(text: str) -> list[str]:
    return _pairs(words(str(text)))


def tokens_and_pairs(text: str) -> list[str]:
    return _pairs(tokens(str(text)))


class Grams:
    """TF-IDF of word 1-2-grams beside that of character n-grams, one sparse matrix.

    Args:
        most: features of each kind, the most frequent.
        binary: whether a text has the feature, instead of TF-IDF.

    Attributes:
        blocks_: columns of `words` and of `characters`, as slices.
    """

    def __init__(self, most: int = 150_000, binary: bool = False):
        self.most, self.binary = most, binary

    def fit(self, texts):
        texts = [str(t)[:MOST_CHARACTERS] for t in texts]
        unspaced = unspaced_share(texts) > 0.3
        rare = 2 if len(texts) >= 200 else 1
        characters = {"analyzer": "char", "ngram_range": (1, 4)} if unspaced else {
            "analyzer": "char_wb", "ngram_range": (2, 5)
        }  # fmt: skip
        self.parts_ = {
            "words": self._counter(analyzer=words_and_pairs, min_df=rare),
            "characters": self._counter(min_df=rare, **characters),
        }
        start, self.blocks_ = 0, {}
        for name, part in self.parts_.items():
            width = _learn_vocabulary(part, texts)
            self.blocks_[name] = slice(start, start + width)
            start += width
        return self

    def _counter(self, **options):
        from sklearn.feature_extraction.text import CountVectorizer, TfidfVectorizer

        if self.binary:
            return CountVectorizer(binary=True, max_features=self.most, dtype=np.float32, **options)
        return TfidfVectorizer(sublinear_tf=True, max_features=self.most, dtype=np.float32, **options)

    def transform(self, texts):
        """Sparse matrix, float32, shape (n, features)."""
        from scipy.sparse import csr_array, hstack

        texts = [str(t)[:MOST_CHARACTERS] for t in texts]
        parts = [
            part.transform(texts)
            if hasattr(part, "vocabulary_")
            else csr_array((len(texts), 1), dtype="float32")
            for part in self.parts_.values()
        ]
        return hstack(parts, format="csr")


def _learn_vocabulary(counter, texts) -> int:
    """Features found; 1, always zero, where there are none."""
    try:
        return max(1, len(counter.fit(texts).vocabulary_))
    except ValueError:  # no text has a word, or none that comes twice
        counter.__dict__.pop("vocabulary_", None)
        return 1


class Vocabulary:
    """Texts as rows of whole numbers: 0 is nothing, 1 an unknown token, the rest by frequency.

    Args:
        most: tokens to know.
        longest: tokens of a text to keep, at most.
        covered: share of the training texts that should fit in whole.
        split: from a text to its tokens.
    """

    def __init__(self, most=20_000, longest=256, covered=0.95, split=single_tokens):
        self.most, self.longest, self.covered, self.split = most, longest, covered, split

    def fit(self, texts):
        split = [self.split(t) for t in texts]
        counts = Counter(token for row in split for token in row)
        least = 2 if len(split) >= 200 else 1
        known = [token for token, count in counts.most_common(self.most) if count >= least]
        self.codes_ = {token: i + 2 for i, token in enumerate(known)}
        length = np.quantile([len(row) for row in split], self.covered) if split else 1
        # A multiple of 8, so that fits of like texts share one network.
        self.length_ = int(min(self.longest, max(8, -(-int(length) // 8) * 8)))
        return self

    @property
    def size(self) -> int:
        """Codes in use, rounded up so that fits of like texts share one network."""
        return -(-(len(self.codes_) + 2) // 2000) * 2000

    def transform(self, texts) -> np.ndarray:
        """int32, shape (n, length); the end of a long text is cut off."""
        out = np.zeros((len(texts), self.length_), "int32")
        for row, text in zip(out, texts, strict=True):
            codes = [self.codes_.get(token, 1) for token in self.split(text)[: self.length_]]
            row[: len(codes)] = codes
        return out
