"""A Transformer that has read millions of texts: first a linear head on it, then all of it adjusted."""

from pathlib import Path
from time import perf_counter

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin

from deepstart.findings import UserError
from deepstart.need.contenders import contender
from deepstart.need.contenders._encoder import Encoder, encoder
from deepstart.need.contenders._keras import (
    KerasClassifier,
    KerasEstimator,
    KerasRegressor,
    common,
    import_keras,
)
from deepstart.need.contenders._presets import MOST_UNKNOWN, NoPreset, find_preset, unknown_share
from deepstart.need.contenders._ties import NO_TIES
from deepstart.need.contenders._training import rows_aside

#: Strengths of the head's penalty to choose from, weakest last (inverse, as scikit-learn counts them).
STRENGTHS = (3e-4, 1e-3, 3e-3, 1e-2)
#: A step of training takes about three times the reading: forwards, and backwards twice.
TRAINING_TIMES = 3.5
#: Adjusting all layers starts when at least this part of one pass fits into the time.
LEAST_PASS = 0.5
#: Rows that are read before the clock is looked at again.
BLOCK = 200
#: Part of all rows that must be predicted after a fit, at most: a fold to choose on and a fold to test on.
ROWS_AHEAD = 0.4


def _mixed_order(y, classifies: bool, rng) -> np.ndarray:
    """A random order of the rows in which every beginning holds each class by its share, one at least."""
    place = np.zeros(len(y))
    for rows in [np.flatnonzero(y == c) for c in np.unique(y)] if classifies else [np.arange(len(y))]:
        place[rng.permutation(rows)] = np.arange(len(rows)) / len(rows)
    return np.lexsort((rng.random(len(y)), place))


class _Adjusted(KerasEstimator):
    """All layers, trained on from what was pre-trained; its head starts as the linear one.

    Args:
        folder: of the model; longest: tokens of every text.
    """

    def __init__(
        self, *, folder, longest=128, epochs=3, batch_size=32, learning_rate=5e-5, weight_decay=0.01, **common
    ):
        super().__init__(
            epochs=epochs, batch_size=batch_size, learning_rate=learning_rate, weight_decay=weight_decay,
            **common,
        )  # fmt: skip
        self.folder, self.longest = folder, longest

    def inputs(self, X):
        reader = encoder(self.folder)
        return reader.batch(reader.tokens(X, self.longest), self.longest)

    def build(self, shapes, n_outputs):
        keras = import_keras()
        codes, present = (keras.Input(shape, dtype="int32") for shape in shapes)
        means = encoder(self.folder).fresh(keras)([codes, present])
        return keras.Model([codes, present], keras.layers.Dense(n_outputs, name="answer")(means))

    def initialise(self, network, inputs):
        weights, bias = self.head_
        network.set_weights([*encoder(self.folder).weights, weights, bias])


class _AdjustedClassifier(_Adjusted, KerasClassifier):
    pass


class _AdjustedRegressor(_Adjusted, KerasRegressor):
    pass


