"""The skill graph as a picture: layers from top to bottom, as many columns as the page is wide.

Own layered layout in four moves: layers of bounded width, bends where an arrow passes a layer,
order within layers by the mean of the neighbours, places by pulling each node over its neighbours.

Source:
    Sugiyama, Tagawa, Toda: Methods for Visual Understanding of Hierarchical System Structures (1981).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from rich.cells import cell_len

#: Sizes in units of the picture.
NODE_WIDTH, NODE_HEIGHT, GAP, LAYER_GAP, BEND = 164, 54, 16, 38, 14
MARGIN = 8
LINE_CELLS = 20
SWEEPS = 12


@dataclass(frozen=True)
class Box:
    """A node to draw: `state` is `done`, `next` or `todo`; `hue` in degrees; `note` its second line."""

    id: str
    label: str
    note: str
    state: str
    hue: int
    href: str = ""


@dataclass
class _Point:
    """A node or a bend on its layer; `x` is its centre."""

    id: str
    width: float
    x: float = 0.0


def shortest_arrows(needs: Mapping[str, Iterable[str]]) -> list[tuple[str, str]]:
    """The arrows that no longer way implies."""
    above: dict[str, set[str]] = {}
    for node, parents in needs.items():
        above[node] = set(parents).union(*(above[p] for p in parents))
    return [
        (p, node)
        for node, parents in needs.items()
        for p in parents
        if not any(p in above[q] for q in parents if q != p)
    ]


def layers_of(needs: Mapping[str, Iterable[str]], columns: int) -> list[list[str]]:
    """Nodes on layers of at most `columns`, each below its parents; `needs` lists parents first."""
    layer: dict[str, int] = {}
    rows: list[list[str]] = []
    for node, parents in needs.items():
        at = max((layer[p] + 1 for p in parents), default=0)
        while at < len(rows) and len(rows[at]) >= columns:
            at += 1
        if at == len(rows):
            rows.append([])
        rows[at].append(node)
        layer[node] = at
    return rows


def with_bends(rows: list[list[str]], arrows: Iterable[tuple[str, str]]):
    """Rows of points with a bend on each layer that an arrow passes, and each arrow's points."""
    at = {node: i for i, row in enumerate(rows) for node in row}
    points = [[_Point(n, NODE_WIDTH) for n in row] for row in rows]
    by_id = {p.id: p for row in points for p in row}
    # Arrows from one node share their bends: one line that branches, not many side by side.
    chains = []
    for start, end in sorted(arrows, key=lambda arrow: at[arrow[1]]):
        chain = [by_id[start]]
        for i in range(at[start] + 1, at[end]):
            key = f"{start}|{i}"
            if key not in by_id:
                by_id[key] = _Point(key, BEND)
                points[i].append(by_id[key])
            chain.append(by_id[key])
        chains.append([*chain, by_id[end]])
    return points, chains


def neighbours_of(chains) -> tuple[dict[str, list[_Point]], dict[str, list[_Point]]]:
    """For each point, the points above and below it that a line joins to it."""
    up: dict[str, list[_Point]] = {}
    down: dict[str, list[_Point]] = {}
    for chain in chains:
        for a, b in zip(chain, chain[1:], strict=False):
            if a not in up.setdefault(b.id, []):
                up[b.id].append(a)
                down.setdefault(a.id, []).append(b)
    return up, down


def row_width(row: list[_Point]) -> float:
    """Width of a row whose points stand side by side."""
    return sum(p.width for p in row) + GAP * (len(row) - 1)


def spread(row: list[_Point], width: float) -> None:
    """Push the points of a row apart, as little as it takes, in their order and between 0 and `width`."""
    edge = 0.0
    for p in row:
        p.x = max(p.x, edge + p.width / 2)
        edge = p.x + p.width / 2 + GAP
    edge = width
    for p in reversed(row):
        p.x = min(p.x, edge - p.width / 2)
        edge = p.x - p.width / 2 - GAP


def mean_x(points: Sequence[_Point]) -> float | None:
    return sum(p.x for p in points) / len(points) if points else None


def place(points: list[list[_Point]], chains) -> None:
    """Give every point its place across: sweeps down and up, each towards the neighbours' mean."""
    up, down = neighbours_of(chains)
    width = max((row_width(row) for row in points), default=0.0)
    for row in points:
        for p in row:
            p.x = width / 2
        spread(row, width)
    for sweep in range(SWEEPS):
        downwards = sweep % 2 == 0
        for row in points if downwards else reversed(points):
            side = up if downwards else down
            for p in row:
                middle = mean_x(side.get(p.id, []))
                p.x = p.x if middle is None else middle
            row.sort(key=lambda p: p.x)
            spread(row, width)


def wrapped(label: str) -> list[str]:
    """A label on one or two lines, broken at a space or a Chinese sign, else between two characters."""
    if cell_len(label) <= LINE_CELLS:
        return [label]
    best = None
    for i in range(1, len(label)):
        gap = label[i - 1] in " ：:、，/" or label[i] in "（与和"
        free = gap or (ord(label[i - 1]) > 0x2E7F and ord(label[i]) > 0x2E7F)
        if free and label[i] not in "，、：）":
            # A break inside a word reads badly: any gap is better, as long as both lines fit.
            inside = 0 if gap else LINE_CELLS
            longest = max(cell_len(label[:i]), cell_len(label[i:]))
            uneven = (
                abs(cell_len(label[:i]) - cell_len(label[i:])) + inside + 9 * max(0, longest - LINE_CELLS)
            )
            if best is None or uneven < best[0]:
                best = (uneven, i)
    if best is None:
        return [label]
    return [label[: best[1]].strip(), label[best[1] :].strip()]


