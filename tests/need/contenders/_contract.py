"""What pictures' and texts' contenders are checked with: small settings, and every registered contender."""

from dataclasses import replace

from deepstart.need.contenders import Setting, all_contenders

#: Parameters that make a contender quick, where it has them.
QUICK = {"epochs": 12, "steps": 1, "batch_size": 16, "centroids": 24, "learning_rate": 5e-3}
SETTING = Setting("classification", n_classes=2, n_rows=80, threads=1)


def contenders(modality):
    """Names of the contenders of a modality that need nothing from outside."""
    return [c.name for c in all_contenders() if c.modality == modality and not c.pretrained]


def made(name, **setting):
    """The contender's estimator, made quick."""
    found = next(c for c in all_contenders() if c.name == name)
    estimator = found.make(replace(SETTING, **setting))
    own = estimator.get_params()
    return estimator.set_params(**{k: v for k, v in QUICK.items() if k in own})


def is_deep(name):
    return next(c for c in all_contenders() if c.name == name).family == "deep"