class PretrainedTransformer(BaseEstimator):
    """A linear head on the frozen layers of a Transformer; then, when time allows, all layers adjusted.

    Which of the two is kept is decided on rows that the fit keeps aside. Texts are read once in a process:
    the next fit on the same texts only fits its head.

    Args:
        folder: of the model, see `_presets.judge`.
        longest: tokens of a text to read, at most.
        adjust: whether to train all layers when the time allows.
        rows_in_all: rows of the data; those beyond the fit's own must be predicted within its time.
        validation: share of the rows kept aside; epochs, learning_rate: of the adjusting.
        balanced, max_seconds, threads, seed: as for every network.

    Attributes:
        head_: weights, shape (numbers, outputs), and bias of the linear head.
        adjusted_: the network with all layers adjusted, or None when the frozen one is better.
        ended_by_: `time` when it could not read all rows, or adjust all layers as planned; else `plan`.
        encoder_weights_: the frozen layers' weights; one list, shared by all fits of a process.

    Raises:
        UserError: the model does not know these texts' language, or the time is too short to read them.
    """

    classifies = False

    def __init__(
        self, *, folder, longest=128, adjust=True, epochs=3, learning_rate=5e-5, rows_in_all=0,
        validation=0.12, balanced=False, max_seconds=None, threads=2, seed=0,
    ):  # fmt: skip
        self.folder, self.longest, self.adjust = folder, longest, adjust
        self.epochs, self.learning_rate = epochs, learning_rate
        self.rows_in_all, self.validation, self.balanced = rows_in_all, validation, balanced
        self.max_seconds, self.threads, self.seed = max_seconds, threads, seed

    def _fit(self, X, y, ties):
        started = perf_counter()
        import_keras(self.threads)
        reader, rng = encoder(self.folder), np.random.default_rng(self.seed)
        self._check_language(reader, X)
        ends = None if self.max_seconds is None else started + self.max_seconds
        rows = len(X)
        kept = self._as_many_as_can_be_read(reader, X, y, ends, rng)
        X, y, ties = X[kept], y[kept], ties.of(kept)
        self.ended_by_ = "plan" if len(X) == rows else "time"
        features = reader.features(X, self.longest)
        parts = rows_aside(y, self.validation, 2000, self.classifies, rng, ties)
        error = self._fit_head(features, y, *parts)
        self.adjusted_: KerasEstimator | None = None
        self.encoder_weights_: list | None = reader.weights
        self.chosen_ = {
            "network": reader.name, "parameters": int(sum(w.size for w in reader.weights)),
            "rows_read": len(X), "strength": self.strength_, "layers": "frozen",
            "error_frozen": round(error, 4),
        }  # fmt: skip
        if self.adjust and parts[1].any():
            self._try_to_adjust(reader, X, y, parts, ties, error, ends)
        return self

    def _check_language(self, reader: Encoder, X) -> None:
        share = reader.unknown_share(X[:: max(1, len(X) // 300)])
        if share > MOST_UNKNOWN:
            raise UserError(
                "contenders.unknown-language", share=f"{100 * share:.0f}", folder=Path(self.folder).name
            )

    def _as_many_as_can_be_read(self, reader: Encoder, X, y, ends, rng):
        """All rows, or as many of a random order as the time carries, what must be predicted included.

        Returns:
            Their numbers, in order.
        """
        if ends is None or not reader.unread(X, self.longest):
            return np.arange(len(X))
        reader.measure(X, self.longest)
        mean_length = sum(map(len, reader.tokens(X[:200], self.longest))) / max(1, len(X[:200]))
        rows_ahead = self._rows_ahead(len(X))

        def last(rows: int) -> float:
            """When reading must end, so that this many further rows can be read within the time."""
            return started + 0.9 * (ends - started) - rows * mean_length * (reader.seconds_per_token or 0.0)

        started = perf_counter()
        few = min(50, len(X))
        if last(rows_ahead + few) < started:
            wanted = (rows_ahead + len(X)) * mean_length * (reader.seconds_per_token or 0.0)
            raise UserError(
                "contenders.no-time-to-read", wanted=f"{wanted:.0f}", given=f"{self.max_seconds:.0f}"
            )
        order, read = _mixed_order(y, self.classifies, rng), 0
        while read < len(X) and (not read or perf_counter() < last(rows_ahead + BLOCK)):
            block = order[read : read + (BLOCK if read else few)]
            reader.features(X[block], self.longest)
            read += len(block)
        return np.sort(order[:read])

    def _rows_ahead(self, n: int) -> int:
        return int(max(0, min(self.rows_in_all - n, ROWS_AHEAD * self.rows_in_all)))

    def _try_to_adjust(self, reader: Encoder, X, y, parts, ties, error, ends) -> None:
        learn, aside = parts
        lengths = np.array(list(map(len, reader.tokens(X, self.longest))))
        # A multiple of 8, so that fits of like texts share one network.
        longest = int(min(self.longest, -(-np.quantile(lengths, 0.95) // 8) * 8))
        left = None
        if ends is not None:
            per_row = longest * reader.measure(X, self.longest)
            left = ends - perf_counter() - self._rows_ahead(len(X)) * per_row
            one_pass = learn.sum() * per_row * TRAINING_TIMES + aside.sum() * per_row
            if left < LEAST_PASS * one_pass + 10:  # about what compiling takes
                self.ended_by_ = "time"
                return
        made = self._adjusted(
            folder=self.folder, longest=longest, epochs=self.epochs, learning_rate=self.learning_rate,
            validation=self.validation, max_seconds=left, balanced=self.balanced, threads=self.threads,
            seed=self.seed,
        )  # fmt: skip
        made.head_ = self._head_for_training()
        made.fit(X[learn], self._decoded(y[learn]), ties.of(learn))
        reached = self._error(self._answers(made, X[aside]), y[aside])
        if made.ended_by_ == "time":
            self.ended_by_ = "time"
        self.chosen_ |= {"error_adjusted": round(reached, 4), "epochs": made.epochs_}
        if reached < error:
            self.adjusted_, self.encoder_weights_ = made, None
            self.chosen_["layers"] = "adjusted"

    def _predict(self, X):
        X = np.asarray(X)
        if self.adjusted_ is not None:
            return self._answers(self.adjusted_, X)
        import_keras(self.threads)
        return self._from_head(encoder(self.folder).features(X, self.longest))

    def _fit_head(self, features, y, learn, aside) -> float:
        """Choose the penalty on the rows aside, fit on all rows; the error on the rows aside."""
        self.mean_, spread = features.mean(axis=0), features.std(axis=0)
        self.spread_ = np.maximum(spread, 0.01 * spread.max()) + 1e-12
        scaled = (features - self.mean_) / self.spread_
        errors = {}
        if aside.any():
            for strength in STRENGTHS:
                self._learn(scaled[learn], y[learn], strength)
                errors[strength] = self._error(self._from_head(features[aside]), y[aside])
        self.strength_ = min(errors, key=lambda s: errors[s]) if errors else STRENGTHS[1]
        self._training_head = None
        if aside.any():
            self._learn(scaled[learn], y[learn], self.strength_)
            self._training_head = self.head_
        self._learn(scaled, y, self.strength_)
        return errors.get(self.strength_, np.inf)

    def _head_for_training(self):
        """The head that has not seen the rows aside."""
        return self.__dict__.pop("_training_head")

    def __getstate__(self):
        state = super().__getstate__()
        return {name: value for name, value in state.items() if name != "_training_head"}

    def _set_head(self, weights, bias) -> None:
        """From a linear model on scaled features to one on the features themselves."""
        weights = (weights / self.spread_[:, None]).astype("float32")
        self.head_ = weights, (bias - self.mean_ @ weights).astype("float32")


class PretrainedClassifier(ClassifierMixin, PretrainedTransformer):
    """A class for each text."""

    classifies = True
    _adjusted = _AdjustedClassifier

    def fit(self, X, y, ties=NO_TIES):
        self.classes_, codes = np.unique(y, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError("the training part has one class only")
        return self._fit(np.asarray(X), codes, ties)

    def predict_proba(self, X):
        """Probability of each class, float64, shape (n, classes), in the order of `classes_`."""
        return self._predict(X)

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]

    def _decoded(self, codes):
        return codes

    def _learn(self, scaled, codes, strength) -> None:
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(
            C=strength, max_iter=150, class_weight="balanced" if self.balanced else None
        ).fit(scaled, codes)
        rows, bias = model.coef_, model.intercept_
        if len(rows) == 1:
            rows, bias = np.stack([-rows[0], rows[0]]) / 2, np.array([-bias[0], bias[0]]) / 2
        weights = np.zeros((scaled.shape[1], len(self.classes_)))
        offset = np.full(len(self.classes_), -10.0)  # of a class that has no row here
        weights[:, model.classes_], offset[model.classes_] = rows.T, bias
        self._set_head(weights, offset)

    def _from_head(self, features):
        logits = (features @ self.head_[0] + self.head_[1]).astype(float)
        odds = np.exp(logits - logits.max(axis=1, keepdims=True))
        return odds / odds.sum(axis=1, keepdims=True)

    def _answers(self, made, X):
        given = np.zeros((len(X), len(self.classes_)))
        given[:, made.classes_] = made.predict_proba(X)
        return given

    def _error(self, answers, codes) -> float:
        wrong = answers.argmax(axis=1) != codes
        loss = -np.log(np.clip(answers[np.arange(len(codes)), codes], 1e-7, 1))
        weights = np.ones(len(codes))
        if self.balanced:
            counts = np.bincount(codes, minlength=len(self.classes_))
            weights = (len(codes) / np.maximum(counts, 1))[codes]
        return float(np.average(wrong + 0.02 * loss, weights=weights))


class PretrainedRegressor(RegressorMixin, PretrainedTransformer):
    """A number for each text."""

    _adjusted = _AdjustedRegressor

    def fit(self, X, y, ties=NO_TIES):
        y = np.asarray(y, float)
        self.middle_, self.scale_ = float(y.mean()), float(y.std()) or 1.0
        return self._fit(np.asarray(X), (y - self.middle_) / self.scale_, ties)

    def predict(self, X):
        """The predicted target, float64, shape (n,)."""
        return self._predict(X) * self.scale_ + self.middle_

    def _decoded(self, y):
        return y

    def _learn(self, scaled, y, strength) -> None:
        from sklearn.linear_model import Ridge

        model = Ridge(alpha=1 / strength).fit(scaled, y)
        self._set_head(model.coef_[:, None], np.array([model.intercept_]))

    def _from_head(self, features):
        return (features @ self.head_[0] + self.head_[1]).astype(float)[:, 0]

    def _answers(self, made, X):
        return made.predict(X)

    def _error(self, answers, y) -> float:
        return float(np.mean((answers - y) ** 2))


def _why_not(setting) -> str | None:
    try:
        preset = find_preset(setting.weights)
    except NoPreset as none:
        return none.reason
    return "unknown-script" if unknown_share(preset, setting.languages) > MOST_UNKNOWN else None


@contender(
    "text-pretrained", family="deep", modality="text", strength="strong",
    source="Devlin, Chang, Lee, Toutanova: BERT. NAACL 2019; "
    "Wang et al.: MiniLM. NeurIPS 2020; Reimers, Gurevych: Sentence-BERT. EMNLP 2019.",
    pretrained=True, refuses=_why_not,
)  # fmt: skip
def pretrained_transformer(setting):
    """Knew the language before it saw the first of your texts."""
    kind = PretrainedClassifier if setting.task == "classification" else PretrainedRegressor
    return kind(
        folder=str(find_preset(setting.weights).folder), rows_in_all=setting.n_rows,
        **common(setting),
    )  # fmt: skip
