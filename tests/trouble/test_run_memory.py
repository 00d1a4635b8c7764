"""What a killed program held of the memory speaks for or against lack of memory, and is never a proof."""

import json
import os
import subprocess
import sys

import pytest

from deepstart import words
from deepstart.trouble.explain import explain
from deepstart.trouble.run_memory import CAUSE, GIB, limit_here, measure, verdict, with_memory

RUN = [sys.executable, "-m", "deepstart", "run"]
TRAINING = "import tensorflow as tf\nEpoch 1/10\nKilled"
BARE = "\nKilled\n"


def figures(peak, total=32, limit=None, kills=None):
    return {
        "peak": peak and int(peak * GIB),
        "total": total and int(total * GIB),
        "limit": limit and int(limit * GIB),
        "kills": kills,
    }


@pytest.mark.parametrize(
    ("memory", "expected"),
    [
        (figures(31), "likely"),
        (figures(7, limit=8), "likely"),
        (figures(7, limit=8, kills=0), "likely"),
        (figures(1, kills=1), "likely"),
        (figures(1, kills=0), "unlikely"),
        (figures(1, limit=8, kills=0), "unlikely"),
        (figures(1), "unclear"),
        (figures(20, kills=0), "unclear"),
        (figures(None, kills=0), "unclear"),
        (figures(5, total=None), "unclear"),
    ],
)
def test_the_figures_make_lack_of_memory_likely_unlikely_or_leave_it_open(memory, expected):
    assert verdict(memory) == expected


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("text", [TRAINING, BARE], ids=["training", "bare"])
@pytest.mark.parametrize("memory", [figures(31), figures(31, kills=2), figures(7.9, limit=8, kills=1)])
def test_memory_that_was_full_makes_it_likely_and_never_sure(text, memory, language):
    answer = with_memory(explain(text, language=language, whole=True), memory, language)
    assert answer["memory"]["out_of_memory"] == "likely"
    assert words.text("explain.killed.likely", language) in answer["memory"]["told"]
    for candidate in answer["candidates"]:
        assert candidate["confidence"] != "sure"
    first = next(iter(answer["candidates"]), None)
    assert first is None or (first["cause_id"], first["confidence"]) == (CAUSE, "likely")


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("text", [TRAINING, BARE], ids=["training", "bare"])
def test_memory_that_was_not_scarce_takes_the_cause_and_its_advice_back(text, language):
    assert text == BARE or explain(text)["candidates"][0]["cause_id"] == CAUSE
    answer = with_memory(explain(text, language=language, whole=True), figures(1, kills=0), language)
    assert (answer["known"], answer["candidates"]) == (False, [])
    assert (answer["plain"]["exception"], answer["plain"]["hint"]) == ("SIGKILL", "")
    assert answer["question"] == words.text("explain.killed.question-unlikely", language)
    assert "1.0 GiB" in answer["memory"]["told"]
    assert "32.0 GiB" in answer["memory"]["told"]


def test_another_fault_stays_when_memory_is_ruled_out():
    text = "RuntimeError: CUDA error: no kernel image is available for execution on the device\n" + TRAINING
    answer = with_memory(explain(text, whole=True), figures(1, kills=0))
    assert answer["known"]
    assert CAUSE not in [c["cause_id"] for c in answer["candidates"]]


@pytest.mark.parametrize("memory", [None, {}, [], "x", figures(None)])
def test_without_a_measurement_the_answer_is_as_it_was(memory):
    assert with_memory(explain(BARE), memory) == explain(BARE)


@pytest.fixture
def machine(tmp_path):
    """A root folder in which files can be laid."""

    def lay(files):
        for path, content in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(content)
        return str(tmp_path)

    return lay


@pytest.mark.parametrize(
    ("files", "limit"),
    [
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": f"{4 * GIB}\n"}, 4 * GIB),
        ({"proc/self/cgroup": "0::/\n", "sys/fs/cgroup/memory.max": "max\n"}, None),
        (
            {
                "proc/self/cgroup": "0::/slurm/job_7/step_0\n",
                "sys/fs/cgroup/slurm/job_7/memory.max": f"{2 * GIB}\n",
                "sys/fs/cgroup/slurm/job_7/step_0/memory.max": f"{3 * GIB}\n",
            },
            2 * GIB,
        ),
        (
            {
                "proc/self/cgroup": "5:cpu,cpuacct:/d/x\n4:memory:/d/x\n",
                "sys/fs/cgroup/memory/memory.limit_in_bytes": f"{GIB}\n",
            },
            GIB,
        ),
        ({}, None),
    ],
    ids=["container", "no limit", "job above its step", "first version", "no groups"],
)
def test_the_least_limit_of_the_control_groups_counts(machine, files, limit):
    assert limit_here(machine(files)) == limit


def test_a_limit_beyond_the_computer_s_memory_is_none(monkeypatch):
    monkeypatch.setattr("deepstart.trouble.run_memory.limit_here", lambda: 1 << 62)
    assert measure(None)["limit"] is None


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's own figures")
@pytest.mark.parametrize("between", [False, True], ids=["itself", "a shell between"])
def test_the_peak_of_a_killed_program_is_the_one_that_it_saw_itself(tmp_path, monkeypatch, between):
    monkeypatch.setenv("DEEPSTART_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text(
        "import os, resource\n"
        "block = bytearray(os.urandom(1 << 20)) * 200\n"
        "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, flush=True)\n"
        "os.kill(os.getpid(), 9)\n"
    )
    command = ["sh", "-c", f"{sys.executable} train.py; exit $?"] if between else ["train.py"]
    ended = subprocess.run([*RUN, "--json", "answer.json", *command], capture_output=True, text=True)
    assert ended.returncode == (-9 if not between else 137)
    told = json.loads((tmp_path / "answer.json").read_text())["memory"]
    assert told["peak"] == pytest.approx(1024 * int(ended.stdout), rel=0.03)
    assert told["total"] == os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert told["told"].split(";")[0] in " ".join(ended.stderr.split())
    again = subprocess.run(
        [*RUN[:-1], "explain", "--json", "-"], capture_output=True, text=True, stdin=subprocess.DEVNULL
    )
    assert json.loads(again.stdout)["memory"] == told


def test_a_program_that_ended_otherwise_shows_no_memory(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPSTART_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text("raise ValueError(1)\n")
    ended = subprocess.run([*RUN, "--json", "-", "train.py"], capture_output=True, text=True)
    assert "memory" not in json.loads(ended.stdout)
