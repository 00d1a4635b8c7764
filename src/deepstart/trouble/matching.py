"""Which causes of the catalogue a text speaks of: literal anchors first, then their patterns.

Time is linear in the text: each anchor is searched once, and a pattern is tried only in a window
around the first occurrences of its anchor. Standard library only, Python 3.8 syntax.
"""

import re
from functools import lru_cache
from typing import Dict, Iterator, List, NamedTuple, Optional, Tuple

from deepstart.causes import Cause, Pattern, load
from deepstart.trouble.cleaning import NUMBER, Cleaned

BEFORE, AFTER = 1200, 1600  # the window around an anchor in which its pattern may match, in characters
OCCURRENCES = 6  # of one anchor that are tried
LONG = 100_000  # characters from which on repeated lines are looked at once
SURROUNDINGS = 200_000  # characters at each end in which `also` and `unless` are looked for

#: A text that speaks of deep learning; patterns of errors that any program may have ask for it.
CONTEXT = re.compile(
    r"tensorflow|tensorboard|tflite|theano|(?:\b|tf_)keras|\bk\.(?:set_|clear)|torch|\bjax(?!b|en|p\b|r\b|-?(?:ws|rs|rpc))|flax|\bcuda|cudnn|cublas|nccl|nvidia"
    r"|onnx|transformers|diffusers|deepspeed|hugging ?face|xformers|load_model|load_weights"
    r"|model\.(?:fit|predict|save)"
    r"|\bh5py|\.h5\b|\.hdf5|\.ckpt|dataloader|\bgpus?\b|paddle|mxnet|lightning|ultralytics|yolo|stable.?diffusion"
    r"|flow_from_d|image_dataset_from_|imagedatagenerator|model\.compile\(|train_datagen"
    r"|c10d|nvml|nvrm|vllm|bitsandbytes|tensorrt|\[trt\]|safetensors|\bllama\b"
    r"|\[\[(?:\{\{)?node|errors_impl|invalidargumenterror|resourceexhaustederror|graph execution error"
    r"|conv[123]d|\blstm|logits|y_pred|softmax|cross.?entropy|autograd|grad_fn|state_dict|train_on_batch"
    r"|fit_generator|\bmnist|imagenet|\bcifar|\bresnet|\bbert\b"
    r"|\b(?:optax|chex|haiku|orbax|timm|einops|mmcv|mmdet|detectron2|fairseq|tokenizers|sentencepiece|mediapipe"
    r"|pycocotools|insightface|dlib|triton|xgboost|lightgbm|cupy|numba|horovod|cuml|cudf)\b"
    r"|\btensor\w{0,12}\b|\bsess\.run|eager execution|\btf\.\w|\bepoch[: ]+\[?\d|\bval_(?:loss|acc)"
    r"|minibatch|train_loader"
    r"|\brocm|\bhip(?:blas|error)|\bmps (?:device|backend)|flash.?attn"
    r"|object_detection|summarywriter|learning_?rate|pretrained|omegaconf|deep.?learning|comfyui"
    r"|rcnn|seq2seq|word2vec|roberta|\b(?:dqn|ddqn|ddpg)"
    r"|fastai|\bggml|gguf|ctranslate2|deeplabcut|deeppavlov|allennlp|nerfstudio|nerfacc|\bgsplat|kornia|\bmonai\b|nnunet"
    r"|\bespnet|sglang|exllama|autogptq|deepspeech|\bfaiss\b|openpose|\bcaffe2?\b|paddleocr|easyocr"
    r"|ml-?agents|coqui|'tts'|\btts[=>]=|(?:requirement|found for) tts\b|openai-whisper|faster.?whisper"
    r"|whisperx|\bbasicsr|gfpgan|real-?esrgan|pyannote"
    r"|speechbrain|stable.?baselines|librosa|gensim|\bspacy\b|\brasa\b|face_recognition\b"
)
#: Words that other trades use too (Kafka has epochs, databases have checkpoints): two of them are wanted.
SHARED = re.compile(
    r"batch_?size|(?<!-)\bepochs?\b|(?<!-)\bcheckpoints?\b|diffusion|\bhydra\b|\bneural|\bu?gans?\b|\bu-?net\b"
    r"|segmentation(?! fault)|\bgym(?:nasium)?\b|\bllms?\b|\bgpt-?\w|whisper|\bwebui\b"
)