def draw_box(box: Box, x: float, y: float) -> str:
    """One node, its label kept as text."""
    lines = wrapped(box.label)
    top = y + (21 if len(lines) == 1 else 14)
    left = x - NODE_WIDTH / 2
    # A label that is too wide for its box is squeezed rather than cut.
    texts = [
        f'<text x="{x:.1f}" y="{top + 14 * i:.1f}"{_squeeze(line)}>{escape(line)}</text>'
        for i, line in enumerate(lines)
    ]
    below = f'x="{x:.1f}" y="{y + NODE_HEIGHT - 8:.1f}"{_squeeze(box.note, small=True)}'
    note = f'<text class="note" {below}>{escape(box.note)}</text>'
    shape = (
        f'<rect class="{box.state}" x="{left:.1f}" y="{y:.1f}" '
        f'width="{NODE_WIDTH}" height="{NODE_HEIGHT}" rx="9"/>'
        f'<rect x="{left:.1f}" y="{y + 8:.1f}" width="4" height="{NODE_HEIGHT - 16}" rx="2" '
        f'style="fill:hsl({box.hue} 60% 50%)"/>'
    )
    inner = f"<g>{shape}{''.join(texts)}{note}</g>"
    return f'<a href="{escape(box.href)}">{inner}</a>' if box.href else inner


def _squeeze(line: str, small: bool = False) -> str:
    """What narrows a line that would not fit; letters are about 7 wide, Chinese characters 12.5."""
    width = sum(12.5 if cell_len(letter) == 2 else 7.1 for letter in line) * (0.86 if small else 1)
    room = NODE_WIDTH - 24
    return f' textLength="{room}" lengthAdjust="spacingAndGlyphs"' if width > room else ""


def draw_arrow(chain: list[_Point], y_of: Mapping[str, float], tip: str) -> str:
    """A smooth line from the bottom of the first point through the bends to the top of the last."""
    x, y = chain[0].x, y_of[chain[0].id] + NODE_HEIGHT
    path = [f"M{x:.1f} {y:.1f}"]
    for p in chain[1:]:
        top = y_of[p.id]
        half = (y + top) / 2
        path.append(f"C{x:.1f} {half:.1f} {p.x:.1f} {half:.1f} {p.x:.1f} {top:.1f}")
        x, y = p.x, top
        if p.width == BEND:
            y = top + NODE_HEIGHT
            path.append(f"V{y:.1f}")
    return f'<path d="{"".join(path)}" marker-end="url(#{tip})"/>'


def graph_picture(boxes: Sequence[Box], needs: Mapping[str, Iterable[str]], columns: int, title: str) -> str:
    """The graph as SVG with its text kept as text.

    Args:
        boxes: the nodes, parents before children.
        needs: ids of the parents of each node, among the nodes.
        columns: most nodes side by side.
        title: what a screen reader says.
    """
    ordered = {b.id: [n for n in needs[b.id] if n in needs] for b in boxes}
    points, chains = with_bends(layers_of(ordered, columns), shortest_arrows(ordered))
    place(points, chains)
    flat = [p for row in points for p in row]
    left = min((p.x - p.width / 2 for p in flat), default=0) - MARGIN
    width = max((p.x + p.width / 2 for p in flat), default=0) + MARGIN - left
    for p in flat:
        p.x -= left
    y_of = {p.id: MARGIN + i * (NODE_HEIGHT + LAYER_GAP) for i, row in enumerate(points) for p in row}
    height = len(points) * (NODE_HEIGHT + LAYER_GAP) - LAYER_GAP + 2 * MARGIN
    by_id = {b.id: b for b in boxes}
    tip = f"tip{columns}"  # two pictures on a page must not share it: one of them is hidden
    drawn = [draw_arrow(chain, y_of, tip) for chain in chains]
    drawn += [draw_box(by_id[p.id], p.x, y_of[p.id]) for p in flat if p.id in by_id]
    return (
        f'<svg class="graph" viewBox="0 0 {width:.0f} {height:.0f}" style="max-width:{width:.0f}px" '
        f'role="img" aria-label="{escape(title)}" xmlns="http://www.w3.org/2000/svg">'
        f"<title>{escape(title)}</title><style>{STYLE}</style>{marker(tip)}{''.join(drawn)}</svg>"
    )


#: Colours come from the page where there is one; alone, the picture brings its own.
STYLE = (
    ".graph text{font:600 12.5px system-ui,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif;"
    "text-anchor:middle;fill:var(--ink,#1c2430)}"
    ".graph text.note{font-weight:400;font-size:11px;fill:var(--soft,#5a6675)}"
    ".graph path{fill:none;stroke:var(--soft,#8a96a5);stroke-width:1.2;opacity:.6}"
    ".graph marker path{fill:var(--soft,#8a96a5);stroke:none;opacity:1}"
    ".graph rect{fill:var(--panel,#f5f7fa);stroke:var(--line,#c6cfda)}"
    ".graph rect.next{stroke:var(--deep,#2f6fde);stroke-width:2.5}"
    ".graph rect.done{fill:none;stroke-dasharray:4 3}"
)


def marker(name: str) -> str:
    """The tip of an arrow."""
    return (
        f'<defs><marker id="{name}" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" '
        'orient="auto"><path d="M0 0L8 4L0 8z"/></marker></defs>'
    )
