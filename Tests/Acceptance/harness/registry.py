"""A registry of a test's own on loopback: ours, or Debian's docker-registry, which is distribution 2.8."""
import hashlib
import http.client
import json
import os
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.parse

from harness.engine import BIN

PROGRAMS = {"martlet": BIN + "/martlet-registry", "distribution": "/usr/bin/docker-registry"}

MANIFEST = "application/vnd.oci.image.manifest.v1+json"
INDEX = "application/vnd.oci.image.index.v1+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
CONFIG = "application/vnd.oci.image.config.v1+json"
LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


def digest(data, algorithm="sha256"):
    return f"{algorithm}:{hashlib.new(algorithm, data).hexdigest()}"


def descriptor(data, media_type, **more):
    return {"mediaType": media_type, "digest": digest(data), "size": len(data), **more}


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def code(self):
        """The first error's code."""
        return self.json["errors"][0]["code"]

    @property
    def location(self):
        """Path and query of Location, whether it is absolute or not."""
        parts = urllib.parse.urlsplit(self.headers["Location"])
        return parts.path + ("?" + parts.query if parts.query else "")

    def __repr__(self):
        return f"{self.status} {dict(self.headers)} {self.body[:300]!r}"


class Registry:
    """`changes` are merged into a small configuration; None takes a key out."""

    def __init__(self, kind="martlet", folder=None, environment=None, **changes):
        self.kind = kind
        self.folder = folder or tempfile.mkdtemp(prefix="registry-")
        self.owns_folder = folder is None
        self.storage = self.folder + "/storage"
        self.port = free_port()
        self.configuration = merged({
            "version": "0.1", "log": {"level": "info", "accesslog": {"disabled": True}},
            "storage": {"filesystem": {"rootdirectory": self.storage}, "delete": {"enabled": True},
                        "cache": {"blobdescriptor": "inmemory"}},
            "http": {"addr": f"127.0.0.1:{self.port}"},
        }, changes)
        self.environment = environment or {}
        self.process = None
        self.tls = None  # an ssl context
        self.text = None  # of a configuration, in place of the above

    @property
    def log_path(self):
        return self.folder + "/log"

    @property
    def configuration_path(self):
        path = self.folder + "/config.yml"
        with open(path, "w") as file:
            file.write(self.text or json.dumps(self.configuration))  # JSON is YAML too
        return path

    def start(self):
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen([PROGRAMS[self.kind], "serve", self.configuration_path], stdout=log, stderr=log,
                                            env=self.variables())
        end = time.monotonic() + 20
        while True:
            if self.process.poll() is not None:
                raise AssertionError(f"the registry ended ({self.process.returncode}):\n{self.log()}")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
                return self
            except OSError:
                if time.monotonic() > end:
                    raise AssertionError(f"the registry does not listen:\n{self.log()}") from None
                time.sleep(0.01)

    def variables(self):
        plain = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
        return {**plain, "OTEL_TRACES_EXPORTER": "none", **self.environment}

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def stop(self, number=signal.SIGTERM):
        """The exit status."""
        if self.process is None:
            return None
        self.process.send_signal(number)
        try:
            return self.process.wait(20)
        finally:
            self.process.kill()
            self.process.wait()
            self.process = None

    def kill(self):
        self.stop(signal.SIGKILL)

    def finish(self):
        if self.process is not None:
            self.kill()
        if self.owns_folder:
            shutil.rmtree(self.folder, ignore_errors=True)

    def run(self, *words):
        """Another command of the same program on the same configuration, which comes last."""
        return subprocess.run([PROGRAMS[self.kind], *words, self.configuration_path], stdout=subprocess.PIPE,
                              stderr=subprocess.PIPE, text=True, timeout=120, env=self.variables())

    # Requests

    def connect(self):
        if self.tls:
            return http.client.HTTPSConnection("localhost", self.port, timeout=30, context=self.tls)
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)

    def request(self, method, path, body=None, headers=None, connection=None):
        own = connection or self.connect()
        try:
            own.request(method, path, body, headers or {})
            reply = own.getresponse()
            return Answer(reply.status, reply.headers, reply.read())
        finally:
            if connection is None:
                own.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def head(self, path):
        return self.request("HEAD", path)

    def delete(self, path):
        return self.request("DELETE", path)

    def put(self, path, body, content_type):
        return self.request("PUT", path, body, {"Content-Type": content_type})

    def begin(self, name, query=""):
        return self.request("POST", f"/v2/{name}/blobs/uploads/{query}", headers={"Content-Length": "0"})

    def patch(self, location, data, first=None):
        headers = {"Content-Type": "application/octet-stream"}
        if first is not None:
            headers["Content-Range"] = f"{first}-{first + len(data) - 1}"
        return self.request("PATCH", location, data, headers)

    def finish_upload(self, location, name, data=b"", first=None):
        headers = {"Content-Type": "application/octet-stream"}
        if first is not None:
            headers["Content-Range"] = f"{first}-{first + len(data) - 1}"
        return self.request("PUT", location + ("&" if "?" in location else "?") + "digest=" + name, data, headers)

    def push_blob(self, name, data):
        reply = self.finish_upload(self.begin(name).location, digest(data), data)
        assert reply.status == 201, reply
        return digest(data)

    def push_manifest(self, name, reference, manifest, media_type=MANIFEST):
        data = manifest if isinstance(manifest, bytes) else json.dumps(manifest).encode()
        reply = self.put(f"/v2/{name}/manifests/{reference}", data, media_type)
        assert reply.status == 201, reply
        return digest(data)

    def push_image(self, name, reference, layer=b"a layer", config=b"{}", **more):
        """Blobs and manifest; the manifest's bytes."""
        for blob in (config, layer):
            self.push_blob(name, blob)
        data = json.dumps(image(layer, config, **more)).encode()
        self.push_manifest(name, reference, data)
        return data


def image(layer=b"a layer", config=b"{}", **more):
    return {"schemaVersion": 2, "mediaType": MANIFEST, "config": descriptor(config, CONFIG),
            "layers": [descriptor(layer, LAYER)], **more}


def merged(base, changes):
    result = dict(base)
    for key, value in changes.items():
        if value is None:
            result.pop(key, None)
        elif isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = merged(result[key], value)
        else:
            result[key] = value
    return result


def trusting(certificate):
    return ssl.create_default_context(cafile=certificate)