#: Other programs on graphics cards and in other languages, and the words of CONTEXT that are theirs too.
ELSEWHERE = re.compile(
    r"\bchrom(?:e|ium)\b|gpu.process|\belectron\b|firefox|vulkan|direct3d|\bd3d1[0-2]|dxgi|blender|\bcycles\b"
    r"|\bsteam(?:apps|_api)?\b|unreal|unityplayer|minecraft|torchlight|nvenc|\bobs\b|hashcat|xmrig|\bqemu"
    r"|vfio|proxmox|davinci|autodesk|solidworks|photoshop|\bwayland\b|\bxorg\b|\bwine\d*[: -]|minidump"
    r"|node_modules|\bnpm\b|\bjest\b|graphql|mongoose|salesforce|\bsfdx\b|\blwc\b|\.java:\d|\.js:\d|\bjavax?[./]"
    r"|\bkafka|\bbroker\b|zookeeper|\bceph\b|\bosd\.\d|\blnd\b|lightning-(?:cli|rpc)|\bsmartos"
    r"|panic: runtime error|goroutine \d|\bsqlite|postgres|\bflink\b|executorlost"
)
THEIRS = re.compile(
    r"\bgpus?\b|nvidia\w*|\bcuda\w*|\bnv(?:ml|rm)\b|minecraft:\w+|torchlight\w*|\btorch\b|\blightning\b"
    r"|\btriton\b|data_?loader\w*|\bmodel\.save\b|\btransformers|\btensor\b|\bepoch[: ]+\d+|\bpaddle\b"
    r"|\bcaffe\b|\bcheckpoints?\b|batch_?size"
)


class Hit(NamedTuple):
    """A pattern of a cause that was found.

    Args:
        weight: how often this text means this cause, between 0 and 1.
        start, end: where in the flat text.
        values: what the pattern captured, as written in the text.
    """

    cause: Cause
    pattern: Pattern
    weight: float
    start: int
    end: int
    values: Dict[str, str]


@lru_cache(maxsize=None)
def compiled(regex: str):
    return re.compile(regex, re.IGNORECASE)


@lru_cache(maxsize=None)
def anchor_table() -> List[Tuple[str, List[Tuple[Cause, Pattern]]]]:
    """Each anchor once, with the patterns that it opens."""
    table: Dict[str, List[Tuple[Cause, Pattern]]] = {}
    for cause in load().values():
        for pattern in cause.patterns:
            for anchor in pattern.anchors:
                table.setdefault(anchor, []).append((cause, pattern))
    return list(table.items())


def find_hits(text: Cleaned) -> List[Hit]:
    """The best hit of each cause, in no particular order."""
    around = Surroundings(text)
    present = _present(text)
    hits = _best_hits(text, around, present, fallback=False)
    if all(hit.cause.harmless for hit in hits):
        explained = {text.index_at(hit.start) for hit in hits}
        wide = _best_hits(text, around, present, fallback=True)
        hits += [hit for hit in wide if text.index_at(hit.start) not in explained]
    return hits


def _present(text: Cleaned) -> List[Tuple[str, List[Tuple[Cause, Pattern]]]]:
    """The anchors that occur. A long log repeats itself, so most are ruled out in one copy of each line."""
    if len(text.lower) < LONG:
        return [(anchor, owners) for anchor, owners in anchor_table() if anchor in text.lower]
    once = " ".join(dict.fromkeys(NUMBER.sub("0", line.text) for line in text.lines)).lower()
    return [
        (anchor, owners)
        for anchor, owners in anchor_table()
        if NUMBER.sub("0", anchor) in once and anchor in text.lower
    ]


def _best_hits(
    text: Cleaned,
    around: "Surroundings",
    present: List[Tuple[str, List[Tuple[Cause, Pattern]]]],
    fallback: bool,
) -> List[Hit]:
    best: Dict[str, Hit] = {}
    for anchor, owners in present:
        for cause, pattern in owners:
            if pattern.fallback is not fallback:
                continue
            found = best.get(cause.id)
            if found and found.weight >= pattern.weight and found.values:
                continue
            hit = _try(text, around, anchor, cause, pattern)
            if hit and (not found or _better(hit, found)):
                best[cause.id] = hit
    return list(best.values())


