"""How fast `search` answers over 100,000 threads: p50 and p95 in milliseconds, wall and processor time.

    python benchmarks/search.py [THREADS] [QUERIES]

Threads are put together from the catalogue's own example texts, with rare words of their own, so that
words are as unequally frequent as in real lists. Queries are example texts, cleaned as the verb does.
"""

import random
import statistics
import sys
import tempfile
import time
import tomllib
from pathlib import Path

import deepstart.causes
from deepstart.trouble.search import Index, Thread
from deepstart.trouble.search_links import clean_query


def example_texts() -> list[str]:
    """The example texts of all causes."""
    folder = Path(deepstart.causes.__file__).parent / "catalogue"
    return [
        t
        for p in sorted(folder.glob("*/*.toml"))
        for t in tomllib.loads(p.read_text("utf-8")).get("examples", ())
    ]


def threads(texts: list[str], count: int):
    """`count` threads of some hundred words each, the same for the same arguments."""
    draw = random.Random(0)
    words = sorted({word for text in texts for word in text.split()})
    weights = [1 / (rank + 1) for rank in range(len(words))]
    draw.shuffle(words)
    for number in range(count):
        own = f"symbol_{draw.randrange(1 << 24):06x}"
        filler = " ".join(draw.choices(words, weights, k=100))
        text = draw.choice(texts)[:800]
        title = " ".join(text.split()[-8:])
        yield Thread("bench/mark", number, title, "open", f"u{number}", body=f"{text}\n{own}\n{filler}")


def main(count: int = 100_000, queries: int = 200) -> None:
    texts = example_texts()
    with tempfile.TemporaryDirectory() as folder:
        index = Index(Path(folder, "issues.sqlite"))
        begun = time.perf_counter()
        index.add(threads(texts, count))
        took, size = time.perf_counter() - begun, index.path.stat().st_size / 1e6
        print(f"{count} threads indexed in {took:.1f} s, {size:.0f} MB")
        asked = random.Random(1).sample(texts, min(queries, len(texts)))
        wall, processor = [], []
        for text in asked:
            begun, used = time.perf_counter(), time.process_time()
            index.search(clean_query(text))
            wall.append(1000 * (time.perf_counter() - begun))
            processor.append(1000 * (time.process_time() - used))
    for kind, times in (("wall", wall), ("processor", processor)):
        cuts = statistics.quantiles(times, n=20)
        print(f"{len(times)} queries, {kind}: p50 {cuts[9]:.1f} ms, p95 {cuts[18]:.1f} ms")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
