"""Shrinks a failing script: takes statements away while the same failure stays.

Delta debugging (Zeller, Hildebrandt: Simplifying and Isolating Failure-Inducing Input, IEEE TSE 28,
2002) on the statements of the syntax tree, outer blocks first. The script's code is run many times,
in its own folder; what it writes, it writes again.
"""

import ast
import copy
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Callable, Iterator, List, NamedTuple, Optional, Sequence, Set, Tuple

from deepstart.findings import UserError, reason_of
from deepstart.trouble.run_signature import Signature, signature

#: Runs a file as a script of another folder would run: its imports and data are found.
_RUNNER = (
    "import sys; sys.argv = sys.argv[1:]; f = sys.argv[0]; sys.path[0] = {folder!r}; "
    "exec(compile(open(f, encoding='utf-8').read(), f, 'exec'), "
    "{{'__name__': '__main__', '__file__': f, '__builtins__': __builtins__}})"
)


class Minimal(NamedTuple):
    """The shrunk script and how it got there.

    Args:
        code: the smallest script found that still fails in the same way.
        output: what that very script printed.
        before, after: statements in it.
        tries: runs that it took.
        out_of_time: whether more might have been removable.
    """

    code: str
    output: str
    signature: Signature
    before: int
    after: int
    tries: int
    seconds: float
    out_of_time: bool


def minimise(
    path: str,
    arguments: Sequence[str] = (),
    python: str = "",
    limit: float = 300,
    run: Optional[Callable[[str], str]] = None,
) -> Minimal:
    """Shrink the script at `path` while its failure keeps its signature.

    Args:
        arguments: for the script.
        python: the interpreter; our own when absent.
        limit: seconds for all of it; the first run always ends.
        run: gives the output of a code; runs it for real when absent.

    Raises:
        UserError: no such file, no Python, or it does not fail.
    """
    begun = time.monotonic()
    tree = parsed(path)
    run = run or _runner(path, arguments, python or sys.executable)
    output = run(ast.unparse(tree))
    wanted = signature(output)
    if not wanted.kind:
        raise UserError("report.does-not-fail", path=path)
    search = _Search(tree, run, wanted, begun + limit, output)
    search.shrink()
    return Minimal(
        ast.unparse(search.best) + "\n",
        search.output,
        wanted,
        _count(tree),
        _count(search.best),
        search.tries + 1,
        time.monotonic() - begun,
        search.out_of_time(),
    )


def parsed(path: str) -> ast.Module:
    """The script at `path`.

    Raises:
        UserError: it cannot be read, or is no Python.
    """
    try:
        return ast.parse(Path(path).read_bytes(), path)
    except OSError as error:
        raise UserError("report.cannot-read", path=path, why=reason_of(error)) from None
    except (SyntaxError, ValueError) as error:
        raise UserError("report.no-python", path=path, why=error) from None


def _count(tree: ast.Module) -> int:
    return sum(isinstance(node, ast.stmt) for node in ast.walk(tree))


def _runner(path: str, arguments: Sequence[str], python: str) -> Callable[[str], str]:
    """A function that runs a code in the script's place; a run may take ten times as long as the first."""
    folder = str(Path(path).resolve().parent)
    longest: List[float] = []

    def run(code: str) -> str:
        with tempfile.TemporaryDirectory(prefix="deepstart-") as place:
            file = Path(place, Path(path).name)
            file.write_text(code, encoding="utf-8")
            words = [python, "-c", _RUNNER.format(folder=folder), str(file), *arguments]
            begun = time.monotonic()
            try:
                ended = subprocess.run(
                    words,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    timeout=longest[0] if longest else None,
                )
            except subprocess.TimeoutExpired:
                return ""
            longest.append(10 + 10 * (time.monotonic() - begun))
        text = ended.stdout.decode("utf-8", "replace").replace(place + os.sep, "")
        if ended.returncode < 0:
            from deepstart.trouble.run import _last_words

            text += _last_words(ended.returncode)
        return text if ended.returncode else ""

    return run


