"""Large numbers go into the model and nothing scales them."""

from . import Rule, rule

LARGE = 30  # pictures reach 255; standardised columns hardly ever reach 10

#: Layers that scale their input or do not care how large it is.
SCALING = frozenset(
    """Rescaling Normalization BatchNormalization LayerNormalization GroupNormalization
    UnitNormalization Embedding TextVectorization StringLookup IntegerLookup Hashing
    Discretization CategoryEncoding HashedCrossing Lambda TrueDivide Divide Multiply Subtract
    FeatureSpace TFSMLayer""".split()
)
#: Layers that pass numbers on as they are, so that scaling may come after them.
PASSING = frozenset(
    """InputLayer Flatten Reshape Permute RepeatVector ZeroPadding1D ZeroPadding2D Cropping2D Resizing
    CenterCrop RandomCrop RandomFlip RandomRotation RandomZoom RandomTranslation Cast GetItem
    Concatenate Dropout""".split()
)


@rule
class InputNotScaled(Rule):
    id = "input-not-scaled"

    def before(self):
        x, _ = self.data.sample()
        if x is None or self.data.mapped or x.dtype.kind == "b" or not len(x):
            return
        low, high = float(x.min()), float(x.max())
        if max(abs(low), abs(high)) >= LARGE and not scales(self.model.layers):
            self.say(low="%.4g" % low, high="%.4g" % high)


def scales(layers):
    """Whether a layer scales the input before the first one that computes with it."""
    for layer in layers:
        name = type(layer).__name__
        if name in SCALING:
            return True
        if hasattr(layer, "layers"):
            return scales(layer.layers)
        if name not in PASSING:
            return False
    return True  # nothing computes at all
