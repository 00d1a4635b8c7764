"""Networks for texts, from scratch: averaged embeddings, convolution, recurrence with attention."""

from collections.abc import Callable

from deepstart.need.contenders import contender
from deepstart.need.contenders._keras import KerasClassifier, common, import_keras
from deepstart.need.contenders._texts import Vocabulary, single_tokens, tokens_and_pairs


class TextNetwork(KerasClassifier):
    """A network that reads tokens: words, or characters where a script does not space its words.

    Args:
        size: numbers that stand for a token.
        vocabulary: tokens to know, the most frequent of the training part.
        longest: tokens of a text to read, at most.
        forget: share of tokens that are hidden in training, other ones at each look.
        steps: training has at least about this many steps, however few the rows are.
    """

    _split: Callable = staticmethod(single_tokens)

    def __init__(
        self, *, size=64, vocabulary=20_000, longest=256, forget=0.15, steps=400,
        epochs=12, batch_size=64, learning_rate=2e-3, weight_decay=0.01, **common,
    ):  # fmt: skip
        super().__init__(
            epochs=epochs,
            batch_size=batch_size,
            learning_rate=learning_rate,
            weight_decay=weight_decay,
            **common,
        )
        self.size, self.vocabulary, self.longest = size, vocabulary, longest
        self.forget, self.steps = forget, steps

    def prepare(self, X, y):
        self.vocabulary_ = Vocabulary(self.vocabulary, self.longest, split=self._split).fit(list(map(str, X)))
        self.chosen_ = {"tokens": len(self.vocabulary_.codes_), "length": self.vocabulary_.length_}

    def inputs(self, X):
        return self.vocabulary_.transform(list(map(str, X)))

    def facts(self):
        return (self.vocabulary_.size,)

    def planned_epochs(self, n):
        per_epoch = -(-n // self.batch_size)
        return max(self.epochs, min(60, -(-self.steps // per_epoch)))

    def augment(self, inputs, seed, progress):
        import tensorflow as tf

        codes = inputs[0]
        hidden = tf.random.stateless_uniform(tf.shape(codes), seed) < self.forget
        return (tf.where(hidden & (codes > 0), tf.ones_like(codes), codes),)

    def build(self, shapes, n_outputs):
        keras = import_keras()
        layers, ops = keras.layers, keras.ops
        codes = keras.Input(shapes[0], dtype="int32")
        start = keras.initializers.RandomNormal(stddev=0.1)
        x = layers.Embedding(self.vocabulary_.size, self.size, embeddings_initializer=start)(codes)
        present = ops.expand_dims(ops.cast(ops.not_equal(codes, 0), "float32"), -1)
        x = self.read(keras, x * present, present)
        return keras.Model(codes, layers.Dense(n_outputs)(layers.Dropout(0.4)(x)))

    def read(self, keras, x, present):
        """One row of numbers a text.

        Args:
            x: embeddings, shape (batch, length, size), zero after the text's end.
            present: 1 where there is a token, shape (batch, length, 1).
        """
        raise NotImplementedError


class AveragedEmbeddings(TextNetwork):
    """The mean of the embeddings of all words and pairs of neighbours."""

    _split = staticmethod(tokens_and_pairs)

    def __init__(self, *, size=32, vocabulary=40_000, longest=512, learning_rate=5e-3, **common):
        super().__init__(
            size=size, vocabulary=vocabulary, longest=longest, learning_rate=learning_rate, **common
        )

    def read(self, keras, x, present):
        ops = keras.ops
        return 3 * ops.sum(x, axis=1) / ops.sqrt(ops.maximum(ops.sum(present, axis=1), 1.0))


class TextCNN(TextNetwork):
    """The strongest answer of each filter to any two, three or four neighbouring tokens.

    Args:
        filters: of each width.
    """

    def __init__(self, *, filters=80, **common):
        super().__init__(**common)
        self.filters = filters

    def read(self, keras, x, present):
        layers = keras.layers
        x = layers.SpatialDropout1D(0.2)(x)
        found = [
            layers.Conv1D(self.filters, width, padding="same", activation="relu")(x) for width in (2, 3, 4)
        ]
        return layers.Concatenate()([layers.GlobalMaxPooling1D()(f) for f in found])


class AttentiveGRU(TextNetwork):
    """Reads forwards and backwards, then attends to the places that matter.

    Args:
        units: memory of each direction.
    """

    def __init__(self, *, units=48, longest=128, batch_size=128, learning_rate=4e-3, **common):
        super().__init__(longest=longest, batch_size=batch_size, learning_rate=learning_rate, **common)
        self.units = units

    def read(self, keras, x, present):
        layers, ops = keras.layers, keras.ops
        x = layers.SpatialDropout1D(0.2)(x)
        states = layers.Bidirectional(layers.GRU(self.units, return_sequences=True))(x)
        scores = layers.Dense(1, use_bias=False)(layers.Dense(self.units, activation="tanh")(states))
        attention = ops.softmax(scores - 1e9 * (1 - present), axis=1)
        return ops.sum(attention * states, axis=1)


@contender(
    "text-average", family="deep", modality="text", strength="ordinary",
    source="Joulin, Grave, Bojanowski, Mikolov: Bag of Tricks for Efficient Text Classification. EACL 2017.",
    tasks=("classification",),
)  # fmt: skip
def averaged_embeddings(setting):
    """Learns what words mean for this question, and takes their mean."""
    return AveragedEmbeddings(**common(setting))


@contender(
    "text-cnn", family="deep", modality="text", strength="strong",
    source="Kim: Convolutional Neural Networks for Sentence Classification. EMNLP 2014.",
    tasks=("classification",),
)  # fmt: skip
def text_cnn(setting):
    """Finds telling phrases wherever they stand."""
    return TextCNN(**common(setting))


@contender(
    "text-gru", family="deep", modality="text", strength="strong",
    source="Cho et al.: Learning Phrase Representations using RNN Encoder-Decoder. EMNLP 2014; "
    "Yang et al.: Hierarchical Attention Networks. NAACL 2016.",
    tasks=("classification",),
)  # fmt: skip
def attentive_gru(setting):
    """Reads in order, so that it can tell what depends on order."""
    return AttentiveGRU(**common(setting))