class _Search:
    """The search for a smaller tree: `best` is the smallest one so far that still fails."""

    def __init__(
        self, tree: ast.Module, run: Callable[[str], str], wanted: Signature, until: float, output: str
    ):
        self.best, self.run, self.wanted, self.until, self.output = tree, run, wanted, until, output
        self.tries = 0
        self.known: Set[str] = {ast.unparse(tree)}

    def out_of_time(self) -> bool:
        return time.monotonic() >= self.until

    def shrink(self) -> None:
        """Take away and unwrap until nothing more goes, or the time is up."""
        before = -1
        while before != _count(self.best) and not self.out_of_time():
            before = _count(self.best)
            depth = 0
            while (blocks := _blocks(self.best, depth)) and not self.out_of_time():
                for index in range(len(blocks)):
                    self._reduce_block(depth, index)
                depth += 1
            self._unwrap_all()

    def _reduce_block(self, depth: int, index: int) -> None:
        """Delta debugging on the statements of one block: ever smaller pieces are left out."""
        pieces = 2
        while not self.out_of_time():
            blocks = _blocks(self.best, depth)
            n = len(blocks[index]) if index < len(blocks) else 0
            if n < 1 or (n == 1 and isinstance(blocks[index][0], ast.Pass)):
                return
            size = max(1, n // pieces)
            # From the end: what comes after the failure goes first and at once.
            starts = range((n - 1) // size * size, -1, -size)
            if not any(self._try(self._without(depth, index, start, start + size)) for start in starts):
                if size == 1:
                    return
                pieces *= 2

    def _without(self, depth: int, index: int, start: int, stop: int) -> ast.Module:
        tree = copy.deepcopy(self.best)
        block = _blocks(tree, depth)[index]
        del block[start:stop]
        if not block and depth:
            block.append(ast.Pass())
        return tree

    def _unwrap_all(self) -> None:
        """Replace `if`, `with`, `for`, `try` by what is inside."""
        position = 0
        while not self.out_of_time():
            tree = copy.deepcopy(self.best)
            wrapped = [
                (block, i)
                for block in _all_blocks(tree)
                for i, statement in enumerate(block)
                if isinstance(statement, (ast.If, ast.With, ast.For, ast.While, ast.Try))
            ]
            if position >= len(wrapped):
                return
            block, i = wrapped[position]
            block[i : i + 1] = block[i].body  # type: ignore[attr-defined]
            if not self._try(tree):
                position += 1

    def _try(self, tree: ast.Module) -> bool:
        """Whether this tree fails in the same way; then it is the best."""
        code = ast.unparse(tree)
        if code in self.known or self.out_of_time() or _lacks_a_name(tree, self.best):
            return False
        self.known.add(code)
        self.tries += 1
        output = self.run(code)
        if signature(output) != self.wanted:
            return False
        self.best, self.output = tree, output
        return True


def _blocks(tree: ast.Module, depth: int) -> List[List[ast.stmt]]:
    """The blocks of statements at one depth; the module's own is at depth 0."""
    level: List[List[ast.stmt]] = [tree.body]
    for _ in range(depth):
        level = [inner for block in level for statement in block for inner in _inner(statement)]
    return level


def _inner(statement: ast.stmt) -> Iterator[List[ast.stmt]]:
    for name in ("body", "orelse", "finalbody"):
        block = getattr(statement, name, None)
        if isinstance(block, list) and block and (name == "body" or len(block)):
            yield block
    for handler in getattr(statement, "handlers", ()):
        yield handler.body


def _all_blocks(tree: ast.Module) -> List[List[ast.stmt]]:
    blocks, depth = [], 0
    while level := _blocks(tree, depth):
        blocks += level
        depth += 1
    return blocks


def _lacks_a_name(tree: ast.Module, before: ast.Module) -> bool:
    """Whether a name is used that lost its last definition: that could only fail in another way."""
    defined, used = _names(tree)
    defined_before, used_before = _names(before)
    return bool((used - defined) & defined_before - (used_before - defined_before))


def _names(tree: ast.Module) -> Tuple[Set[str], Set[str]]:
    defined: Set[str] = set()
    used: Set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else defined).add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.ClassDef, ast.AsyncFunctionDef)):
            defined.add(node.name)
        elif isinstance(node, ast.alias):
            defined.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.arg):
            defined.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            defined.add(node.name)
    return defined, used
