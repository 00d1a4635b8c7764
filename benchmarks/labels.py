"""Are planted wrong labels counted and found?

    python benchmarks/labels.py [--sets FOLDER] [--rows 2000]

Plants 0, 5, 10 and 20 % wrong labels into sets whose own labels are nearly clean, and compares the
estimate, its interval and the 50 most doubtful rows with what was planted. With --sets, texts and
pictures from a folder of sets (see benchmarks/need_verdicts.py) are added.
"""

import argparse
from pathlib import Path

import numpy as np
from sklearn.ensemble import ExtraTreesClassifier
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.kernel_approximation import Nystroem
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline

from deepstart.need.data import Data
from deepstart.need.labels import label_noise
from deepstart.need.readers import read

BUILT_IN = ("digits", "breast_cancer")
FROM_FOLDER = ("sms_spam.csv", "chnsenticorp_hotel.csv", "thucnews_titles.csv", "mnist.zip")
SHARES = (0.0, 0.05, 0.1, 0.2)


def model_for(data: Data):
    """A quick, ordinary model, and the rows as it takes them."""
    if data.modality == "text":
        tfidf = TfidfVectorizer(
            analyzer="char", ngram_range=(1, 3), min_df=2, sublinear_tf=True, max_features=20_000
        )
        return LogisticRegression(C=5, max_iter=300), tfidf.fit_transform(data.X)
    if data.modality == "image":
        X = data.X.reshape(data.n, -1) / 255
        return make_pipeline(
            Nystroem(gamma=16 / X.shape[1], n_components=300), LogisticRegression(C=10, max_iter=300)
        ), X
    return ExtraTreesClassifier(150, min_samples_leaf=2, random_state=0), np.nan_to_num(data.X)


def measure(data: Data, share: float, seed: int = 0) -> tuple:
    """Estimate, interval, precision among the 50 most doubtful, with `share` wrong labels planted."""
    rng, classes = np.random.default_rng(seed), len(data.classes)
    y, rows = data.y.copy(), rng.permutation(data.n)[: round(share * data.n)]
    y[rows] = (y[rows] + rng.integers(1, classes, len(rows))) % classes
    model, X = model_for(data)
    folds = StratifiedKFold(5, shuffle=True, random_state=seed)
    noise = label_noise(y, cross_val_predict(model, X, y, cv=folds, method="predict_proba"))
    first = noise.order[: min(50, max(len(rows), 1))]
    return noise, (y[first] != data.y[first]).mean() if len(rows) else float("nan")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sets", type=Path)
    parser.add_argument("--rows", type=int, default=2000)
    options = parser.parse_args()
    paths = [*BUILT_IN, *(str(options.sets / name) for name in FROM_FOLDER if options.sets)]
    print(
        "| set | planted | estimate | interval | precision of the most doubtful (at most 50) |\n"
        + "|---" * 5
        + "|"
    )
    for path in paths:
        data = read(path)
        data = data.rows(np.random.default_rng(0).permutation(data.n)[: options.rows])
        for share in SHARES:
            noise, precision = measure(data, share)
            cells = [
                f"{100 * share:.0f} %",
                f"{100 * noise.rate:.1f} %",
                f"{100 * noise.low:.1f} to {100 * noise.high:.1f} %",
            ]
            print("| " + " | ".join([Path(path).stem, *cells, f"{precision:.2f}"]) + " |", flush=True)


if __name__ == "__main__":
    main()
