"""A pre-trained Transformer that reads texts: tokens, and the mean of what each of its layers makes of them.

The last layer alone is not the best description of a text for every question: on 2,000 film reviews a linear
head on the last layer of MiniLM scores 0.761, on all of them 0.782 (benchmarks/text_layers.py).
"""

import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from time import perf_counter

import numpy as np

from deepstart.need.contenders._keras import import_keras
from deepstart.need.contenders._presets import judge

#: Numbers that describe a text, at most: layers are skipped evenly until they fit.
MOST_NUMBERS = 4096
#: Tokens of one batch, padding included.
BATCH_TOKENS = 4096
#: Texts kept in memory with what was made of them; the oldest go first.
MOST_KEPT = 200_000
#: Names of KerasHub's layers whose output describes a text.
_LAYERS = re.compile(r"(transformer_layer|disentangled_attention_encoder_layer)_\d+")


class Encoder:
    """The network of a folder with its tokenizer; each text is read once in a process.

    Args:
        folder: as `judge` accepts it.

    Attributes:
        weights: list of arrays, in the order of the network's variables.
        seconds_per_token: measured on what has been read so far; None: nothing yet.
    """

    def __init__(self, folder: str):
        preset = judge(Path(folder))
        keras = import_keras()
        import keras_hub

        self.kind = keras_hub.models.Backbone.from_preset(folder, dtype="float32")
        # BERT's own tokenizer takes accents off where it lowers case; KerasHub's conversion forgets to.
        options = {} if preset.style == "keras" else self._bare_letters(keras_hub, folder)
        self.tokenizer = keras_hub.models.Tokenizer.from_preset(folder, **options)
        self.name = type(self.kind).__name__.removesuffix("Backbone")
        self.network = self.pooled(keras, self.kind)
        self.weights = [np.asarray(w) for w in self.network.get_weights()]
        self._compiled: Callable | None = None
        self._tokens: dict[str, np.ndarray] = {}
        self._features: dict[tuple[str, int], np.ndarray] = {}
        self.seconds_per_token: float | None = None

    @staticmethod
    def _bare_letters(keras_hub, folder) -> dict:
        tokenizer = keras_hub.models.Tokenizer.from_preset(folder)
        return {"strip_accents": True} if getattr(tokenizer, "lowercase", False) else {}

    # Tokens ---------------------------------------------------------------------------------------

    def tokens(self, texts, longest: int) -> list[np.ndarray]:
        """Codes of each text with the marks of its beginning and end; the end of a long text is cut off."""
        # Some tens of characters a token are plenty; what lies beyond is not read at all.
        texts = [str(t)[: 20 * longest] for t in texts]
        new = list(dict.fromkeys(t for t in texts if t not in self._tokens))
        for at in range(0, len(new), 1000):
            part = new[at : at + 1000]
            for text, codes in zip(part, self.tokenizer(part), strict=True):
                self._tokens[text] = np.asarray(codes, "int32")
        start, end = self._mark("start_token_id", "cls_token_id"), self._mark("end_token_id", "sep_token_id")
        out = [np.array([start, *self._tokens[t][: longest - 2], end], "int32") for t in texts]
        _forget(self._tokens)
        return out

    def _mark(self, *names: str) -> int:
        return next(
            int(getattr(self.tokenizer, n)) for n in names if getattr(self.tokenizer, n, None) is not None
        )

    def unknown_share(self, texts) -> float:
        """Share of the tokens of these texts that stand for anything unknown."""
        unknown = getattr(self.tokenizer, "oov_token", None)
        code = (
            self.tokenizer.token_to_id(unknown)
            if isinstance(unknown, str)
            else _unknown_piece(self.tokenizer)
        )
        if code is None or not len(texts):
            return 0.0
        codes = np.concatenate([row[1:-1] for row in self.tokens(texts, 256)])
        return float((codes == code).mean()) if len(codes) else 0.0

    def batch(self, rows: list[np.ndarray], length: int | None = None) -> tuple[np.ndarray, np.ndarray]:
        """Codes padded to one length, and which of them are there; int32, shape (rows, length)."""
        length = length or max(map(len, rows))
        codes = np.full((len(rows), length), int(self.tokenizer.pad_token_id), "int32")
        present = np.zeros((len(rows), length), "int32")
        for i, row in enumerate(rows):
            codes[i, : len(row)], present[i, : len(row)] = row, 1
        return codes, present

    # What the network makes of them ---------------------------------------------------------------

    def pooled(self, keras, backbone):
        """A network from (codes, present) to the mean of each chosen layer, side by side."""
        ops, layers = keras.ops, keras.layers
        codes, present = keras.Input((None,), dtype="int32"), keras.Input((None,), dtype="int32")
        given = {"token_ids": codes, "padding_mask": present}
        if "segment_ids" in backbone.input:
            given["segment_ids"] = ops.zeros_like(codes)
        inner = keras.Model(backbone.input, _chosen_outputs(backbone))
        there = ops.expand_dims(ops.cast(present, "float32"), -1)
        made = inner(given)
        means = [
            ops.sum(x * there, 1) / ops.sum(there, 1) for x in (made if isinstance(made, list) else [made])
        ]
        return keras.Model([codes, present], layers.Concatenate()(means) if len(means) > 1 else means[0])

    def fresh(self, keras):
        """The same network once more, with weights of its own, to be changed by training."""
        return self.pooled(keras, type(self.kind).from_config(self.kind.get_config()))

    def unread(self, texts, longest: int) -> int:
        """Tokens that `features` of these texts would still have to read."""
        new = {str(t) for t in texts if (str(t), longest) not in self._features}
        return sum(map(len, self.tokens(list(new), longest)))

    def features(self, texts, longest: int) -> np.ndarray:
        """What describes each text, float32, shape (n, numbers); the average layer output over its tokens."""
        import_keras()
        texts = list(map(str, texts))
        new = list(dict.fromkeys(t for t in texts if (t, longest) not in self._features))
        rows = self.tokens(new, longest)
        order = sorted(range(len(new)), key=lambda i: len(rows[i]))
        while order:
            size = max(1, BATCH_TOKENS // len(rows[order[min(len(order), 64) - 1]]))
            part, order = order[:size], order[size:]
            self._read([new[i] for i in part], [rows[i] for i in part], longest)
        out = np.array([self._features[t, longest] for t in texts], "float32")
        _forget(self._features)
        return out.reshape(len(texts), self.network.output_shape[-1])

    def _read(self, texts, rows, longest) -> None:
        first, started = self._compiled is None, perf_counter()
        made = self._run(*self.batch(rows)).numpy()
        for text, numbers in zip(texts, made, strict=True):
            self._features[text, longest] = numbers.astype("float16")
        if not first:  # that one compiles
            took = (perf_counter() - started) / sum(map(len, rows))
            known = self.seconds_per_token
            self.seconds_per_token = took if known is None else 0.8 * known + 0.2 * took

    def _run(self, codes, present):
        import tensorflow as tf

        if self._compiled is None:
            whole = tf.TensorSpec([None, None], "int32")
            self._compiled = tf.function(
                lambda c, p: self.network([c, p], training=False),
                input_signature=[whole, whole],
                autograph=False,
            )
        return self._compiled(codes, present)

    def measure(self, texts, longest: int) -> float:
        """Seconds a token on this machine; reads some of the texts to find out, if any are still unread."""
        new = [t for t in dict.fromkeys(map(str, texts)) if (t, longest) not in self._features]
        if self._compiled is None:
            self.features(new[:4], longest)
        if new[4:]:
            self.features(new[4:68], longest)
        return self.seconds_per_token or 1e-4


def _chosen_outputs(backbone) -> list:
    """Outputs of the first and all other layers, skipped evenly where they would be too many numbers."""
    named = [x for x in backbone.layers if x.name == "embeddings_layer_norm" or _LAYERS.fullmatch(x.name)]
    once = [x for x in named if len(x._inbound_nodes) == 1]
    if len(once) < 2:  # a layer that is used again and again has no single output
        given = backbone.output
        return [given["sequence_output"] if isinstance(given, dict) else given]
    width = int(once[-1].output.shape[-1])
    count = int(np.clip(MOST_NUMBERS // width, 1, len(once)))
    places = np.unique(np.linspace(len(once) - 1, 0, count).round().astype(int))
    outputs = [once[i].output for i in places]
    return [x for x in outputs if x.shape[-1] == width]


def _unknown_piece(tokenizer) -> int | None:
    for piece in ("<unk>", "[UNK]"):
        try:
            return int(tokenizer.token_to_id(piece))
        except (ValueError, KeyError, AttributeError):
            continue
    return None


def _forget(kept: dict) -> None:
    while len(kept) > MOST_KEPT:
        del kept[next(iter(kept))]


@cache
def encoder(folder: str) -> Encoder:
    """The Encoder of a folder, one a process."""
    return Encoder(folder)
