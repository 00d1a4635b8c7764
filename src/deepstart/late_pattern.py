"""Regular expressions that are compiled when a text first needs them.

Compiling the many patterns of `redact` takes longer than a whole short run of `explain`, and most
texts hold nothing that most of them look for. Standard library only, Python 3.8 syntax.
"""

import re
from typing import Any, Match, Optional, Pattern


class LatePattern:
    """A pattern that is compiled at its first use, and only for a text that holds one of its signs.

    Args:
        regex: as for `re.compile`.
        signs: literals in lower case, by spaces; whatever the pattern matches holds one. Empty: any text may.
    """

    def __init__(self, regex: str, signs: str = ""):
        self.regex, self.signs = regex, tuple(signs.split())
        self._compiled: Optional[Pattern[str]] = None

    @property
    def compiled(self) -> Pattern[str]:
        if self._compiled is None:
            self._compiled = re.compile(self.regex)
        return self._compiled

    def may_match(self, text: str) -> bool:
        """Whether the text holds a sign, as any text does that the pattern matches."""
        if not self.signs:
            return True
        low = text.casefold()  # as case is ignored in patterns: the long s is an s
        return any(sign in low for sign in self.signs)

    def sub(self, replace: Any, text: str) -> str:
        return self.compiled.sub(replace, text) if self.may_match(text) else text

    def search(self, text: str) -> Optional[Match[str]]:
        return self.compiled.search(text) if self.may_match(text) else None

    def fullmatch(self, text: str) -> Optional[Match[str]]:
        return self.compiled.fullmatch(text) if self.may_match(text) else None
