"""The projects that a report can go to, each with its own current form.

Sources: the files in each project's `.github/ISSUE_TEMPLATE`, read in 2026 (keras has none); GitHub,
"Creating an issue" (a form's text fields are filled by their id; dropdowns and tick boxes are not).
"""

from typing import Dict, NamedTuple, Optional, Tuple


class Field(NamedTuple):
    """One field of a form.

    Args:
        id: its id in the form, empty if the form gives none: then it is filled by hand.
        label: as the form words it.
        source: the part of the report that goes there, or for a dropdown the choice to make.
        required: whether the form insists.
        kind: `text`, `shell` (the form adds the back-ticks) or `choice` (left to the human).
    """

    id: str
    label: str
    source: str
    required: bool = False
    kind: str = "text"


class Target(NamedTuple):
    """A project and its form; `body` means that the whole report is one text."""

    name: str
    repository: str
    packages: Tuple[str, ...]
    template: str = ""
    body: bool = True
    fields: Tuple[Field, ...] = ()
    own_report: Optional[str] = None  # Python that prints what the project's own form asks for


TARGETS: Dict[str, Target] = {
    target.name: target
    for target in (
        Target(
            "tensorflow",
            "tensorflow/tensorflow",
            ("tensorflow", "tensorflow-cpu", "tf-nightly", "tensorflow-macos"),
            "tensorflow_issue_template.yaml",
            False,
            (
                Field("issue-type", "Issue type", "Bug", True, "choice"),
                Field(
                    "tf-nightly", "Have you reproduced the bug with TensorFlow Nightly?", "?", True, "choice"
                ),
                Field("source", "Source", "binary", True, "choice"),
                Field("tfversion", "TensorFlow version", "version", True),
                Field("Code", "Custom code", "Yes", True, "choice"),
                Field("OS", "OS platform and distribution", "os"),
                Field("Python", "Python version", "python"),
                Field("Cuda", "CUDA/cuDNN version", "cuda"),
                Field("Gpu", "GPU model and memory", "gpu"),
                Field("logs", "Relevant log output", "error", False, "shell"),
                Field("code-to-reproduce", "Standalone code to reproduce the issue", "code", True, "shell"),
                Field("what-happened", "Current behavior?", "story", True, "shell"),
            ),
        ),
        Target("keras", "keras-team/keras", ("keras", "keras-nightly", "tf-keras")),
        Target(
            "pytorch",
            "pytorch/pytorch",
            ("torch",),
            "bug-report.yml",
            False,
            (
                Field("", "Describe the bug", "describe", True),
                Field("", "Versions", "own", True),
            ),
            "from torch.utils.collect_env import main; main()",
        ),
        Target(
            "jax",
            "jax-ml/jax",
            ("jax", "jaxlib"),
            "none",
            True,
            (
                Field("", "Description", "describe", True),
                Field("", "System info (python version, ...)", "own", True),
            ),
            "import jax; jax.print_environment_info()",
        ),
        Target(
            "transformers",
            "huggingface/transformers",
            ("transformers",),
            "bug-report.yml",
            False,
            (
                Field("system-info", "System Info", "system", True),
                Field("reproduction", "Reproduction", "describe", True),
                Field("expected-behavior", "Expected behavior", "expected", True),
                Field("who-can-help", "Who can help?", "fewer than 3 people, or nobody", False, "choice"),
                Field(
                    "information-scripts-examples", "Information", "your own or an example", False, "choice"
                ),
                Field("information-tasks", "Tasks", "an official task or your own", False, "choice"),
            ),
        ),
    )
}

#: In the order in which a failure belongs to them: what is built on another comes first.
BY_FRAME = (
    ("transformers", "transformers"),
    ("keras", "keras"),
    ("tensorflow", "tensorflow"),
    ("jaxlib", "jax"),
    ("jax", "jax"),
    ("torch", "pytorch"),
)


def guess_target(text: str) -> str:
    """The project whose code stands lowest in the last traceback; `tensorflow` when none does."""
    import re

    frames = re.findall(r"(?:site|dist)-packages[/\\](\w+)[/\\]", text[-50_000:])
    names = dict(BY_FRAME)
    for package in reversed(frames):
        if package in names:
            return names[package]
    counts = {
        target: len(re.findall(r"\b%s\b" % package, text[-50_000:], re.I)) for package, target in BY_FRAME
    }
    best = max(counts, key=lambda target: counts[target])
    return best if counts[best] else "tensorflow"


def names_project(target: str, text: str) -> bool:
    """Whether a failure names a package of this project at all; true for a project that is not known."""
    import re

    packages = [package for package, name in BY_FRAME if name == target]
    return not packages or any(re.search(r"\b" + package, text, re.I) for package in packages)
