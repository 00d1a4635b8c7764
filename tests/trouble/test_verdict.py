"""From the lines of a text to one verdict: what outranks what, and when it is no verdict at all."""

# ruff: noqa: E501 (lines as programs print them)

import pytest

from deepstart.causes import load
from deepstart.findings import LAYERS
from deepstart.trouble.cleaning import clean
from deepstart.trouble.exceptions import exceptions
from deepstart.trouble.explain import explain

NO_CUDNN = "E tensorflow/core/x.cc:1] Could not load dynamic library 'libcudnn.so.8'; dlerror: libcudnn.so.8: cannot open shared object file: No such file or directory"
CPU_HINT = "I tensorflow/core/platform/cpu_feature_guard.cc:210] This TensorFlow binary is optimized to use available CPU instructions in performance-critical operations."
FACTORY = "E0000 00:00:1737749008.639844   35316 cuda_dnn.cc:8310] Unable to register cuDNN factory: Attempting to register factory for plugin cuDNN when one has already been registered"
NO_TENSORRT = (
    "W tensorflow/compiler/tf2tensorrt/utils/py_utils.cc:38] TF-TRT Warning: Could not find TensorRT"
)
OWN_MISTAKE = """Traceback (most recent call last):
  File "/home/u/train.py", line 3, in <module>
    print(history["acuracy"])
KeyError: 'acuracy'"""


def names(text):
    return [c["cause_id"] for c in explain(text)["candidates"]]


def first(text):
    answer = explain(text)
    return answer["candidates"][0] if answer["known"] else None


def test_the_first_native_error_line_beats_the_exception_that_follows_from_it():
    text = f"{NO_CUDNN}\nTraceback (most recent call last):\ntensorflow.python.framework.errors_impl.UnknownError: Failed to get convolution algorithm. This is probably because cuDNN failed to initialize"
    assert first(text)["cause_id"] == "cudnn-library-not-found"


def test_an_old_driver_beats_the_cudnn_error_that_follows_from_it():
    text = """E cuda_dnn.cc:378] Could not create cudnn handle: CUDNN_STATUS_NOT_INITIALIZED
E cuda_dnn.cc:386] possibly insufficient driver version: 390.48.0
RuntimeError: Could not create cudnn handle"""
    assert first(text)["layer"] == "driver"


def test_of_two_clear_faults_the_lower_layer_comes_first():
    text = """docker: Error response from daemon: could not select device driver "" with capabilities: [[gpu]].
AssertionError: Torch not compiled with CUDA enabled"""
    layers = [c["layer"] for c in explain(text)["candidates"][:2]]
    assert layers == sorted(layers, key=LAYERS.index) == ["container", "framework"]


HARMLESS = [CPU_HINT, FACTORY, NO_TENSORRT]
FAULTS = [
    "AssertionError: Torch not compiled with CUDA enabled",
    "RuntimeError: CUDA error: no kernel image is available for execution on the device",
    "Failed to initialize NVML: Driver/library version mismatch",
    "RuntimeError: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1",
]


@pytest.mark.parametrize("fault", FAULTS)
def test_harmless_lines_never_outrank_a_fault_wherever_they_stand(fault):
    alone = first(fault)["cause_id"]
    noise = "\n".join(HARMLESS)
    assert first(f"{noise}\n{fault}")["cause_id"] == alone
    assert first(f"{fault}\n{noise}")["cause_id"] == alone
    assert not first(f"{noise}\n{fault}\n{noise}")["harmless"]


@pytest.mark.parametrize("line", HARMLESS)
def test_a_harmless_line_alone_is_called_harmless(line):
    assert first(line)["harmless"]


def test_a_harmless_verdict_is_not_sure_beside_a_line_that_nobody_explains():
    sure = first(NO_TENSORRT)
    beside = first(f"{NO_TENSORRT}\nE some/native.cc:12] failed to open the flux capacitor")
    assert (sure["confidence"], beside["confidence"]) == ("sure", "likely")
    assert beside["probability"] < 0.8


def test_the_same_harmless_line_for_three_libraries_stays_sure():
    text = "\n".join(FACTORY.replace("cuDNN", name) for name in ("cuDNN", "cuFFT", "cuBLAS"))
    assert first(text)["confidence"] == "sure"


