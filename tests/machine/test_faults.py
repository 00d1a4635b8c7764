"""Every probe against everything that can go wrong at the border: always a complete report, in time."""

import json
import os
import stat
import time
from pathlib import Path

import pytest

from deepstart.machine import diagnose, take_snapshot
from deepstart.machine.facts import SHAPES, Facts
from deepstart.machine.probes import all_probes, run_probes
from deepstart.machine.system import OUTPUT_CAP, Reply, System

HUGE = "x" * OUTPUT_CAP
WRONG = {
    "hang": Reply("timeout"),
    "bad bytes": Reply("ok", "\ufffd\ufffd\x00\x1b[31m\ufffd,\ufffd\n" * 50, code=0),
    "100 MB": Reply("capped", HUGE),
    "exit 1": Reply("exit", "something went wrong", "and on standard error too", 1),
    "missing": Reply("missing"),
    "no permission": Reply("denied"),
}


class FaultySystem(System):
    """A computer on which every tool and every file goes wrong in the same way."""

    def __init__(self, wrong, platform="linux"):
        super().__init__(limit=1.0)
        self.wrong, self._platform = wrong, platform

    platform = property(lambda self: self._platform)

    def run(self, name, *arguments, limit=None):
        return self.wrong

    def which(self, name):
        return None if self.wrong.outcome == "missing" else "/usr/bin/" + name

    def read_bytes(self, path, cap=OUTPUT_CAP):
        return self.wrong if not self.wrong.ok else self.wrong.text.encode("utf-8")[:cap]

    def names(self, folder):
        return [] if self.wrong.outcome in ("missing", "denied") else ["\ufffd", "0000:01:00.0", "cuda-12"]

    def exists(self, path):
        return self.wrong.outcome != "missing"

    def space(self, folder):
        return None


@pytest.mark.parametrize("platform", ["linux", "windows", "macos"])
@pytest.mark.parametrize("wrong", WRONG, ids=str)
def test_every_probe_gives_all_its_facts_whatever_goes_wrong(wrong, platform):
    system = FaultySystem(WRONG[wrong], platform)
    probes = [p for p in all_probes() if platform in p.platforms]
    facts = run_probes(system, probes, limit=20)
    assert set(facts) == {name for probe in probes for name in probe.facts}
    for name, fact in facts.items():
        assert ("value" in fact) != ("error" in fact), name
    json.dumps(facts)
    assert diagnose({"facts": facts})


def test_a_probe_that_hangs_outside_of_any_tool_costs_its_limit_and_no_more():
    class Stuck(System):
        def read_bytes(self, path, cap=OUTPUT_CAP):
            time.sleep(30)

    started = time.monotonic()
    facts = take_snapshot(Stuck(), limit=0.3)["facts"]
    assert time.monotonic() - started < 10
    assert facts["cpu.flags"]["error"] == "timeout"
    assert "value" in facts["python.version"]


def tool(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text("#!/bin/sh\n" + script)
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


SCRIPTS = {
    "hang": ("sleep 60 & sleep 60", "timeout"),
    "bad bytes": (r"printf '\377\376\000\200,12\n'", "ok"),
    "100 MB": ("head -c 100000000 /dev/zero", "capped"),
    "endless errors": ("yes no >&2", "capped"),
    "exit 1": ("echo sorry; exit 1", "exit"),
    "killed": ("kill -SEGV $$", "exit"),
    "waits for an answer": ('read answer; echo $answer; test -z "$answer"', "ok"),
    "leaves a child behind": ("sleep 60 & exit 0", "timeout"),
}


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_real_tools_that_misbehave_become_replies(name, tmp_path, monkeypatch):
    script, outcome = SCRIPTS[name]
    tool(tmp_path, "nvidia-smi", script)
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    started = time.monotonic()
    reply = System(limit=1.0).run("nvidia-smi")
    assert time.monotonic() - started < 15
    assert reply.outcome == outcome
    assert len(reply.text) <= OUTPUT_CAP + 70_000


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX permissions")
def test_a_tool_that_may_not_be_run_is_denied(tmp_path):
    (tmp_path / "tool").write_text("#!/bin/sh\n")
    assert System().run(str(tmp_path / "tool")).outcome == "denied"


@pytest.mark.skipif(os.name == "nt", reason="needs process groups")
def test_a_hanging_tool_leaves_no_process_behind(tmp_path):
    tool(tmp_path, "slow", f"sleep 61 & echo $! > {tmp_path}/pid; wait")
    System(limit=0.5).run(str(tmp_path / "slow"))
    pid = int((tmp_path / "pid").read_text())
    for _ in range(50):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return
        if state == "Z":
            return
        time.sleep(0.1)
    pytest.fail("the child of a stopped tool still runs")


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.skipif(os.name == "nt", reason="needs a POSIX shell")
def test_all_tools_misbehaving_at_once_still_give_a_complete_report(name, tmp_path, monkeypatch):
    for each in ("nvidia-smi", "ldconfig", "lspci", "dmesg", "nvcc", "sysctl"):
        tool(tmp_path, each, SCRIPTS[name][0])
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")
    snapshot = take_snapshot(System(limit=0.4))
    assert {probe_fact for p in all_probes() if "linux" in p.platforms for probe_fact in p.facts} == set(
        snapshot["facts"]
    )
    assert "value" in snapshot["facts"]["packages.installed"]
    assert diagnose(snapshot)


def test_an_empty_path_is_no_trouble(monkeypatch):
    monkeypatch.setenv("PATH", "")
    snapshot = take_snapshot(System(limit=2.0))
    assert snapshot["facts"]["driver.smi"]["value"]["outcome"] in ("missing", "ok", "exit")
    assert diagnose(snapshot)


def test_every_fact_of_this_machine_has_its_declared_shape():
    snapshot = take_snapshot()
    facts = Facts(snapshot)
    assert set(snapshot["facts"]) <= set(SHAPES)
    assert [n for n, fact in snapshot["facts"].items() if "value" in fact and facts.problem(n)] == []
