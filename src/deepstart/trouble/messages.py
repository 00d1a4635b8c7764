"""What the commonest messages of Python and its tables say, beyond the class of the exception.

One row a family of messages; its sentence stands in `words` as `explain.message.NAME`.
Standard library only, Python 3.8 syntax.
"""

import re
from typing import Optional

#: The first that fits decides, so the narrower ones come first.
MESSAGES = (
    (
        "source-not-utf8",
        r"Non-UTF-8 code starting with|\(unicode error\) 'utf-8' codec can't decode|encoding problem:",
    ),
    ("source-no-text", r"source code (?:string )?cannot contain null bytes"),
    ("script-not-found", r"^can't open file .*(?:\[Errno 2\]|No such file)"),
    ("script-not-allowed", r"^can't open file .*(?:\[Errno (?:1|13)\]|Permission denied|not permitted)"),
    ("script-not-opened", r"^can't open file "),
    ("started-with-ending", r"^__path__ attribute not found on "),
    ("package-not-startable", r"^No module named \S+; \S+ is a package and cannot be directly executed"),
    ("module-not-found", r"^No module named [^'\"\s]+$"),
    ("own-file-shadows", r"partially initialized module|most likely due to a circular import"),
    ("none-has-no-attribute", r"'NoneType' object has no attribute"),
    (
        "none-not-subscriptable",
        r"'NoneType' (?:object is not (?:subscript|iter|call)able|has no len)",
    ),
    ("not-callable", r"object is not callable"),
    ("not-subscriptable", r"object is not subscriptable"),
    ("not-iterable", r"object is not iterable|cannot unpack non-iterable"),
    ("argument-missing", r"missing \d+ required (?:positional|keyword-only) arguments?"),
    ("too-many-arguments", r"takes (?:from )?\d+ .{0,30}positional arguments? but \d+"),
    ("unknown-argument", r"got an unexpected keyword argument|multiple values for argument"),
    ("abstract-class", r"Can't instantiate abstract class"),
    (
        "operand-types",
        r"unsupported operand|can only concatenate|not supported between instances|must be str,",
    ),
    ("index-type", r"indices must be integers|only integers, slices"),
    ("unhashable", r"unhashable type"),
    ("unpack-count", r"not enough values to unpack|too many values to unpack"),
    ("number-from-text", r"invalid literal for int|could not convert string to float|Unknown format code"),
    ("truth-of-array", r"truth value of an? (?:array|Series|DataFrame)"),
    (
        "shapes-differ",
        r"could not be broadcast together|cannot reshape array|inhomogeneous shape|shapes .+ not aligned"
        r"|Length of values|same number of dimensions|must have same first dimension",
    ),
    ("rows-differ", r"inconsistent numbers of samples|All arrays must be of the same length"),
    ("changed-while-looping", r"changed size during iteration"),
    ("port-in-use", r"Address already in use"),
    ("not-json", r"is not JSON serializable"),
    ("cannot-pickle", r"[Cc]an(?:'t|not) pickle"),
    ("closed-file", r"I/O operation on closed file"),
    ("no-such-program", r"No such file or directory: '[^'/\\.]+'$"),
    ("missing-values", r"contains NaN|cannot convert float NaN"),
    ("no-table", r"no such table|relation .+ does not exist"),
    ("database-locked", r"database is locked"),
    ("running-event-loop", r"running event loop|event loop is already running"),
)

#: Families of what the interpreter says where it finds nothing to start; no traceback comes with it.
NOT_STARTED = (
    "script-not-found",
    "script-not-opened",
    "started-with-ending",
    "package-not-startable",
    "module-not-found",
)
#: Likewise where it finds the file and may not read it.
NOT_ALLOWED = "script-not-allowed"
#: Families whose sentence says all: what the class alone means (a bracket is missing) would mislead.
SAYS_ALL = ("source-not-utf8", "source-no-text", NOT_ALLOWED, *NOT_STARTED)


def family_of(message: str) -> Optional[str]:
    """The name of the family that a message belongs to.

    >>> family_of("'NoneType' object has no attribute 'shape'")
    'none-has-no-attribute'
    """
    for name, regex in MESSAGES:
        if re.search(regex, message):
            return name
    return None
