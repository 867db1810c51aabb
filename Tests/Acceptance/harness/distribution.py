"""Debian's docker-registry on loopback, and images put into it by plain HTTP: the peer that pulls and pushes are tried on."""
import base64
import gzip
import hashlib
import http.client
import json
import os
import shutil
import socket
import ssl
import subprocess
import tempfile

from . import images
from .waiting import eventually

MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
LIST = "application/vnd.docker.distribution.manifest.list.v2+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
CONFIG = "application/vnd.docker.container.image.v1+json"
LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"


def name_of(data):
    return "sha256:" + hashlib.sha256(data).hexdigest()


def packed(data):
    """By gzip, without the time in it: the same bytes each time."""
    return gzip.compress(data, mtime=0)


def free_port(address="127.0.0.1"):
    with socket.socket() as probe:
        probe.bind((address, 0))
        return probe.getsockname()[1]


class Image:
    """A config, compressed layers and the manifest of them, in memory."""

    def __init__(self, *tars, pack=packed, layer=LAYER, kind=MANIFEST, config=CONFIG, platform=None, **run):
        document = json.loads(images.config(tars, **run))
        if platform:
            document["os"], document["architecture"] = platform.split("/")[:2]
        self.platform = {"os": document["os"], "architecture": document["architecture"]}
        self.config = json.dumps(document).encode()
        self.layers = [pack(tar) for tar in tars]
        self.kind = kind
        self.document = {
            "schemaVersion": 2, "mediaType": kind,
            "config": {"mediaType": config, "size": len(self.config), "digest": name_of(self.config)},
            "layers": [{"mediaType": layer, "size": len(data), "digest": name_of(data)} for data in self.layers]}
        self.seal()

    def seal(self):
        """After the document was changed."""
        self.manifest = json.dumps(self.document, indent=3).encode()
        self.digest, self.id = name_of(self.manifest), name_of(self.config)

    @property
    def blobs(self):
        return {name_of(data): data for data in [self.config, *self.layers]}

    @property
    def descriptor(self):
        return {"mediaType": self.kind, "size": len(self.manifest), "digest": self.digest, "platform": self.platform}


def index_of(*found, kind=LIST):
    return json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": [image.descriptor for image in found]}).encode()


class Registry:
    """A docker-registry process; `tls` is (certificate, key), `users` {name: password}. With an `authority` it wants a
    certificate of its clients: `client` is the harness's own."""

    def __init__(self, address="127.0.0.1", tls=None, users=None, client=None, authority=None):
        self.folder = tempfile.mkdtemp(prefix="mtr-")
        self.address, self.port, self.tls = address, free_port(address), tls
        self.authorization, self.client = None, client
        text = f"version: 0.1\nlog: {{level: debug}}\nstorage:\n  filesystem: {{rootdirectory: {self.folder}/data}}\n" \
               f"  delete: {{enabled: true}}\nhttp:\n  addr: {address}:{self.port}\n"
        if tls:
            more = f", clientcas: [{authority}]" if authority else ""
            text += f"  tls: {{certificate: {tls[0]}, key: {tls[1]}{more}}}\n"
        if users:
            with open(self.folder + "/users", "w") as file:
                for name, password in users.items():
                    file.write(subprocess.run(["htpasswd", "-nbB", name, password], check=True, stdout=subprocess.PIPE,
                                              text=True).stdout.strip() + "\n")
                    self.authorization = "Basic " + base64.b64encode(f"{name}:{password}".encode()).decode()
            text += f"auth:\n  htpasswd: {{realm: test, path: {self.folder}/users}}\n"
        # Makes a signed manifest of schema 1 for clients that take nothing else.
        text += "compatibility:\n  schema1: {enabled: true}\n"
        with open(self.folder + "/config.yml", "w") as file:
            file.write(text)
        self.log_path = self.folder + "/log"
        with open(self.log_path, "wb") as log:
            self.process = subprocess.Popen(["docker-registry", "serve", self.folder + "/config.yml"], stdout=log, stderr=log)
        eventually(self.answers, 10, what=f"an answer of the registry ({self.log()})")

    @property
    def host(self):
        return f"{self.address}:{self.port}"

    def log(self):
        with open(self.log_path, errors="replace") as file:
            return file.read()

    def answers(self):
        assert self.process.poll() is None, self.log()
        try:
            return self.request("GET", "/v2/")[0] == 200
        except OSError:
            return False

    def request(self, method, path, body=None, headers=None):
        """Status, headers and body of an answer."""
        if self.tls:
            context = ssl._create_unverified_context()
            if self.client:
                context.load_cert_chain(*self.client)
            connection = http.client.HTTPSConnection(self.address, self.port, timeout=20, context=context)
        else:
            connection = http.client.HTTPConnection(self.address, self.port, timeout=20)
        headers = dict(headers or {})
        if self.authorization:
            headers["Authorization"] = self.authorization
        try:
            connection.request(method, path, body=body, headers=headers)
            reply = connection.getresponse()
            return reply.status, reply.headers, reply.read()
        finally:
            connection.close()

    def put_blob(self, repository, data):
        status, headers, _ = self.request("POST", f"/v2/{repository}/blobs/uploads/")
        assert status == 202
        place = headers["Location"].split(self.host, 1)[-1]
        status, _, body = self.request("PUT", f"{place}&digest={name_of(data)}", data,
                                       {"Content-Type": "application/octet-stream"})
        assert status == 201, body

    def put_manifest(self, repository, reference, manifest, kind):
        status, headers, body = self.request("PUT", f"/v2/{repository}/manifests/{reference}", manifest, {"Content-Type": kind})
        assert status == 201, body
        return headers["Docker-Content-Digest"]

    def put(self, repository, tag, image):
        """An image under a tag; its name for a pull."""
        for data in image.blobs.values():
            self.put_blob(repository, data)
        assert self.put_manifest(repository, tag, image.manifest, image.kind) == image.digest
        return f"{self.host}/{repository}:{tag}"

    def manifest(self, repository, reference, *kinds):
        accept = ", ".join(kinds or (MANIFEST, LIST, OCI_MANIFEST, OCI_INDEX))
        status, headers, body = self.request("GET", f"/v2/{repository}/manifests/{reference}", headers={"Accept": accept})
        assert status == 200, body
        return headers, body

    def blob(self, repository, digest):
        status, _, body = self.request("GET", f"/v2/{repository}/blobs/{digest}")
        assert status == 200, body
        return body

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)
