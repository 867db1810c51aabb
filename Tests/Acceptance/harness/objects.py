"""An S3 service on loopback: moto, which keeps objects in memory, behind a door that checks every signature as botocore makes
it, and fails on demand. As a program it serves one bucket until its standard input ends, and says its port first."""
import datetime
import hashlib
import io
import logging
import os
import sys
import threading
import urllib.parse

from botocore.auth import S3SigV4Auth, S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from moto.s3.models import s3_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.test import Client

ACCOUNT = "123456789012"  # moto's own
KEY, SECRET, REGION, BUCKET = "AKIAMARTLETTESTS", "a/secret+of=tests", "eu-central-1", "images"


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"  # connections are kept, as those of a real service

    def log(self, *_):
        pass


class Fault:
    def __init__(self, count, when, status, code):
        self.count, self.when, self.status, self.code = count, when, status, code


class Refusal(Exception):
    def __init__(self, status, code):
        self.status, self.code = status, code


class ObjectService:
    def __init__(self):
        os.environ["MOTO_S3_DEFAULT_MAX_KEYS"] = "50"  # so that lists have pages
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self.inner = DomainDispatcherApplication(create_backend_app)
        self.faults, self.requests, self.lock = [], [], threading.Lock()
        self.ranges, self.breaks = [], None  # what reads asked for; after how many bytes the next one breaks off
        self.server = make_server("127.0.0.1", 0, self, threaded=True, request_handler=Handler)
        self.port = self.server.server_port
        self.thread = threading.Thread(target=self.server.serve_forever, daemon=True)
        self.thread.start()
        self.make_bucket(BUCKET)

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        self.thread.join()

    def make_bucket(self, name):
        body = f"<CreateBucketConfiguration><LocationConstraint>{REGION}</LocationConstraint></CreateBucketConfiguration>"
        assert Client(self.inner).put(f"/{name}", data=body).status_code == 200

    def storage(self, /, **more):
        """The driver's configuration."""
        return {"s3": {"accesskey": KEY, "secretkey": SECRET, "region": REGION, "bucket": BUCKET, "secure": False,
                       "regionendpoint": f"http://127.0.0.1:{self.port}", **more}}

    def fail(self, count, when=lambda method, path, query: True, status=503, code="SlowDown"):
        """The next `count` requests of which `when` is true."""
        with self.lock:
            self.faults.append(Fault(count, when, status, code))

    def heal(self):
        with self.lock:
            self.faults.clear()
            self.ranges.clear()
            self.requests.clear()
            self.breaks = None

    # What is in the bucket

    @property
    def bucket(self):
        return s3_backends[ACCOUNT]["aws"].buckets[BUCKET]

    def objects(self):
        """Bytes by key."""
        return {name: key.value for name, key in self.bucket.keys.items()}

    def blob(self, digest):
        """The bytes of a registry's blob."""
        algorithm, name = digest.split(":")
        return self.objects()[f"docker/registry/v2/blobs/{algorithm}/{name[:2]}/{name}/data"]

    def uploads(self):
        """Keys of uploads in parts that are under way."""
        return [upload.key_name for upload in list(self.bucket.multiparts.values())]

    def parts(self):
        """Sizes of their parts."""
        return [len(part.value) for upload in list(self.bucket.multiparts.values())
                for part in list(upload.parts.values())]

    def put(self, key, data=b"", age=0):
        """`age`: seconds that it seems to be old."""
        made = s3_backends[ACCOUNT]["aws"].put_object(BUCKET, key, data)
        made.last_modified -= datetime.timedelta(seconds=age)

    def remove(self, key):
        self.bucket.keys.pop(key)

    def empty(self):
        self.heal()
        self.bucket.multiparts.clear()
        for name in list(self.bucket.keys):
            self.bucket.keys.pop(name)

    # Requests

    def __call__(self, environ, start):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        body = environ["wsgi.input"].read(length) if length else b""
        environ["wsgi.input"] = io.BytesIO(body)
        path, _, query = environ["RAW_URI"].partition("?")
        try:
            with self.lock:
                self.requests.append((environ["REQUEST_METHOD"], path, query))
                self.trip(environ["REQUEST_METHOD"], path, query)
            check(environ, path, query, body)
        except Refusal as refusal:
            text = f"<?xml version='1.0'?><Error><Code>{refusal.code}</Code><Message>no</Message></Error>".encode()
            text = b"" if environ["REQUEST_METHOD"] == "HEAD" else text
            start(f"{refusal.status} NO", [("Content-Type", "application/xml"), ("Content-Length", str(len(text)))])
            return [text]
        return self.answer(environ, start)

    def answer(self, environ, start):
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_RANGE" not in environ:
            return self.inner(environ, start)
        self.ranges.append(environ["HTTP_RANGE"])
        breaks, self.breaks = self.breaks, None
        if breaks is None:
            return self.inner(environ, start)
        return broken(self.inner(environ, start), breaks)

    def trip(self, method, path, query):
        for fault in self.faults:
            if fault.count > 0 and fault.when(method, path, query):
                fault.count -= 1
                raise Refusal(fault.status, fault.code)


def broken(pieces, count):
    for piece in pieces:
        yield piece[:count]
        raise ConnectionError("broken on purpose")


def check(environ, path, query, body):
    """The signature, in the header or in the query; a body is what its hash says."""
    fields = urllib.parse.parse_qsl(query, keep_blank_values=True)
    given = dict(fields)
    header = environ.get("HTTP_AUTHORIZATION", "")
    if "X-Amz-Signature" in given:
        auth, signature = S3SigV4QueryAuth, given["X-Amz-Signature"]
        credential, names, time = given["X-Amz-Credential"], given["X-Amz-SignedHeaders"], given["X-Amz-Date"]
        query = "&".join(part for part in query.split("&") if not part.startswith("X-Amz-Signature="))
    elif header.startswith("AWS4-HMAC-SHA256 "):
        parts = dict(part.strip().split("=", 1) for part in header[len("AWS4-HMAC-SHA256 "):].split(","))
        auth, signature = S3SigV4Auth, parts["Signature"]
        credential, names, time = parts["Credential"], parts["SignedHeaders"], environ["HTTP_X_AMZ_DATE"]
        named = environ["HTTP_X_AMZ_CONTENT_SHA256"]
        if named != "UNSIGNED-PAYLOAD" and named != hashlib.sha256(body).hexdigest():
            raise Refusal(400, "XAmzContentSHA256Mismatch")
    else:
        raise Refusal(403, "AccessDenied")
    if credential.split("/")[0] != KEY:
        raise Refusal(403, "InvalidAccessKeyId")
    request = AWSRequest(method=environ["REQUEST_METHOD"], url=f"http://{environ['HTTP_HOST']}{path}?{query}")
    for name in names.split(";"):
        plain = name.upper().replace("-", "_")
        request.headers[name] = environ[plain if plain in ("CONTENT_TYPE", "CONTENT_LENGTH") else "HTTP_" + plain]
    request.context["timestamp"] = time
    signer = auth(Credentials(KEY, SECRET), "s3", credential.split("/")[2])
    expected = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    if credential.split("/")[2] != REGION or expected != signature:
        raise Refusal(403, "SignatureDoesNotMatch")


if __name__ == "__main__":
    service = ObjectService()
    print(service.port, flush=True)
    sys.stdin.read()
