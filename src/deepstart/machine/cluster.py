"""Many machines: the probes on every worker of a Dask cluster, one table, and what differs.

`Client.run` starts the probes on all workers at once; workers on one host in one Python see the same
machine and count as one. Nothing is installed on them: they need deepstart in the Python that runs the
worker. A worker that does not answer is named and not waited for.
"""

from typing import Any, Dict, List, NamedTuple, Tuple

from deepstart.findings import Finding, UserError
from deepstart.machine import ladder
from deepstart.machine.facts import Facts

#: What should be the same on all machines of a cluster.
SHOULD_BE_EQUAL = (
    "os.name", "os.kernel", "driver.module_version", "python.version", "packages.installed",
    "framework.tensorflow", "framework.torch", "framework.jax", "env.variables", "cuda.toolkits",
    "cpu.model", "memory.total_mib",
)  # fmt: skip


class Machine(NamedTuple):
    """One host of the cluster: its workers, its facts, what was found."""

    host: str
    workers: int
    snapshot: Dict[str, Any]
    findings: List[Finding]

    @property
    def roots(self) -> List[str]:
        return ladder.roots(self.findings)


class Difference(NamedTuple):
    """A fact that is not the same everywhere: its values and the hosts that have each."""

    name: str
    values: Dict[str, List[str]]


class ClusterReport(NamedTuple):
    machines: List[Machine]
    silent: List[str]
    differences: List[Difference]

    @property
    def exit_code(self) -> int:
        """The worst of the machines' codes; a difference is a warning."""
        codes = [ladder.exit_code(machine.findings) for machine in self.machines]
        if 2 in codes:
            return 2
        if self.silent or not codes or 3 in codes:
            return 3
        return max([*codes, 1 if self.differences else 0])

    def as_json(self) -> Dict[str, Any]:
        from deepstart.machine import report

        return {
            "machines": [
                {"host": m.host, "workers": m.workers, **report.as_json(m.findings)} for m in self.machines
            ],
            "silent": self.silent,
            "differences": [d._asdict() for d in self.differences],
            "healthy": self.exit_code == 0,
        }


def look() -> Dict[str, Any]:
    """What runs on a worker: a snapshot, and the name of the host."""
    import socket

    from deepstart.machine.snapshot import take_snapshot

    return {"host": socket.gethostname(), "snapshot": take_snapshot()}


#: Seconds for all probes of a worker; the slowest, a hanging nvidia-smi, has 22.
LIMIT = 60.0


def examine(address: str, seconds: float = 10.0, limit: float = LIMIT) -> ClusterReport:
    """Examine every worker of the scheduler at this address.

    Args:
        seconds: how long the scheduler may take to answer the call.
        limit: how long a worker may take.

    Raises:
        UserError: Dask is not installed, or no scheduler answers there.
    """
    try:
        from distributed import Client
    except ImportError:
        raise UserError("doctor.no-dask") from None
    try:
        client = Client(address, timeout=seconds)
    except (OSError, TimeoutError, ValueError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise UserError("doctor.no-cluster", address=address, why=why) from None
    with client:
        workers = list(client.scheduler_info(n_workers=-1)["workers"])
        answers = client.sync(_ask_all, client, workers, limit)
    return summarise(answers)


async def _ask_all(client: Any, workers: List[str], limit: float) -> Dict[str, Any]:
    """What each worker answered, by its address; an exception for one that failed or was too slow."""
    import asyncio

    async def ask(worker: str) -> Any:
        try:
            answer = client.run(look, workers=[worker], on_error="return", nanny=False)
            return (await asyncio.wait_for(answer, limit)).get(worker)
        except Exception as error:  # a lost connection is an answer too
            return error

    return dict(zip(workers, await asyncio.gather(*(ask(worker) for worker in workers))))


def summarise(answers: Dict[str, Any]) -> ClusterReport:
    """The report on what the workers answered, by worker's address; an exception is an answer too."""
    silent = sorted(worker for worker, answer in answers.items() if not isinstance(answer, dict))
    groups: Dict[Tuple[str, str], List[Dict[str, Any]]] = {}
    for answer in answers.values():
        if isinstance(answer, dict):
            python = Facts(answer["snapshot"]).get("python.executable", "")
            groups.setdefault((answer["host"], python), []).append(answer["snapshot"])
    hosts = [host for host, _ in groups]
    machines = [
        Machine(
            host if hosts.count(host) == 1 else "%s (%s)" % (host, python),
            len(snapshots),
            snapshots[0],
            ladder.diagnose(snapshots[0]),
        )
        for (host, python), snapshots in sorted(groups.items())
    ]
    return ClusterReport(machines, silent, _differences(machines))


def _differences(machines: List[Machine]) -> List[Difference]:
    found = []
    for name in SHOULD_BE_EQUAL:
        rows = {machine.host: Facts(machine.snapshot).get(name) for machine in machines}
        if any(isinstance(value, dict) for value in rows.values()):
            found += _differences_inside(name, rows)
        elif len({str(value) for value in rows.values()}) > 1:
            found.append(Difference(name, _grouped(rows)))
    return found


def _differences_inside(name: str, rows: Dict[str, Any]) -> List[Difference]:
    """For facts that are tables (installed packages, variables): one difference an entry."""
    keys = sorted({key for value in rows.values() if isinstance(value, dict) for key in value})
    found = []
    for key in keys:
        values = {host: (value or {}).get(key) for host, value in rows.items()}
        if len({str(value) for value in values.values()}) > 1:
            found.append(Difference("%s %s" % (name, key), _grouped(values)))
    return found


def _grouped(rows: Dict[str, Any]) -> Dict[str, List[str]]:
    """Hosts by value, the value as short text."""
    groups: Dict[str, List[str]] = {}
    for host, value in sorted(rows.items()):
        groups.setdefault("-" if value is None else str(value)[:60], []).append(host)
    return groups
