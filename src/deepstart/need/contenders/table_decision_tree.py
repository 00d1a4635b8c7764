"""One decision tree with the defaults of its library."""

from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

from deepstart.need.contenders import contender
from deepstart.need.contenders._chooser import Chooser, outcome
from deepstart.need.contenders._tables import TableMatrix


class DecisionTree(Chooser):
    """A tree grown until its leaves are pure; splits on codes and on numbers as they are."""

    def _fit(self, X, y, weights, deadline, ties):
        self.matrix_ = TableMatrix(
            self.schema, numbers="as they are", categories="codes", seed=self.seed
        ).fit(X)
        kind = DecisionTreeClassifier if self.classification else DecisionTreeRegressor
        self.tree_ = kind(random_state=self.seed).fit(self.matrix_.transform(X), y, sample_weight=weights)

    def _outcome(self, X):
        return outcome(self.tree_, self.matrix_.transform(X), self.n_classes_)


@contender(
    "table-decision-tree", family="classical", modality="table", strength="weak",
    source="Breiman, Friedman, Olshen, Stone: Classification and Regression Trees (1984).",
)  # fmt: skip
def decision_tree(setting):
    """The other first attempt: it remembers its rows and so errs on new ones."""
    return DecisionTree.for_setting(setting)
