"""A computer that exists only as recorded files and outputs: what probes see of it is what was recorded."""

from deepstart.machine.system import Reply, System


class RecordedSystem(System):
    """Answers from dictionaries.

    Args:
        files: path -> content (text or bytes); None: it exists and may not be read.
        links: path -> where it points.
        commands: program -> Reply, or a function of its arguments that gives one.
        devices: path -> major number of a device file; what is not named cannot be told.
    """

    def __init__(
        self, platform="linux", files=None, links=None, commands=None, environ=None, home="/home/user",
        devices=None,
    ):  # fmt: skip
        super().__init__()
        self._platform, self._home = platform, home
        self.files, self.links, self.commands = dict(files or {}), dict(links or {}), dict(commands or {})
        self._environ, self.devices = dict(environ or {}), dict(devices or {})

    platform = property(lambda self: self._platform)
    environ = property(lambda self: self._environ)
    home = property(lambda self: self._home)
    executable = property(lambda self: "/home/user/venv/bin/python")
    folder = property(lambda self: self._home)

    def which(self, name):
        return name if name in self.commands else None

    def run(self, name, *arguments, limit=None):
        answer = self.commands.get(name, Reply("missing"))
        return answer(arguments) if callable(answer) else answer

    def read_bytes(self, path, cap=1 << 20):
        if path not in self.files:
            return Reply("missing")
        content = self.files[path]
        if content is None:
            return Reply("denied")
        return (content if isinstance(content, bytes) else content.encode())[:cap]

    def read_at(self, path, offset, size):
        content = self.read_bytes(path, 1 << 30)
        return content[offset : offset + size] if isinstance(content, bytes) else b""

    def size(self, path):
        content = self.files.get(path) or b""  # a file of which nothing was recorded but its name is whole
        return len(content if isinstance(content, bytes) else content.encode()) or None

    def names(self, folder):
        paths = [*self.files, *self.links]
        base = folder.rstrip("/") + "/"
        return sorted({p[len(base) :].split("/")[0] for p in paths if p.startswith(base)})

    def exists(self, path):
        return path in self.files or path in self.links or bool(self.names(path))

    def resolve(self, path):
        return self.links.get(path, path)

    def device(self, path):
        return self.devices.get(path)

    def may(self, path, mode):
        return self.files.get(path, "") is not None

    def space(self, folder):
        return None
