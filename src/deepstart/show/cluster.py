"""The machines of a cluster in one table, and what differs between them."""

from rich.table import Table
from rich.text import Text

from deepstart.machine import ladder, report
from deepstart.machine.cluster import ClusterReport, Machine
from deepstart.show.terminal import STATUS_STYLE
from deepstart.words import text

STATUS_OF_CODE = {0: "pass", 1: "warn", 2: "fail", 3: "unknown"}


def show_cluster(console, result: ClusterReport) -> None:
    """One line a machine; then the roots in words; then what is not the same everywhere."""
    table = Table(title=text("doctor.cluster-title"), title_justify="left", box=None, padding=(0, 2, 0, 0))
    for name in (
        "",
        text("doctor.cluster-machine"),
        text("doctor.cluster-workers"),
        text("doctor.cluster-roots"),
    ):
        table.add_column(name, min_width=1)
    for machine in result.machines:
        table.add_row(*_row(machine))
    for worker in result.silent:
        table.add_row(Text("?", "magenta"), worker, "", text("doctor.cluster-nothing"))
    console.print(table)
    _show_roots(console, result)
    if not result.differences:
        console.print(text("doctor.cluster-equal"))
        return
    console.print(text("doctor.cluster-differs"), style="bold")
    for difference in result.differences[:40]:
        console.print("  " + difference.name, markup=False)
        for value, hosts in difference.values.items():
            console.print(f"    {value}: {', '.join(hosts)}", markup=False)


def _row(machine: Machine):
    code = ladder.exit_code(machine.findings)
    sign, style = STATUS_STYLE[STATUS_OF_CODE[code]]
    warned = [finding.id for finding in machine.findings if finding.status == "warn"]
    says = ", ".join(machine.roots or warned) or text("doctor.cluster-healthy")
    return Text(sign, style), machine.host, str(machine.workers), says


def _show_roots(console, result: ClusterReport) -> None:
    told = set()
    for machine in result.machines:
        for finding in machine.findings:
            if finding.status == "fail" and finding.id not in told:
                told.add(finding.id)
                console.print(f"  {finding.id}: {report.line(finding)}", markup=False)
