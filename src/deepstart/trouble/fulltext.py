"""Words for a full-text index, in English and Chinese alike, and queries that cannot break it."""

import re
from typing import Dict, List

#: A word of an error: letters, digits, underscores; or a run of Chinese characters.
_WORD = re.compile(r"[\u3400-\u9fff]+|[A-Za-z_][A-Za-z0-9_]{1,60}|\d+(?:\.\d+)+|[^\W\d_]{2,60}")
_CHINESE = re.compile(r"([\u3400-\u9fff])")

#: How both indexes cut text: an underscore belongs to its word, as in CUDA_ERROR_NO_DEVICE.
TOKENIZER = "unicode61 remove_diacritics 0 tokenchars '_'"

STOP_WORDS = frozenset(
    """the a an and or of to in is it for on with at by from this that be as are was not no error file
    line most recent call last traceback exception import module none true false you your have
    has can will""".split()
)


def for_index(text: str) -> str:
    """`text` as it goes into the index: Chinese characters stand apart, since they have no spaces."""
    return _CHINESE.sub(r" \1 ", text)


def words_of(text: str, limit: int = 200) -> List[str]:
    """The distinct words of a text in lower case, in order of first appearance, stop words left out.

    Chinese has no spaces: each two neighbouring characters count as a word.

    >>> words_of("显存不足: CUDA_ERROR_OUT_OF_MEMORY")
    ['显存', '存不', '不足', 'cuda_error_out_of_memory']
    """
    seen: Dict[str, bool] = {}
    for match in _WORD.finditer(text[:100_000]):
        word = match.group().lower()
        pieces = [word[i : i + 2] for i in range(max(1, len(word) - 1))] if is_chinese(word) else [word]
        seen.update((piece, True) for piece in pieces if piece not in STOP_WORDS)
        if len(seen) >= limit:
            break
    return list(seen)[:limit]


def is_chinese(word: str) -> bool:
    return bool(_CHINESE.match(word))


def quoted(word: str) -> str:
    """A word as FTS5 takes it literally; Chinese characters as neighbours."""
    return '"%s"' % " ".join(for_index(word).split()).replace('"', '""')