def look_alikes(hits: List[Hit]) -> List[Hit]:
    """The causes with the same text as those that were hit, for facts of the machine to choose from."""
    taken = {hit.cause.id for hit in hits}
    twins: Dict[str, Hit] = {}
    for hit in sorted(hits, key=lambda h: -h.weight):
        for other in hit.cause.look_alikes:
            if other["id"] not in taken:
                twins.setdefault(other["id"], hit._replace(cause=load()[other["id"]], values={}))
    return list(twins.values())


def speaks_of(pattern: Pattern, line: str) -> bool:
    """Whether one line, taken by itself, is what a pattern looks for."""
    low = line.lower()
    opened = any(anchor in low for anchor in pattern.anchors)
    return opened and (not pattern.regex or compiled(pattern.regex).search(line) is not None)


def _better(hit: Hit, found: Hit) -> bool:
    return (hit.weight, not hit.pattern.generic, len(hit.values), -hit.start) > (
        found.weight,
        not found.pattern.generic,
        len(found.values),
        -found.start,
    )


def _try(text: Cleaned, around: "Surroundings", anchor: str, cause: Cause, pattern: Pattern) -> Optional[Hit]:
    if pattern.context and not around.speaks_of_deep_learning:  # once a text, so before all places
        return None
    for start, end, values in _places(text, anchor, pattern):
        if not around.fit(pattern):
            return None
        return Hit(cause, pattern, pattern.weight, start, end, values)
    return None


def _places(text: Cleaned, anchor: str, pattern: Pattern) -> Iterator[Tuple[int, int, Dict[str, str]]]:
    position = text.lower.find(anchor)
    for _ in range(OCCURRENCES):
        if position < 0:
            return
        if not pattern.regex:
            yield position, position + len(anchor), {}
            return
        low = max(0, position - BEFORE)
        window = text.flat[low : position + AFTER]
        match = compiled(pattern.regex).search(window)
        if match and not _anchored_elsewhere(pattern.regex, low, position, text):
            values = captured(match)
            blank = len(match.group()) - len(match.group().lstrip())  # belongs to the line before
            yield low + match.start() + blank, low + match.end(), values
            return
        position = text.lower.find(anchor, position + max(len(anchor), AFTER // 2))


def captured(match: "re.Match[str]") -> Dict[str, str]:
    """What a pattern captured, by name; `path1` and `path2` of its branches stand for `path` too.

    >>> captured(re.search(r"no (?P<path1>a)|lost (?P<path2>b)", "lost b"))
    {'path': 'b', 'path2': 'b'}
    """
    found = {name: value.strip() for name, value in match.groupdict().items() if value}
    return {**{name.rstrip("0123456789"): value for name, value in reversed(list(found.items()))}, **found}


def _anchored_elsewhere(regex: str, low: int, position: int, text: Cleaned) -> bool:
    """Whether `^` or `$` matched the edge of the window in place of the edge of the text."""
    return (regex.startswith("^") and low > 0) or (
        regex.endswith("$") and not regex.endswith("\\$") and position + AFTER < len(text.flat)
    )


class Surroundings:
    """The text as `also` and `unless` see it: bounded, each question answered once."""

    def __init__(self, text: Cleaned):
        whole = text.lower
        if len(whole) > 2 * SURROUNDINGS:
            whole = whole[:SURROUNDINGS] + " " + whole[-SURROUNDINGS:]
        self.whole = whole
        self.answers: Dict[str, bool] = {}

    @property
    def speaks_of_deep_learning(self) -> bool:
        if CONTEXT.pattern not in self.answers:
            text = THEIRS.sub(" ", self.whole) if ELSEWHERE.search(self.whole) else self.whole
            said = {word.rstrip("s").replace("_", "") for word in SHARED.findall(text)}
            self.answers[CONTEXT.pattern] = len(said) > 1 or CONTEXT.search(text) is not None
        return self.answers[CONTEXT.pattern]

    def fit(self, pattern: Pattern) -> bool:
        """Whether the rest of the text is such as the pattern asks for."""
        if pattern.context and not self.speaks_of_deep_learning:
            return False
        return not self.has(pattern.unless) and (not pattern.also or self.has(pattern.also))

    def has(self, regex: str) -> bool:
        if not regex:
            return False
        if regex not in self.answers:
            # A pattern of look-aheads asks about the whole text at once: trying it everywhere is quadratic.
            ask = compiled(regex).match if regex.startswith("(?=") else compiled(regex).search
            self.answers[regex] = ask(self.whole) is not None
        return self.answers[regex]
