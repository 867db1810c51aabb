"""The command-line clients that every scenario is run with."""
import fcntl
import os
import pty
import select
import shutil
import struct
import subprocess
import tempfile
import termios
import time

from .engine import BIN


def find(name):
    """Path of a client: ours, or the docker CLI 28 that is on the machine."""
    if name == "martlet":
        return BIN + "/docker"
    return os.environ.get("DOCKER28") or shutil.which(
        "docker", path=os.pathsep.join(p for p in os.environ["PATH"].split(os.pathsep) if p != BIN))


class Result:
    def __init__(self, args, status, out, err):
        self.args, self.status, self.out, self.err = args, status, out, err

    @property
    def text(self):
        return self.out.decode(errors="replace")

    @property
    def complaint(self):
        return self.err.decode(errors="replace")

    def __repr__(self):
        return f"<{' '.join(map(str, self.args))} -> {self.status}; out {self.out[-600:]!r}; err {self.err[-600:]!r}>"


class Client:
    def __init__(self, name, engine):
        self.name, self.path, self.engine = name, find(name), engine
        self.folder = tempfile.mkdtemp(prefix="mtc-")

    @property
    def is_ours(self):
        return self.name == "martlet"

    def environment(self, extra=None):
        """`extra`: None takes a variable out."""
        env = {key: value for key, value in os.environ.items() if not key.startswith("DOCKER_")}
        env |= {"DOCKER_HOST": self.engine.url, "DOCKER_CONFIG": self.folder, "DOCKER_BUILDKIT": "0",
                "DOCKER_CLI_HINTS": "false"} | (extra or {})
        return {key: value for key, value in env.items() if value is not None}

    def __call__(self, *args, input=b"", env=None, timeout=25, cwd=None):
        if isinstance(input, str):
            input = input.encode()
        done = subprocess.run([self.path, *map(str, args)], input=input, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              env=self.environment(env), timeout=timeout, cwd=cwd)
        return Result(args, done.returncode, done.stdout, done.stderr)

    def ok(self, *args, **more):
        """stdout without the last line end, of a command that must succeed."""
        result = self(*args, **more)
        assert result.status == 0, result
        return result.text.rstrip("\n")

    def fails(self, *args, **more):
        result = self(*args, **more)
        assert result.status != 0, result
        return result

    def popen(self, *args, env=None, **more):
        more = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more
        return subprocess.Popen([self.path, *map(str, args)], env=self.environment(env), **more)

    def terminal(self, *args, rows=33, columns=101):
        return Terminal([self.path, *map(str, args)], self.environment({"TERM": "xterm"}), rows, columns)

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)


class Terminal:
    """A client on a pseudo terminal."""

    def __init__(self, argv, env, rows, columns):
        self.master, slave = pty.openpty()
        self.resize(rows, columns)
        self.process = subprocess.Popen(argv, stdin=slave, stdout=slave, stderr=slave, env=env, start_new_session=True,
                                        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0))
        os.close(slave)
        self.seen = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        os.close(self.master)

    def resize(self, rows, columns):
        fcntl.ioctl(self.master, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))

    def send(self, data):
        os.write(self.master, data.encode() if isinstance(data, str) else data)

    def _read(self, seconds):
        if not select.select([self.master], [], [], seconds)[0]:
            return False
        try:
            chunk = os.read(self.master, 65536)
        except OSError:
            return False
        self.seen += chunk
        return bool(chunk)

    def expect(self, wanted, seconds=10):
        if isinstance(wanted, str):
            wanted = wanted.encode()
        end = time.monotonic() + seconds
        while wanted not in self.seen:
            if time.monotonic() > end or (not self._read(0.2) and self.process.poll() is not None and not self._read(0)):
                raise AssertionError(f"no {wanted!r} on the terminal, but {self.seen!r}")
        before, _, self.seen = self.seen.partition(wanted)
        return before

    def wait(self, seconds=15):
        """Exit status; what was printed until then is in `seen`."""
        end = time.monotonic() + seconds
        while self.process.poll() is None:
            if time.monotonic() > end:
                raise AssertionError(f"the client did not end; terminal: {self.seen!r}")
            self._read(0.05)
        while self._read(0):
            pass
        return self.process.returncode
