"""The first remedy that is shown fits the system and the installer of the failure."""

import pytest

from deepstart.causes import load
from deepstart.trouble.explain import explain
from deepstart.trouble.remedies import INSTALLERS, SYSTEMS, remedies, told


@pytest.mark.parametrize(
    ("text", "system"),
    [
        (r"File C:\Users\u\train.py", "windows"),
        ("OSError: [WinError 126]", "windows"),
        ('File "/Users/u/train.py"', "macos"),
        ("zsh: illegal hardware instruction", "macos"),
        ('File "/home/u/train.py"', "linux"),
        ("Linux 5.15.90.1-microsoft-standard-WSL2 /home/u", "wsl"),
        ("/content/train.py /usr/lib", "colab"),
        ("docker: Error response from daemon", "docker"),
        ("loss is nan", ""),
    ],
)
def test_a_text_shows_its_system(text, system):
    assert told(SYSTEMS, text.lower()) == system


@pytest.mark.parametrize(
    ("text", "installer"),
    [
        ("uv pip install torch", "uv"),
        ("/opt/miniconda3/lib", "conda"),
        (r"C:\x\envs\tf\lib", "conda"),
        ("pip", ""),
    ],
)
def test_a_text_shows_its_installer(text, installer):
    assert told(INSTALLERS, text.lower()) == installer


def test_remedies_for_the_shown_system_come_first_and_none_is_lost():
    cause = load()["python-too-new-for-wheel"]
    for text, system in ((r"c:\users\u", "windows"), ("/users/u", "macos"), ("/home/u", "linux")):
        listed = remedies(cause, text)
        assert len(listed) == len(cause.remedies)
        assert listed[0]["platform"] == system


def test_remedies_for_the_shown_installer_come_first_within_a_system():
    cause = load()["torch-cpu-only-build"]
    assert remedies(cause, "uv pip install torch")[0]["installer"] == "uv"
    assert remedies(cause, "/opt/miniconda3/envs/t")[0]["installer"] == "conda"


def test_an_answer_carries_platform_and_installer_of_each_remedy():
    answer = explain("AssertionError: Torch not compiled with CUDA enabled")
    assert all(
        {"platform", "installer", "commands", "grade", "undo"} <= r.keys()
        for r in answer["candidates"][0]["remedies"]
    )


def test_every_fault_of_the_lower_layers_that_a_command_can_mend_names_one():
    layers = {"os", "container", "cuda", "cudnn", "packages"}
    seen_by_doctor = {
        "home-not-writable",
        "temporary-folder-not-writable",
        "cuda-libraries-not-installed",
        "cudnn-not-installed",
    }
    bare = {c.id for c in load().values() if c.layer in layers and not c.remedies and not c.harmless}
    needs_a_look = {
        "companion-library-lacks-name",
        "module-not-found",
    }  # a package, or a folder of the project?
    mended_in_the_code = {"cuda-tensors-not-shareable-here", "file-still-in-use"}
    assert bare <= seen_by_doctor | needs_a_look | mended_in_the_code


DENSE = (
    'ValueError: Input 0 of layer "dense" is incompatible with the layer: expected axis -1 of input shape '
    "to have value 784, but received input with shape (32, 28, 28)"
)
CUDNN = "Loaded runtime CuDNN library: 8.0.5 but source was compiled with: 8.1.0."
OMP = "OMP: Error #15: Initializing libiomp5md.dll, but found libiomp5md.dll already initialized."
DLL = "Could not load dynamic library 'cudart64_110.dll'; dlerror: cudart64_110.dll not found"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize(
    ("text", "said", "never"),
    [
        ("ValueError: Unrecognized keyword arguments: ['batch_shape']", "tensorflow>=2.16", "batch_input"),
        ("/usr/bin/ld: cannot find -lcudart", "libcudart", "stubs"),
        ("nvcc fatal   : Unsupported gpu architecture 'compute_30'", "cuda-10.2", "12.8"),
        ("nvcc fatal   : Unsupported gpu architecture 'compute_37'", "cuda-11.8", "12.8"),
        ("nvcc fatal   : Unsupported gpu architecture 'compute_120'", "cuda-12.8", "10.2"),
        (CUDNN, "nvidia-cudnn-cu11==8.*", ">=9"),
        (DENSE, "Flatten", "tf.transpose"),
        (OMP, "where /R", "find "),
        (DLL, "where cudart64", "ldconfig"),
        ("RuntimeError: CUDA error: device-side assert triggered", "num_embeddings", "no other"),
    ],
)
def test_sentences_and_commands_fit_what_the_text_tells_beyond_its_cause(text, said, never, language):
    first = explain(text, language=language)["candidates"][0]
    commands = [command for remedy in first["remedies"] for command in remedy["commands"]]
    told = " ".join([first["what"], first["next"], first["confirm"], *commands])
    assert (said in told, never in told) == (True, False)


def test_the_upgrade_comes_before_the_way_back_to_keras_2():
    listed = explain("ValueError: Unrecognized keyword arguments: ['batch_shape']")["candidates"][0][
        "remedies"
    ]
    assert ["2.16" in listed[0]["commands"][0], "tf_keras" in listed[1]["commands"][0]] == [True, True]


def test_a_label_that_is_named_stays_a_label():
    text = "nll_loss: Assertion `t >= 0 && t < n_classes` failed. CUDA error: device-side assert triggered"
    assert "embedding" not in explain(text, language="en")["candidates"][0]["what"]


@pytest.mark.parametrize(
    "rest", ["Including non-PyTorch memory, this process has 1.20 GiB memory in use.", ""]
)
def test_another_process_that_holds_the_memory_is_listed(rest):
    text = "CUDA out of memory. Tried to allocate 2.00 GiB. GPU 0 has a total capacity of 23.65 GiB of which "
    text += "1.00 GiB is free. Process 12345 has 22.10 GiB memory in use. " + rest
    named = [c["cause_id"] for c in explain(text)["candidates"] if c["probability"] >= 0.01]
    assert "gpu-memory-held-by-other-process" in named