@pytest.mark.parametrize(
    "notice",
    [
        NO_CUDNN.replace("libcudnn.so.8", "libcudart.so.11.0"),
        "tensorflow 2.13.1 requires keras<2.14,>=2.13.1, but you have keras 3.9.2 which is incompatible.",
    ],
)
def test_a_fault_that_stops_nothing_does_not_explain_a_mistake_of_ones_own(notice):
    assert first(notice) is not None
    answer = explain(f"{notice}\n{OWN_MISTAKE}")
    assert not answer["known"]
    assert answer["plain"]["exception"] == "KeyError"


FULL_CARD = """Traceback (most recent call last):
  File "train.py", line 88, in <module>
    loss.backward()
RuntimeError: CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 5.80 GiB total capacity; 4.36 GiB already allocated; 6.69 MiB free; 4.63 GiB reserved in total by PyTorch)"""


@pytest.mark.parametrize(
    "warning",
    [
        "UserWarning: Using a target size (torch.Size([64])) that is different to the input size (torch.Size([64, 1])). This will likely lead to incorrect results due to broadcasting.",
        "DeprecationWarning: jax.tree_map is deprecated: use jax.tree.map (jax v0.4.25 or newer) or jax.tree_util.tree_map (any JAX version).",
    ],
    ids=["shapes", "old name"],
)
def test_a_warning_about_the_code_does_not_outrank_the_error_after_it(warning):
    alone, before = explain(warning), explain(warning + "\n" + FULL_CARD)
    assert alone["known"]
    assert before["candidates"][0]["layer"] == "memory"
    assert alone["candidates"][0]["cause_id"] in [c["cause_id"] for c in before["candidates"]]


def test_a_warning_that_foretold_the_error_is_still_its_cause():
    warned = "torch/utils/checkpoint.py:25: UserWarning: None of the inputs have requires_grad=True. Gradients will be None"
    raised = "RuntimeError: element 0 of tensors does not require grad and does not have a grad_fn"
    assert names(warned + "\n" + raised)[0] == "checkpointing-with-frozen-inputs"


def test_a_fault_that_stops_nothing_explains_the_exception_that_it_foretold():
    warning = "RuntimeWarning: Early stopping conditioned on metric `val_iou` which is not available. Available metrics are: loss"
    assert first(f"{warning}\nKeyError: 'val_iou'")["cause_id"] == "monitored-quantity-missing"
    assert not explain(f"{warning}\n{OWN_MISTAKE}")["known"]


@pytest.mark.parametrize(
    "link",
    [
        "During handling of the above exception, another exception occurred:",
        "The above exception was the direct cause of the following exception:",
    ],
)
def test_both_exceptions_of_a_chain_are_seen_and_the_root_wins(link):
    text = f"""Traceback (most recent call last):
  File "/v/site-packages/tensorflow/python/pywrap_tensorflow.py", line 64, in <module>
ImportError: DLL load failed while importing _pywrap_tensorflow_internal: The specified module could not be found.

{link}

Traceback (most recent call last):
  File "main.py", line 1, in <module>
    import keras
ImportError: Keras requires TensorFlow 2.2 or higher. Install TensorFlow via `pip install tensorflow`"""
    assert [e.type for e in exceptions(clean(text))] == ["ImportError", "ImportError"]
    assert first(text)["layer"] == "os"


MESSAGE = "RuntimeError: CUDA error: no kernel image is available for execution on the device"


@pytest.mark.parametrize(
    "prefix",
    [
        "> ",
        "> > ",
        ">>> ",
        "[rank0]: ",
        "2026-02-03 04:05:06,789 ",
        "[2026-02-03 04:05:06,789] ",
        "2026-02-03T04:05:06.1234567Z ",
        "mar 06 15:10:43 host python[7055]: ",
        "Mar 06 15:10:43 host python[7055]: ",
        "(EngineCore_DP0 pid=120905) ",
        "ERROR 03-02 19:49:00 [multiproc_executor.py:783] ",
        "app-1  | ",
        "│ ",
        "E   ",
        "--> ",
        "\x1b[31m",
    ],
)
def test_what_stands_in_front_of_a_message_does_not_change_the_verdict(prefix):
    assert names(prefix + MESSAGE)[:1] == names(MESSAGE)[:1]


