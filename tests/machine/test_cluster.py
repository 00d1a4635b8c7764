"""Many machines: one table, roots by machine, what differs."""

import copy
import io
import os
import signal

import pytest
from rich.console import Console

from deepstart.findings import UserError
from deepstart.machine import cluster, load_snapshot
from deepstart.show.cluster import show_cluster
from tests.machines import make


def answer(host, name, **packages):
    snapshot = copy.deepcopy(load_snapshot(str(make.SNAPSHOTS / (name + ".json"))))
    snapshot["facts"]["packages.installed"]["value"].update(packages)
    return {"host": host, "snapshot": snapshot}


ANSWERS = {
    "tcp://10.0.0.1:1": answer("node1", "ubuntu-rtx3060-tf"),
    "tcp://10.0.0.1:2": answer("node1", "ubuntu-rtx3060-tf"),
    "tcp://10.0.0.2:1": answer("node2", "driver-too-old-tf220"),
    "tcp://10.0.0.3:1": answer("node3", "ubuntu-rtx3060-tf", wrapt="1.17.3"),
    "tcp://10.0.0.4:1": ModuleNotFoundError("No module named 'deepstart'"),
}


def shown(result):
    out = io.StringIO()
    show_cluster(Console(file=out, width=120, no_color=True), result)
    return out.getvalue()


def test_each_host_gets_its_own_roots_and_workers_of_one_host_count_as_one():
    result = cluster.summarise(ANSWERS)
    assert [(m.host, m.workers, m.roots) for m in result.machines] == [
        ("node1", 2, []),
        ("node2", 1, ["driver-too-old-for-cuda-runtime"]),
        ("node3", 1, []),
    ]
    assert result.silent == ["tcp://10.0.0.4:1"]
    assert result.exit_code == 2


def test_what_differs_between_equal_machines_is_named_with_its_hosts():
    differences = {d.name: d.values for d in cluster.summarise(ANSWERS).differences}
    assert differences["packages.installed wrapt"] == {"-": ["node1", "node2"], "1.17.3": ["node3"]}
    assert differences["driver.module_version"] == {"535.183.01": ["node1", "node3"], "470.57.02": ["node2"]}
    text = shown(cluster.summarise(ANSWERS))
    for piece in ("node2", "driver-too-old-for-cuda-runtime", "packages.installed wrapt", "no answer"):
        assert piece in text


def test_equal_healthy_machines_are_healthy():
    result = cluster.summarise({f"tcp://w:{i}": answer(f"n{i}", "ubuntu-rtx3060-tf") for i in range(3)})
    assert result.exit_code == 0
    assert "same versions" in shown(result)


def test_a_real_dask_cluster_of_worker_processes_is_examined():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as local:
        result = cluster.examine(local.scheduler_address, seconds=60)
    assert [machine.workers for machine in result.machines] == [2]
    assert result.silent == []
    assert result.differences == []
    assert result.machines[0].findings


def test_workers_of_one_host_in_two_pythons_are_two_machines():
    answers = {
        "tcp://w:1": answer("node1", "ubuntu-rtx3060-tf"),
        "tcp://w:2": answer("node1", "ubuntu-rtx3060-torch"),
    }
    answers["tcp://w:2"]["snapshot"]["facts"]["python.executable"]["value"] = "/opt/other/bin/python"
    result = cluster.summarise(answers)
    assert [m.host for m in result.machines] == [
        "node1 (/home/user/venv/bin/python)",
        "node1 (/opt/other/bin/python)",
    ]
    assert any(d.name == "packages.installed torch" for d in result.differences)


@pytest.mark.skipif(os.name == "nt", reason="needs POSIX signals")
def test_a_worker_that_hangs_is_named_and_not_waited_for():
    distributed = pytest.importorskip("distributed")
    with distributed.LocalCluster(
        n_workers=3, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1"
    ) as local:
        stuck = local.workers[1]
        address = stuck.worker_address
        os.kill(stuck.pid, signal.SIGSTOP)
        try:
            result = cluster.examine(local.scheduler_address, seconds=60, limit=15)
        finally:
            os.kill(stuck.pid, signal.SIGCONT)
    assert result.silent == [address]
    assert [machine.workers for machine in result.machines] == [2]
    assert result.exit_code != 0


def test_no_scheduler_is_one_message():
    pytest.importorskip("distributed")
    with pytest.raises(UserError, match="No Dask scheduler"):
        cluster.examine("tcp://127.0.0.1:9", seconds=1)
