"""How well frozen layers of a pre-trained Transformer tell classes of texts, beside TF-IDF.

    python benchmarks/text_layers.py TEXTS.csv --weights FOLDER [--rows 4000]

Five-fold cross-validation of a logistic regression on the mean over a text's tokens: of the last layer alone,
and of all layers side by side, as the contender `text-pretrained` has them. Prints one table.
"""

import argparse
import time

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from deepstart.need.contenders._encoder import encoder
from deepstart.need.readers import read


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("texts")
    parser.add_argument("--weights", required=True)
    parser.add_argument("--rows", type=int, default=4000)
    given = parser.parse_args()
    data = read(given.texts)
    rows = np.random.default_rng(0).permutation(data.n)[: given.rows]
    texts, y = list(map(str, data.X[rows])), data.y[rows]
    reader, started = encoder(given.weights), time.perf_counter()
    features = reader.features(texts, 128)
    seconds = time.perf_counter() - started
    width = int(reader.kind.get_config()["hidden_dim"])
    folds = StratifiedKFold(5, shuffle=True, random_state=0)
    linear = make_pipeline(StandardScaler(), LogisticRegression(C=1e-3, max_iter=150))
    words = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=2, sublinear_tf=True),
        LogisticRegression(C=10, max_iter=300),
    )
    print(f"{len(rows)} rows, read in {seconds:.0f} s\n\n| described by | accuracy |\n|---|---|")
    for name, model, X in (
        ("TF-IDF of words and pairs", words, texts),
        ("last layer", linear, features[:, -width:]),
        ("all layers", linear, features),
    ):
        print(f"| {name} | {cross_val_score(model, X, y, cv=folds).mean():.3f} |", flush=True)


if __name__ == "__main__":
    main()