@pytest.mark.parametrize("width", [40, 60, 80])
def test_a_message_that_a_window_wrapped_is_read_as_one(width):
    text = "UserWarning: CUDA initialization: The NVIDIA driver on your system is too old (found version 10010). Please update your GPU driver by downloading and installing a new version"
    wrapped = "\n".join(text[i : i + width] for i in range(0, len(text), width))
    found = first(wrapped)
    assert (found["cause_id"], found["values"]) == ("driver-too-old-for-cuda-runtime", {"found": "10010"})


@pytest.mark.parametrize("mark", ["> ", ">> ", "> > "])
def test_quoted_mail_is_read_as_if_it_were_not_quoted(mark):
    lines = ["AssertionError:", "The NVIDIA driver on your system is too old (found version 10000)."]
    assert first("\n".join(mark + line for line in lines))["cause_id"] == "driver-too-old-for-cuda-runtime"


GENERIC = [
    "CUDA error: unknown error",
    "RuntimeError: CUDA error: unspecified launch failure",
    "RuntimeError: CUDA error: an illegal instruction was encountered",
    "ImportError: DLL load failed",
    "ImportError: DLL load failed while importing _pywrap_tensorflow_internal",
    "python train.py (tensorflow)\nKilled",
    "import torch\nSegmentation fault (core dumped)",
    "Illegal instruction (core dumped)",
    "CUDNN_STATUS_NOT_INITIALIZED",
    "CUBLAS_STATUS_NOT_INITIALIZED",
    "CUDA_ERROR_NO_DEVICE: no CUDA-capable device is detected",
    "failed call to cuInit: CUDA_ERROR_UNKNOWN: unknown error",
    "ImportError: numpy.core.multiarray failed to import",
    "nvidia-container-cli: initialization error: driver error: failed to process request",
    "ERROR: Could not find a version that satisfies the requirement tensorflow (from versions: none)",
]


@pytest.mark.parametrize("text", GENERIC)
def test_a_message_that_many_faults_share_is_never_sure_by_itself(text):
    assert all(c["confidence"] != "sure" for c in explain(text)["candidates"])


UNRELATED = [
    "E: Could not get lock /var/lib/dpkg/lock-frontend. It is held by process 1234 (unattended-upgr)",
    "docker: Error response from daemon: pull access denied for myorg/backend, repository does not exist",
    "requests.exceptions.HTTPError: 403 Client Error: Forbidden for url: https://api.example.com/packages/list",
    "Out of memory: Killed process 812 (java) total-vm:8123456kB",
    "CMake Error at CMakeLists.txt:2 (project): No CMAKE_CXX_COMPILER could be found.",
    "make: g++: command not found",
    "error: failed to push some refs to 'git@example.com:user/tensorflow-notes.git'",
    "npm ERR! code ELIFECYCLE\nnpm ERR! errno 1",
    'failed to solve: process "/bin/sh -c npm ci" did not complete successfully: exit code: 1',
    "ERROR: Could not find a version that satisfies the requirement flaskk (from versions: none)",
    "exec /usr/bin/node: exec format error",
    "E: Unable to correct problems, you have held broken packages.",
    "error: unable to execute 'gcc': No such file or directory (building psycopg2)",
    "ImportError: libpq.so.5: cannot open shared object file: No such file or directory",
    "requests.exceptions.SSLError: certificate verify failed: unable to get local issuer certificate",
    "docker: Error response from daemon: manifest for myteam/webapp:9 not found: manifest unknown",
    "W: GPG error: https://download.docker.com jammy InRelease: NO_PUBKEY 7EA0A9C3F273FCD8",
    "Test suite failed to run: Duplicate plugins for name babel",
    OWN_MISTAKE,
]


@pytest.mark.parametrize("text", UNRELATED)
def test_errors_of_other_work_get_no_cause(text):
    assert not explain(text)["known"]


def test_every_candidate_of_every_answer_is_in_the_catalogue():
    for text in [*GENERIC, *FAULTS, *HARMLESS]:
        assert set(names(text)) <= load().keys()
