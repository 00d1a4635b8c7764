"""Takes out of a snapshot what is nobody's business: people, machines, secrets, serial numbers.

The same secret becomes the same placeholder. What a diagnosis needs stays: package versions (which
look like IP addresses), paths below the home folder, models, driver and library versions.
"""

import getpass
import os
import re
import socket
from typing import Any, List, Pattern, Tuple

from deepstart.machine.system import System

#: Account names that say nothing about a person.
NOBODY = {
    "root",
    "ubuntu",
    "user",
    "colab",
    "jovyan",
    "runner",
    "admin",
    "vscode",
    "kaggle",
    "home",
    "python",
    "nobody",
}
#: Host names that say nothing either.
NOWHERE = {
    "localhost",
    "vm",
    "host",
    "colab",
    "docker",
    "linux",
    "ubuntu",
    "debian",
    "server",
    "desktop",
    "python",
}

_RULES: Tuple[Tuple[str, str], ...] = (
    (r"(?i)\b([A-Z]:\\+Users\\+)[^\\/:*?\"<>|\s]+", r"\1<user>"),
    (r"((?:/mnt/[a-z])?/(?:home|Users)/)(?!linuxbrew\b)[^/\s:;\"']+", r"\1<user>"),
    (r"\b([a-z][a-z0-9+.-]*://)[^/\s:@]+(?::[^/\s@]*)?@", r"\1<credentials>@"),
    (r"\bhf_[A-Za-z0-9]{8,}", "<token>"),
    (r"\b(?:ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{8,}|\bgithub_pat_[A-Za-z0-9_]{8,}", "<token>"),
    (r"\bsk-[A-Za-z0-9_-]{8,}", "<token>"),
    (r"\bAKIA[0-9A-Z]{12,}|\bAIza[0-9A-Za-z_-]{20,}", "<token>"),
    (r"\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]+)?", "<token>"),
    (r"(?i)\b(bearer\s+)[A-Za-z0-9._~+/-]{8,}=*", r"\1<token>"),
    (r"(?i)([?&;](?:token|key|password|secret|access_token)=)[^&\s]+", r"\1<token>"),
    (r"(/t/)[^/\s]{8,}(/)", r"\1<token>\2"),
    (r"(?i)\b(?:GPU|MIG)-[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "<gpu-id>"),
    (r"(?i)\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b", "<uuid>"),
    (r"(?i)\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b", "<mac>"),
    (r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,}\b", "<e-mail>"),
    # An address stands after :// or alone; 12.1.3.1 after ==, a dash or a letter is a version.
    (r"(://)(?!127\.)\d{1,3}(?:\.\d{1,3}){3}\b", r"\1<address>"),
)


class Redactor:
    """Knows this user and this machine by name, and the shapes that secrets have.

    Args:
        home: the user's home folder, which becomes `~`.
        names: whole words to mask, each with its placeholder.
    """

    def __init__(self, home: str = "", names: Tuple[Tuple[str, str], ...] = ()):
        rules: List[Tuple[Pattern[str], str]] = []
        if len(home) > 5:  # a root user's home is /root, which names nobody
            rules.append((re.compile(re.escape(home) + r"(?=$|[/\\:;\s\"'])"), "~"))
        rules += [(re.compile(pattern), replacement) for pattern, replacement in _RULES]
        for name, placeholder in names:
            rules.append((re.compile(r"(?<![\w.-])%s(?![\w-])" % re.escape(name)), placeholder))
        self.rules = rules

    @classmethod
    def of(cls, system: System) -> "Redactor":
        """The redactor for this user on this machine."""
        names = [
            (_quietly(getpass.getuser), "<user>", NOBODY),
            (_quietly(socket.gethostname), "<host>", NOWHERE),
        ]
        return cls(
            system.home, tuple((n, p) for n, p, public in names if len(n) > 2 and n.lower() not in public)
        )

    def text(self, text: str) -> str:
        """One text with everything private masked."""
        for rule, replacement in self.rules:
            text = rule.sub(replacement, text)
        return text

    def clean(self, value: Any) -> Any:
        """A value with every text in it masked, names of entries included."""
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.text(k) if isinstance(k, str) else k: self.clean(v) for k, v in value.items()}
        if isinstance(value, (list, tuple)):
            return [self.clean(item) for item in value]
        return value


def _quietly(ask) -> str:
    try:
        return str(ask() or "")
    except (OSError, KeyError, ImportError):
        return os.environ.get("USER", "")
