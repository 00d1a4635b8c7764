"""Finds a pre-trained Transformer for texts: a folder, a cache, or a name that KerasHub can fetch.

A folder is judged by its JSON files and vocabulary before anything is loaded: known encoders only, no
weights that are a pickle, no code. Needs neither Keras nor a network, so that listing contenders stays fast.
"""

import json
import os
import re
import subprocess
import sys
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.util import find_spec
from pathlib import Path

#: Encoders that KerasHub builds: `registered_name` in its own presets, `model_type` in those of Hugging Face.
KERAS_ENCODERS = frozenset(
    f"keras_hub>{name}Backbone"
    for name in ("Albert", "Bert", "DebertaV3", "DistilBert", "Electra", "Roberta", "XLMRoberta")
)
HUGGING_FACE_ENCODERS = frozenset(["albert", "bert", "distilbert", "roberta", "xlm-roberta"])
VOCABULARIES = (
    "vocab.txt", "assets/tokenizer/vocabulary.txt",  # WordPiece
    "vocab.json", "assets/tokenizer/vocabulary.json",  # byte-level BPE
    "sentencepiece.bpe.model", "spiece.model", "assets/tokenizer/vocabulary.spm",  # SentencePiece
)  # fmt: skip
#: Characters that ordinary texts of a script are full of. A model that knows the script can write them.
USUAL = {
    "han": "的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年得就那要下以生会自着去之过家学对"
    "可她里后小么心多天而能好都然没起还发成事只作当想看文无开手用主行方又如前所本见经头面公同三已"
    "老从动两长知民样现分将外但身些与高意进把法此实回二理美点月明其种声全工己话儿者向情部正名定女"
    "问力机给等几很业最间新什打便位因重被走电四第门相次东政海口使教西再平真听世气信北少关并内加",
    "kana": "あいうえおかきくけこさしすせそたちつてとなにぬねのはひふへほまみむめもやゆよらりるれろわをん"
    "アイウエオカキクケコサシスセソ",
    "hangul": "이다는에을의가고하를한도지로사서기은자나대있어그인해정과시아수것들만일보부리라주장전",
    "thai": "กขคงจชญดตถทธนบปผพมยรลวสหอะาำเแโใไิีุู",
    "cyrillic": "абвгдежзийклмнопрстуфхцчшщыьэюя",
    "arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهوي",
    "devanagari": "अआइईउऊएओकखगघचछजझटठडढणतथदधनपफबभमयरलवशषसह",
    "greek": "αβγδεζηθικλμνξοπρστυφχψω",
    "hebrew": "אבגדהוזחטיכלמנסעפצקרשת",
    "latin": "abcdefghijklmnopqrstuvwxyz",
}  # fmt: skip
#: A model that cannot write more than this share of characters or tokens does not know the language.
MOST_UNKNOWN = 0.15
#: Seconds to wait for an answer from the network, and for the whole model.
ANSWER_SECONDS, DOWNLOAD_SECONDS = 60, 1800


class NoPreset(Exception):
    """No model can be used; `reason` is a key of `contenders.why`."""

    def __init__(self, reason: str):
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Preset:
    """A folder with a Transformer encoder that may be loaded.

    Args:
        folder: holds config.json, weights and vocabulary.
        style: `keras` or `hugging-face`.
    """

    folder: Path
    style: str


def find_preset(weights: str | None) -> Preset:
    """The model to use: from this folder or one inside it, by this name, or else from the caches.

    Raises:
        NoPreset: there is none, or it must not be loaded; with the reason.
    """
    if find_spec("keras_hub") is None:
        raise NoPreset("no-keras-hub")
    if weights and Path(weights).is_dir():
        return _in_folder(Path(weights))
    if weights and _is_name(weights):
        return judge(_by_name(weights))
    return _in_caches()


def judge(folder: Path) -> Preset:
    """The preset in a folder, when it is an encoder that can be loaded without running code.

    Raises:
        NoPreset: it is none; with the reason.
    """
    config = _json(folder / "config.json")
    if not any((folder / name).is_file() for name in VOCABULARIES):
        raise NoPreset("no-vocabulary")
    if "registered_name" in config:
        if config["registered_name"] not in KERAS_ENCODERS or not _plain(config.get("config")):
            raise NoPreset("unknown-encoder")
        tokenizer = _json(folder / "tokenizer.json")
        if not str(tokenizer.get("registered_name", "")).startswith("keras_hub>"):
            raise NoPreset("unknown-encoder")
        if not _plain(tokenizer.get("config")):
            raise NoPreset("unknown-encoder")
        return Preset(folder, "keras")
    if config.get("model_type") not in HUGGING_FACE_ENCODERS:
        raise NoPreset("unknown-encoder")
    if not (any(folder.glob("*.safetensors")) or (folder / "model.safetensors.index.json").is_file()):
        raise NoPreset("pickled-weights" if any(folder.glob("*.bin")) else "no-text-weights")
    return Preset(folder, "hugging-face")


def _json(path: Path) -> dict:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def _plain(value) -> bool:
    """Nothing in it names a class to build, except how numbers are stored."""
    if isinstance(value, dict):
        if "class_name" in value:
            known = value["class_name"] == "DTypePolicy" and value.get("module") == "keras"
            return known and value.get("registered_name") is None
        return all(map(_plain, value.values()))
    return all(map(_plain, value)) if isinstance(value, list) else True


