"""Markdown that nothing in a text can break out of."""

import re


def fenced(text: str, kind: str = "") -> str:
    """`text` as a block of code, with a fence longer than any back-ticks in it.

    >>> print(fenced("```", "python"))
    ````python
    ```
    ````
    """
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall(r"`+", text)), default=0))
    return "%s%s\n%s\n%s" % (fence, kind, text, fence)
