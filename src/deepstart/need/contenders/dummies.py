"""What comes out without looking at a single row: whoever does not beat these has learnt nothing."""

from sklearn.dummy import DummyClassifier, DummyRegressor

from deepstart.need.contenders import contender

SOURCE = "Pedregosa et al.: Scikit-learn. JMLR 12 (2011), sklearn.dummy."


@contender(
    "any-most-frequent", family="dummy", modality="any", strength="weak", source=SOURCE,
    tasks=("classification",),
)  # fmt: skip
def most_frequent(setting):
    """The most frequent class always, with the classes' shares as probabilities."""
    return DummyClassifier(strategy="prior")


@contender(
    "any-mean", family="dummy", modality="any", strength="weak", source=SOURCE, tasks=("regression",)
)  # fmt: skip
def mean(setting):
    """The mean of the training targets always."""
    return DummyRegressor(strategy="mean")


@contender(
    "any-median", family="dummy", modality="any", strength="weak", source=SOURCE, tasks=("regression",)
)  # fmt: skip
def median(setting):
    """The median of the training targets always: the harder one to beat in absolute error."""
    return DummyRegressor(strategy="median")