def _in_folder(folder: Path) -> Preset:
    places = [folder, *sorted(p for p in folder.iterdir() if p.is_dir())]
    for place in places:
        if (place / "config.json").is_file():
            return judge(place)
    raise NoPreset("no-text-weights")


def _is_name(weights: str) -> bool:
    return "://" in weights or re.fullmatch(r"[a-z0-9_.]+", weights) is not None


def caches() -> list[Path]:
    """Folders in which KerasHub's sources keep what they have fetched."""
    home = Path.home() / ".cache"
    kaggle = Path(os.environ.get("KAGGLEHUB_CACHE", home / "kagglehub"))
    hugging_face = Path(os.environ.get("HF_HOME", home / "huggingface"))
    return [
        *sorted((kaggle / "models" / "keras").glob("*/keras/*/*")),
        *sorted((hugging_face / "hub").glob("models--*/snapshots/*")),
    ]


def _in_caches() -> Preset:
    """The smallest model in the caches: the others cost minutes where this one costs seconds."""
    found = []
    for place in caches():
        try:
            found.append(judge(place))
        except NoPreset:
            continue
    if not found:
        raise NoPreset("no-text-weights")
    return min(found, key=lambda preset: sum(f.stat().st_size for f in preset.folder.iterdir()))


@cache
def _by_name(name: str) -> Path:
    """The folder of a model that was asked for by its name, fetched when it is not in a cache.

    KerasHub runs in a process of its own: it imports TensorFlow, and a silent network must not hang us.
    """
    with subprocess.Popen(
        [sys.executable, "-m", __name__, name],
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL, text=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_BACKEND": "tensorflow"},
    ) as process:  # fmt: skip
        try:
            said = process.communicate(timeout=ANSWER_SECONDS)[0]
        except subprocess.TimeoutExpired as slow:
            waiting = slow.output or b""
            if b"answers" not in (waiting if isinstance(waiting, bytes) else waiting.encode()):
                process.kill()
                raise NoPreset("no-network") from None
            try:
                said = process.communicate(timeout=DOWNLOAD_SECONDS)[0]
            except subprocess.TimeoutExpired:
                process.kill()
                raise NoPreset("no-network") from None
    last = said.strip().splitlines()[-1:] or [""]
    if last[0] == "unknown":
        raise NoPreset("unknown-preset")
    if process.returncode or not last[0]:
        raise NoPreset("no-network")
    return Path(last[0])


def _fetch(name: str) -> int:
    """Fetch a model through KerasHub and print its folder; `answers` as soon as its source has answered."""
    import keras_hub  # noqa: F401  its import fills the list of presets
    from keras_hub.src.utils.preset_utils import BUILTIN_PRESETS, get_file

    if "://" not in name and name not in BUILTIN_PRESETS:
        print("unknown")
        return 1
    folder = Path(get_file(name, "config.json")).parent
    print("answers", flush=True)
    weights = ("model.weights.h5", "tokenizer.json", "model.safetensors", "tokenizer_config.json")
    for path in (*weights, *VOCABULARIES, "assets/tokenizer/merges.txt", "merges.txt"):
        try:
            get_file(name, path)
        except FileNotFoundError:
            continue
    print(folder)
    return 0


# Which scripts a vocabulary can write -------------------------------------------------------------


def unknown_share(preset: Preset, languages: tuple[tuple[str, float], ...]) -> float:
    """Share of usual characters that no piece of the vocabulary holds, weighed by the texts' scripts.

    Args:
        languages: share of the texts by script, as in `Setting.languages`.
    """
    known = _characters(preset.folder)
    total = lost = 0.0
    for script, share in languages:
        usual = USUAL.get(script, "")
        if usual:
            total += share
            lost += share * sum(not _writes(known, c) for c in usual) / len(usual)
    return lost / total if total else 0.0


def _writes(known: frozenset[str], character: str) -> bool:
    return character in known or all(c in known for c in unicodedata.normalize("NFD", character))


@cache
def _characters(folder: Path) -> frozenset[str]:
    """Every character that a piece of the vocabulary holds whole."""
    path = next(folder / name for name in VOCABULARIES if (folder / name).is_file())
    if path.suffix == ".txt":
        pieces = path.read_text(encoding="utf-8", errors="replace").split("\n")
    elif path.suffix == ".json":
        pieces = [_from_bytes(piece) for piece in _json(path)]
    else:
        from sentencepiece import SentencePieceProcessor

        model = SentencePieceProcessor(model_file=str(path))
        pieces = [model.id_to_piece(i) for i in range(model.get_piece_size())]
    return frozenset("".join(pieces))


@cache
def _byte_of() -> dict[str, int]:
    """Byte that each character of a byte-level vocabulary stands for.

    Source:
        Radford et al.: Language Models are Unsupervised Multitask Learners (2019), the table of its encoder:
        visible Latin-1 characters stand for themselves, the others follow from U+0100 on.
    """
    visible = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    hidden = [b for b in range(256) if b not in visible]
    return {chr(b): b for b in visible} | {chr(256 + i): b for i, b in enumerate(hidden)}


def _from_bytes(piece: str) -> str:
    table = _byte_of()
    return bytes(table.get(c, 0x3F) for c in piece).decode("utf-8", errors="ignore")


if __name__ == "__main__":
    sys.exit(_fetch(sys.argv[1]))
