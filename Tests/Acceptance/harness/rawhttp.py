"""HTTP over a unix socket, plain enough to send what no library would."""
import http.client
import json
import os
import socket
import struct


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path, timeout=30):
        super().__init__("localhost", timeout=timeout)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self.path)


class Reply:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode(errors="replace")

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def message(self):
        """The error text, from either shape of error body."""
        try:
            return self.json["message"]
        except (ValueError, KeyError, TypeError):
            return self.text.rstrip("\n")

    def __repr__(self):
        return f"<{self.status} {self.body[:300]!r}>"


class Api:
    """One request a connection; `version` is put before the path."""

    def __init__(self, path, version=os.environ.get("API_VERSION", "v1.50")):
        self.path, self.version = path, version

    def request(self, method, path, body=None, headers=None, version=None, timeout=30):
        prefix = self.version if version is None else version
        connection = UnixConnection(self.path, timeout)
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, bytearray)) and not hasattr(body, "__next__"):
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        try:
            connection.request(method, (f"/{prefix}" if prefix else "") + path, body=body, headers=headers,
                               encode_chunked=headers.get("Transfer-Encoding") == "chunked")
            reply = connection.getresponse()
            return Reply(reply.status, reply.headers, reply.read())
        finally:
            connection.close()

    def get(self, path, **more):
        return self.request("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.request("POST", path, body, **more)

    def delete(self, path, **more):
        return self.request("DELETE", path, **more)

    def open(self, method, path, body=None, headers=None, timeout=30):
        """A streaming reply and its connection; the caller closes the connection."""
        connection = UnixConnection(self.path, timeout)
        headers = dict(headers or {})
        if body is not None:
            body = json.dumps(body).encode()
            headers.setdefault("Content-Type", "application/json")
        connection.request(method, f"/{self.version}{path}" if self.version else path, body=body, headers=headers)
        return connection, connection.getresponse()

    # The calls that nearly every test makes

    def create(self, image="busybox", cmd=("true",), name=None, host=None, **config):
        body = {"Image": image, "Cmd": list(cmd), "HostConfig": host or {}, **config}
        reply = self.post("/containers/create" + (f"?name={name}" if name else ""), body)
        assert reply.status == 201, reply
        return reply.json["Id"]

    def start(self, container):
        reply = self.post(f"/containers/{container}/start")
        assert reply.status == 204, reply

    def run(self, *args, **more):
        container = self.create(*args, **more)
        self.start(container)
        return container

    def wait(self, container):
        reply = self.post(f"/containers/{container}/wait")
        assert reply.status == 200, reply
        return reply.json["StatusCode"]

    def inspect(self, container):
        reply = self.get(f"/containers/{container}/json")
        assert reply.status == 200, reply
        return reply.json

    def output(self, *args, **more):
        """Runs to the end and removes: (exit status, stdout, stderr)."""
        container = self.run(*args, **more)
        try:
            status = self.wait(container)
            logs = self.get(f"/containers/{container}/logs?stdout=1&stderr=1")
            return (status, *split_frames(logs.body))
        finally:
            self.delete(f"/containers/{container}?force=1&v=1")

    def hijack(self, method, path, body=None, upgrade=True, headers="", timeout=20):
        """A raw connection after an attach or exec start: (status, headers, Hijacked)."""
        data = b"" if body is None else json.dumps(body).encode()
        prefix = f"/{self.version}" if self.version else ""
        head = f"{method} {prefix}{path} HTTP/1.1\r\nHost: docker\r\n"
        if upgrade:
            head += "Connection: Upgrade\r\nUpgrade: tcp\r\n"
        if body is not None:
            head += "Content-Type: application/json\r\n"
        head += f"{headers}Content-Length: {len(data)}\r\n\r\n"
        stream = Hijacked(self.path, timeout)
        stream.socket.sendall(head.encode() + data)
        status, found = stream.read_head()
        return status, found, stream


class Hijacked:
    def __init__(self, path, timeout):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(path)
        self.buffer = b""

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _fill(self):
        chunk = self.socket.recv(65536)
        self.buffer += chunk
        return bool(chunk)

    def read_head(self):
        while b"\r\n\r\n" not in self.buffer:
            if not self._fill():
                raise AssertionError(f"closed within the head: {self.buffer!r}")
        head, self.buffer = self.buffer.split(b"\r\n\r\n", 1)
        lines = head.decode().split("\r\n")
        headers = {}
        for line in lines[1:]:
            key, _, value = line.partition(":")
            headers[key.strip().lower()] = value.strip()
        return int(lines[0].split()[1]), headers

    def read_all(self):
        while self._fill():
            pass
        return self.buffer

    def read_until(self, wanted):
        while wanted not in self.buffer:
            if not self._fill():
                raise AssertionError(f"ended before {wanted!r}: {self.buffer!r}")
        return self.buffer

    def send(self, data):
        self.socket.sendall(data)

    def end_input(self):
        self.socket.shutdown(socket.SHUT_WR)


def frames(data):
    """[(stream, payload)] of a multiplexed stream; a rest that is no whole frame fails."""
    found = []
    while data:
        assert len(data) >= 8, f"half a frame head: {data!r}"
        kind, length = data[0], struct.unpack(">I", data[4:8])[0]
        assert kind in (0, 1, 2, 3) and data[1:4] == b"\0\0\0", f"not a frame: {data[:16]!r}"
        assert len(data) >= 8 + length, "half a frame"
        found.append((kind, data[8:8 + length]))
        data = data[8 + length:]
    return found


def split_frames(data):
    """(stdout, stderr) of a multiplexed stream."""
    found = frames(data)
    return b"".join(p for k, p in found if k == 1), b"".join(p for k, p in found if k == 2)
