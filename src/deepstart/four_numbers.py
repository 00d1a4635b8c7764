"""Whether four numbers with dots are an address or a version: 10.1.2.3 may be either.

What stands around them decides first (a port, a prefix length, `ssh`, `==`, `version`), then the
range: 192.168.x.x and 172.16.x.x to 172.31.x.x are hardly ever versions, 10.x.x.x is one of a few
libraries' (cuRAND 10.3.5.147, TensorRT 10.0.1.6), and above 40 only drivers and the like count that
far. Private ranges: RFC 1918. Standard library only, Python 3.8 syntax.
"""

import ipaddress
from typing import List, Match

from deepstart.late_pattern import LatePattern

LINE_BEFORE = 90  # letters before the numbers that are looked at
LIST_BEFORE = 4000  # likewise for the list that pip prints: (from versions: 10.0.1.6, 10.1.0.27, ...)

#: Clauses of a requirement: nothing else is written so.
_CLAUSE = LatePattern(r"[=<>~^!]=\s{0,2}[\"']?$|[\w\])*\"']\s?[<>~^]\s{0,2}\d{0,3}$")

_ADDRESS_BEFORE = LatePattern(
    r"(?i)(?://|@|\\\\|\b(?:ip|to|at|on|via|dns|tcp|udp|ssh|scp|http|https|curl|telnet|src|dst"
    r"|(?:eth|en[ops]|bond|ib|docker)\d+)[\s:=(\[\"']{1,4}"
    r"|(?:\b|_)(?:inet6?|ips?|hosts?|addr|address|endpoint|from|peers?|servers?|nameserver|listen|connect|gateway"
    r"|bind|route|ping|nodes?|workers?|master|client|remote|ranks?|port|proxy|subnet|netmask|broadcast|socket)"
    r"(?:_(?:addr|address|ip|host|name))?(?:ed|ing|ion)?[\s:=(\[\"',]{1,4})$"
)
_ADDRESS_AFTER = LatePattern(
    r"\A(?::\d{2,5}\b|/\d{1,2}\b(?![./])|<\d"
    r"|[\"')\]]{0,2},?\s(?:port|netmask|refused|timed out|unreachable|is down)\b)",
    ": / < port netmask refused timed unreachable down",
)

#: Libraries, drivers and tools that are counted in four numbers, with what may stand around their names.
_COUNTED = (
    r"(?<![A-Za-z])(?:nvidia[-_ ])?(?:lib)?"
    r"(?:cu(?:da|dnn|blas|fft|rand|solver|sparse|pti|tensor|file|dss)\w*|npp|nvjpeg|nvgraph|nccl|nvrtc|nvjitlink|nvtx"
    r"|tensorrt|trt|cutlass|mkl|onednn|openvino|opencv|openssl|gcc|glibc|miopen|rocm|vbios|firmware|chrome|edge|excel"
    r"|driver|toolkit|build|kernel)"
    r"(?:[-_](?:dev|libs?|bindings|runtime|dispatch|toolkit|cu\d{1,2})){0,3}"
    r"(?:[ _-](?:version|runtime|library|api|toolkit))?[\"']?[\s_-]{0,40}[:=(@]{0,2}\s{0,4}[\"'(\[]?"
)
#: What stands before a version, whatever its numbers are.
_VERSION_BEFORE = LatePattern(
    r"(?i)(?:\bversions?[\w ]{0,12}[:=]?\s{0,4}[\"'(]?|\bv(?:er)?\.?\s?|\brel(?:ease)?\s{0,4}|\brev(?:ision)?\s{0,2}"
    r"|\.(?:dll|so)[ \t]{1,4}|\bvs\.?\s|\b(?:source was )?compiled with:?\s{0,3}|\bruntime:?\s"
    r"|[=<>~!]=?\s?\d[\w.*]{0,20},?\s(?:but\s)?(?:found|got|have|has|installed|you have)(?: version)?:?\s"
    r"|\(from [^()\n]{1,80}\)\s\("  # pip: requirement already satisfied
    r"|\b(?:upgrad|updat|downgrad)\w{1,4}\s[^\n]{0,80}(?:from|to)\s|%s)$" % _COUNTED
)
#: What stands before a version of small numbers too: any name, as in the tables of pip and conda.
_NAME_BEFORE = LatePattern(
    r"(?i)(?:=\s{0,2}|[a-z]\w{1,40}(?:[-_]\w{1,30}){1,6}[ \t]{1,40}[\"'(]?|(?<![\w/:.])[a-z][\w.]{1,40}[ \t]{2,40}"
    r"|[a-z]\w{1,40}[-_]|\bfile\s|[a-z]\w{1,40}[\"']:\s[\"']|(?<![\w/:.])[a-z]\w{1,40}[-_][\w-]{1,60}\s\()$"
)


def harmless_address(text: str) -> bool:
    """Loopback, unspecified and broadcast addresses name no machine."""
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified or text.startswith("255.")


def names_no_machine(match: Match[str]) -> bool:
    """Whether four numbers with dots are a version, or an address that says nothing about anybody.

    Args:
        match: of the four numbers, within the text around them.
    """
    numbers = [int(n) for n in match.group().split(".")]
    if max(numbers) > 255 or harmless_address(match.group()):
        return True
    text, start, end = match.string, match.start(), match.end()
    before = text[max(0, start - LINE_BEFORE) : start].rpartition("\n")[2]
    after = text[end : end + 20]
    if _CLAUSE.search(before) and not after.startswith(">"):
        return True
    if _ADDRESS_AFTER.search(after):
        return False
    if _VERSION_BEFORE.search(before) or _in_list_of_versions(text, start):
        return not never_a_version(match.group())
    if _ADDRESS_BEFORE.search(before):
        return False
    return _counts_low(numbers) and _NAME_BEFORE.search(before) is not None


def _in_list_of_versions(text: str, start: int) -> bool:
    low = text.rfind("versions:", max(0, start - LIST_BEFORE), start)
    return low >= 0 and not any(end in text[low:start] for end in ")\n")


def never_a_version(text: str) -> bool:
    """Whether it lies in a private range that no version has been seen in.

    >>> [never_a_version(text) for text in ("192.168.1.5", "172.20.0.2", "10.3.5.147", "192.1")]
    [True, True, False, False]
    """
    first, second, *rest = [*text.split("."), "", ""]
    private = (first == "192" and second == "168") or (first == "172" and second in _MIDDLE_OF_172)
    return private and len(rest) == 4


_MIDDLE_OF_172 = [str(n) for n in range(16, 32)]


def _counts_low(numbers: List[int]) -> bool:
    """Whether a name alone makes it a version: below 40, and outside the private range 10.x.x.x."""
    return numbers[0] < 40 and numbers[0] != 10
