"""What a killed program held of the memory speaks for or against lack of memory, and is never a proof."""

import json
import os
import subprocess
import sys

import pytest

from deepstart import words
from deepstart.causes import load
from deepstart.trouble.explain import explain
from deepstart.trouble.run_memory import (
    CAUSE,
    GIB,
    MESSENGER,
    Kills,
    kills_for_memory,
    limit_here,
    measure,
    verdict,
    with_memory,
)

RUN = [sys.executable, "-m", "deepstart", "run"]
TRAINING = "import tensorflow as tf\nEpoch 1/10\nKilled"
BARE = "\nKilled\n"


def figures(peak, total=32, limit=None, kills=None, kills_on_machine=None):
    return {
        "peak": peak and int(peak * GIB),
        "total": total and int(total * GIB),
        "limit": limit and int(limit * GIB),
        "kills": kills,
        "kills_on_machine": kills_on_machine,
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
        (figures(1, kills_on_machine=1), "unclear"),
        (figures(20, kills_on_machine=1), "likely"),
        (figures(1, kills_on_machine=0), "unlikely"),
        (figures(1, kills=0, kills_on_machine=3), "unlikely"),
        (figures(20, kills=0, kills_on_machine=3), "unclear"),
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
    assert answer["known"]
    assert answer["question"] == words.text("explain.killed.question-likely", language) or text == TRAINING
    for candidate in answer["candidates"]:
        assert candidate["confidence"] != "sure"
    first = answer["candidates"][0]
    assert (first["cause_id"], first["confidence"]) == (CAUSE, "likely")
    assert first["what"] == load()[CAUSE].sentence("what", language)


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


TOLD = [
    "numpy.core._exceptions._ArrayMemoryError: Unable to allocate 200. GiB for an array with shape (9, 9)",
    "Out of memory: Killed process 1234 (python)",
    "slurmstepd: error: Detected 1 oom-kill event(s) in StepId=123.0.",
    "RuntimeError: [enforce fail at alloc_cpu.cpp:114] DefaultCPUAllocator: can't allocate memory",
    "系统内存不足",
]


@pytest.mark.parametrize("language", words.LANGUAGES)
@pytest.mark.parametrize("line", TOLD)
def test_lack_of_memory_that_the_output_tells_of_is_not_taken_back(line, language):
    text = line + BARE
    plain = explain(text, language=language, whole=True)
    answer = with_memory(plain, figures(1, kills=0), language, text)
    memory = answer.pop("memory")
    assert answer == plain
    assert memory["out_of_memory"] == "unclear"
    assert words.text("explain.killed.unclear-but-told", language) in memory["told"]
    assert words.text("explain.killed.unlikely", language) not in memory["told"]


@pytest.mark.parametrize("line", ["CUDA out of memory", "RESOURCE_EXHAUSTED: Out of memory", "Epoch 1/10"])
def test_a_card_s_memory_and_the_signal_alone_tell_nothing_of_main_memory(line):
    text = line + BARE
    answer = with_memory(explain(text, whole=True), figures(1, kills=0), text=text)
    assert answer["memory"]["out_of_memory"] == "unlikely"


def candidate(cause, probability, confidence="likely", harmless=False):
    return {"cause_id": cause, "probability": probability, "confidence": confidence, "harmless": harmless}


def test_a_sure_cause_stays_whatever_the_figures_say():
    answer = {"known": True, "candidates": [candidate(CAUSE, 0.9, "sure")], "question": ""}
    for memory in (figures(1, kills=0), figures(31, kills=1)):
        assert with_memory(answer, memory)["candidates"] == answer["candidates"]


def test_a_cause_that_has_become_likely_moves_to_its_place_and_brings_its_question():
    others = [candidate("a", 0.6), candidate("b", 0.3), candidate("c", 0.9, harmless=True)]
    answer = {"known": True, "candidates": [*others, candidate(CAUSE, 0.2, "possible")], "question": "?"}
    raised = with_memory(answer, figures(31))
    assert [c["cause_id"] for c in raised["candidates"]] == [CAUSE, "a", "b", "c"]
    assert raised["question"] == words.text("explain.killed.question-likely")
    answer["candidates"][0]["probability"] = 0.95
    behind = with_memory(answer, figures(31))
    assert [c["cause_id"] for c in behind["candidates"]] == ["a", CAUSE, "b", "c"]
    assert behind["question"] == "?"


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
    assert measure(Kills(None, None))["limit"] is None


@pytest.mark.parametrize(
    ("files", "kills"),
    [
        (
            {
                "proc/self/cgroup": "0::/user/a\n",
                "proc/vmstat": "nr_free 5\noom_kill 7\n",
                "sys/fs/cgroup/user/memory.events": "low 0\noom 4\noom_kill 4\n",
                "sys/fs/cgroup/user/a/memory.events": "low 0\noom 2\noom_kill 1\noom_group_kill 0\n",
            },
            Kills(1, 7),
        ),
        (
            {
                "proc/self/cgroup": "4:memory:/d/x\n0::/\n",
                "sys/fs/cgroup/memory/memory.oom_control": "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n",
            },
            Kills(2, None),
        ),
        ({"proc/self/cgroup": "0::/\n", "proc/vmstat": "oom_kill 7\n"}, Kills(None, 7)),
        ({}, Kills(None, None)),
    ],
    ids=["own group", "first version, in a container", "no group that counts", "nothing"],
)
def test_the_kernel_s_kills_are_counted_in_the_own_group_and_apart_on_the_computer(machine, files, kills):
    assert kills_for_memory(machine(files)) == kills


@pytest.mark.parametrize("language", words.LANGUAGES)
def test_a_neighbour_s_end_makes_a_small_program_s_own_no_likelier(language):
    answer = with_memory(explain(BARE, language=language), figures(1, kills_on_machine=2), language)
    assert answer["memory"]["out_of_memory"] == "unclear"
    assert words.text("explain.killed.counted-somewhere", language, kills=2) in answer["memory"]["told"]


@pytest.mark.parametrize(("peak", "told"), [(MESSENGER - 1, None), (MESSENGER, MESSENGER)])
def test_who_only_hands_on_that_another_was_killed_is_not_measured(monkeypatch, peak, told):
    monkeypatch.setattr("deepstart.trouble.run_memory._peak", lambda: peak)
    assert measure(Kills(0, 0), handed_on=True)["peak"] == told
    assert measure(Kills(0, 0))["peak"] == peak


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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="the kernel's own figures")
def test_a_job_that_was_killed_elsewhere_is_not_said_to_have_had_enough_memory(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPSTART_HOME", str(tmp_path / "home"))
    command = ["sh", "-c", "exit 137"]  # as ssh, srun and kubectl end
    ended = subprocess.run([*RUN, "--json", "-", *command], capture_output=True, text=True)
    assert ended.returncode == 137
    assert "memory" not in json.loads(ended.stdout)


def test_a_program_that_ended_otherwise_shows_no_memory(tmp_path, monkeypatch):
    monkeypatch.setenv("DEEPSTART_HOME", str(tmp_path / "home"))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "train.py").write_text("raise ValueError(1)\n")
    ended = subprocess.run([*RUN, "--json", "-", "train.py"], capture_output=True, text=True)
    assert "memory" not in json.loads(ended.stdout)
