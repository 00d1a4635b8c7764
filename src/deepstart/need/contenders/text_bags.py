"""Texts as bags of words and characters with a linear classifier: what a network for texts must beat."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin

from deepstart.need.contenders import contender
from deepstart.need.contenders._decisions import MarginClassifier, class_weights
from deepstart.need.contenders._texts import Grams, _learn_vocabulary, single_tokens


class NaiveBayes(ClassifierMixin, BaseEstimator):
    """Multinomial naive Bayes on counts of single words, or of characters in unspaced scripts."""

    def __init__(self, *, balanced=False):
        self.balanced = balanced

    def fit(self, X, y):
        from sklearn.feature_extraction.text import CountVectorizer
        from sklearn.naive_bayes import MultinomialNB

        self.counter_ = CountVectorizer(analyzer=single_tokens)
        _learn_vocabulary(self.counter_, X)
        self.classes_, codes = np.unique(y, return_inverse=True)
        weights = class_weights(codes, self.balanced, len(self.classes_))
        self.model_ = MultinomialNB().fit(self._counts(X), codes, sample_weight=weights)
        return self

    def _counts(self, X):
        if not hasattr(self.counter_, "vocabulary_"):
            return np.zeros((len(X), 1))
        return self.counter_.transform(X)

    def predict_proba(self, X):
        """Probability of each class in the order of `classes_`, shape (n, classes)."""
        if not len(X):
            return np.zeros((0, len(self.classes_)))
        return self.model_.predict_proba(self._counts(X))

    def predict(self, X):
        return self.classes_[self.predict_proba(X).argmax(axis=1)]


class BagClassifier(MarginClassifier):
    """TF-IDF of word and character n-grams with a linear classifier; which n-grams is chosen inside."""

    _binary = False

    def learn_features(self, X, y):
        self.grams_ = Grams(binary=self._binary).fit(X)

    def features(self, X):
        return self.grams_.transform(X)

    def block(self, option) -> slice:
        """Columns of the n-grams of an option."""
        blocks = self.grams_.blocks_
        return blocks.get(option["grams"], slice(0, blocks["characters"].stop))

    def learn(self, Z, y, weights, option):
        return _Cut(self.block(option), self.linear(option["C"])).fit(Z, y, weights)

    def linear(self, C: float):
        """The untrained linear classifier."""
        raise NotImplementedError


class BagLogistic(BagClassifier):
    """Logistic regression on TF-IDF."""

    def candidates(self):
        return [{"grams": grams, "C": C} for grams in ("both", "words") for C in (10.0, 40.0, 2.0)]

    def linear(self, C):
        from sklearn.linear_model import LogisticRegression

        return LogisticRegression(C=C, max_iter=100, tol=1e-3)


class BagSVM(BagClassifier):
    """A linear SVM on TF-IDF."""

    def candidates(self):
        return [
            {"grams": grams, "C": C} for grams in ("both", "characters", "words") for C in (0.5, 0.1, 2.0)
        ]

    def linear(self, C):
        from sklearn.svm import LinearSVC

        return LinearSVC(C=C, random_state=self.seed)


class NBSVM(BagClassifier):
    """A linear SVM whose features are weighted by how much they speak for a class."""

    _binary = True

    def candidates(self):
        return [{"grams": grams, "C": C} for grams in ("words", "both", "characters") for C in (1.0, 0.1)]

    def learn(self, Z, y, weights, option):
        return _NaiveBayesSVM(self.block(option), option["C"], self.seed).fit(Z, y, weights)


class _Cut:
    """A classifier on some of the columns."""

    def __init__(self, columns, model):
        self.columns, self.model = columns, model

    def fit(self, Z, y, weights):
        self.model.fit(Z[:, self.columns], y, sample_weight=weights)
        return self

    def decision_function(self, Z):
        return self.model.decision_function(Z[:, self.columns])


class _NaiveBayesSVM:
    """One class against the rest: features times their log-count ratio, SVM weights pulled to their mean.

    Args:
        columns: slice of the features to use.
        C: how much a row on the wrong side costs.
        trust: how far the SVM's own weights count; the rest is naive Bayes.

    Source:
        Wang, Manning: Baselines and Bigrams: Simple, Good Sentiment and Topic Classification. ACL 2012.
    """

    def __init__(self, columns, C, seed, trust=0.25):
        self.columns, self.C, self.seed, self.trust = columns, C, seed, trust

    def fit(self, Z, y, weights):
        Z = Z[:, self.columns]
        classes = range(1, 2) if y.max() == 1 else range(y.max() + 1)
        found = [self._against_rest(Z, y == c, weights) for c in classes]
        self.weights_ = np.stack([w for w, _ in found], axis=1)
        self.bias_ = np.array([b for _, b in found])
        return self

    def _against_rest(self, Z, mine, weights):
        from sklearn.svm import LinearSVC

        ratio = log_count_ratio(Z, mine)
        model = LinearSVC(C=self.C, random_state=self.seed).fit(
            Z.multiply(ratio).tocsr(), mine, sample_weight=weights
        )
        own = model.coef_[0]
        pulled = (1 - self.trust) * np.abs(own).mean() + self.trust * own
        return (ratio * pulled).astype("float32"), float(model.intercept_[0])

    def decision_function(self, Z):
        """Margins, shape (n,) for two classes, else (n, classes)."""
        margins = Z[:, self.columns] @ self.weights_ + self.bias_
        return margins[:, 0] if margins.shape[1] == 1 else margins


def log_count_ratio(Z, mine, smoothing: float = 1.0) -> np.ndarray:
    """How much each feature speaks for the rows in `mine`: log of its share there by its share elsewhere."""
    here = smoothing + np.asarray(Z[mine].sum(axis=0), float).ravel()
    elsewhere = smoothing + np.asarray(Z[~mine].sum(axis=0), float).ravel()
    return (np.log(here / here.sum()) - np.log(elsewhere / elsewhere.sum())).astype("float32")


@contender(
    "text-naive-bayes", family="classical", modality="text", strength="weak",
    source="McCallum, Nigam: A Comparison of Event Models for Naive Bayes Text Classification. "
    "AAAI-98 workshop.",
    tasks=("classification",),
)  # fmt: skip
def naive_bayes(setting):
    """Counts words and believes each one independently."""
    return NaiveBayes(balanced=setting.balanced)


@contender(
    "text-tfidf-logistic", family="classical", modality="text", strength="ordinary",
    source="Spärck Jones: A Statistical Interpretation of Term Specificity. "
    "Journal of Documentation 28 (1972).",
    tasks=("classification",),
)  # fmt: skip
def tfidf_logistic(setting):
    """Weighs words and letter groups by how telling they are."""
    return BagLogistic.for_setting(setting)


@contender(
    "text-tfidf-svm", family="classical", modality="text", strength="strong",
    source="Joachims: Text Categorization with Support Vector Machines. ECML 1998.",
    tasks=("classification",),
)  # fmt: skip
def tfidf_svm(setting):
    """The widest margin between classes of weighted words and letter groups."""
    return BagSVM.for_setting(setting)


@contender(
    "text-nbsvm", family="classical", modality="text", strength="strong",
    source="Wang, Manning: Baselines and Bigrams: Simple, Good Sentiment and Topic Classification. ACL 2012.",
    tasks=("classification",),
)  # fmt: skip
def nbsvm(setting):
    """A linear SVM that starts from what naive Bayes knows."""
    return NBSVM.for_setting(setting)
