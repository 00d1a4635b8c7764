"""A failing script shrinks to what its failure needs."""

import ast
import subprocess
import sys

import pytest

from deepstart.findings import UserError
from deepstart.trouble.minimise import minimise
from deepstart.trouble.run_signature import signature

LONG = '''
import json, os, math
import helper_module

CONFIG = {"a": 1, "b": 2}


def load(n):
    """Not needed."""
    return list(range(n))


class Model:
    def __init__(self, width):
        self.width = width
        self.name = "net"

    def forward(self, x):
        total = 0
        for value in x:
            total += value * self.width
        if total > 3:
            print("large")
            table = {"k": total}
            return table["missing"]
        return total


if __name__ == "__main__":
    print("begin", CONFIG)
    data = load(5)
    with open(os.devnull) as f:
        text = f.read()
        model = Model(2)
        try:
            model.forward(data)
        finally:
            print("cleanup")
    print(json.dumps({}), math.pi)
'''


@pytest.fixture
def script(tmp_path):
    (tmp_path / "helper_module.py").write_text("x = 1\n")
    path = tmp_path / "train.py"
    path.write_text(LONG)
    return path


def test_the_failure_stays_and_the_rest_goes(script):
    small = minimise(str(script), limit=60)
    assert small.signature == ("KeyError", "'missing'", "forward")
    assert not small.out_of_time
    assert (small.before, small.after <= 14) == (29, True), small.code
    for gone in ("json", "helper_module", "CONFIG", "print", "devnull", "cleanup", "width *"):
        assert gone not in small.code
    again = subprocess.run([sys.executable, "-c", small.code], capture_output=True, text=True)
    assert signature(again.stderr) == small.signature
    assert small.output.rstrip().endswith("KeyError: 'missing'")
    assert script.read_text() == LONG


def test_what_is_left_cannot_lose_one_more_statement(script):
    small = minimise(str(script), limit=60)
    tree = ast.parse(small.code)
    for i in range(len(tree.body)):
        less = ast.Module([*tree.body[:i], *tree.body[i + 1 :]], [])
        output = subprocess.run([sys.executable, "-c", ast.unparse(less)], capture_output=True, text=True)
        assert signature(output.stderr) != small.signature


def test_the_time_limit_ends_it_with_the_best_so_far(script):
    small = minimise(str(script), limit=0)
    assert small.out_of_time
    assert (small.tries, small.after) == (1, small.before)


def test_imports_and_files_of_the_script_s_folder_are_found(script):
    script.write_text("import sys\nimport helper_module\nassert len(sys.argv) == 2\nhelper_module.nothing\n")
    small = minimise(str(script), ["argument"], limit=30)
    assert small.code == "import helper_module\nhelper_module.nothing\n"


@pytest.mark.parametrize(
    ("content", "word"),
    [("print(1)\n", "without an error"), ("def (\n", "no Python"), (None, "cannot be read")],
)
def test_what_cannot_be_shrunk_is_told(tmp_path, content, word):
    path = tmp_path / "x.py"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UserError, match=word):
        minimise(str(path))
