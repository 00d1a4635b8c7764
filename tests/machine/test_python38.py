"""What runs inside doctor.pyz needs nothing newer than Python 3.8."""

import subprocess
import sys
from pathlib import Path

SOURCE = Path(__file__).parents[2] / "src" / "deepstart"
PARTS = ("machine", "causes", "findings.py", "redact.py", "four_numbers.py", "late_pattern.py", "words")


def test_syntax_and_library_are_those_of_python_38():
    checked = [str(SOURCE / part) for part in PARTS]
    command = [sys.executable, "-c", "import vermin; vermin.main()", "-t=3.8-", "--no-tips", *checked]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stdout


def test_the_machine_part_imports_the_standard_library_only():
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]);"
        "from deepstart.machine import take_snapshot, diagnose; diagnose(take_snapshot());"
        "print([m for m in ('rich', 'typer', 'numpy', 'packaging', 'tensorflow') if m in sys.modules])"
    )
    command = [sys.executable, "-S", "-c", code, str(SOURCE.parent)]
    assert subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip() == "[]"
