"""A registry in Python that does what it should, except where a test tells it otherwise."""
import base64
import hashlib
import http.server
import json
import re
import threading
import time
import urllib.parse


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, request, address):
        """A client that leaves in the middle is what these tests are about."""


class HostileRegistry:
    """Serves the images that were `put`; `rules` are functions of (handler, path) that answer instead when they return True.

    `seen` is what was asked: (method, path, headers). `token` makes it ask for bearer tokens, which it gives itself."""

    def __init__(self, address="127.0.0.1", users=None, token=False, lifetime=300):
        self.blobs, self.manifests, self.rules, self.seen, self.uploads = {}, {}, [], [], {}
        self.users, self.token, self.lifetime, self.valid = users or {}, token, lifetime, {}
        outer = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                outer.answer(self)

            do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_CONNECT = do_GET

            def log_message(self, *_):
                pass

            def reply(self, status, body=b"", **headers):
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name.replace("_", "-"), value)
                if "Content_Length" not in headers:
                    self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(body)

            def refuse(self, status, code, message, **headers):
                self.reply(status, json.dumps({"errors": [{"code": code, "message": message}]}).encode(), **headers)

        self.server = Server((address, 0), Handler)
        self.address, self.port = address, self.server.server_port
        self.host = f"{address}:{self.port}"
        threading.Thread(target=self.server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

    def put(self, repository, tag, image):
        self.blobs.update(image.blobs)
        for reference in (tag, image.digest):
            self.manifests[repository, reference] = (image.manifest, image.kind)
        return f"{self.host}/{repository}:{tag}"

    def asked(self, part):
        return [entry for entry in self.seen if part in entry[1]]

    def answer(self, handler):
        self.seen.append((handler.command, handler.path, dict(handler.headers)))
        path = handler.path.split("?")[0]
        if path == "/token":
            return self.give_token(handler)
        if not self.may(handler, path):
            return None
        for rule in list(self.rules):
            if rule(handler, path):
                return None
        if handler.command in ("POST", "PATCH", "PUT", "DELETE") or "/uploads/" in path:
            return self.write(handler, path)
        if path == "/v2/":
            return handler.reply(200, b"{}", Docker_Distribution_Api_Version="registry/2.0")
        if found := re.fullmatch("/v2/(.+)/manifests/(.+)", path):
            return self.manifest(handler, *found.groups())
        if found := re.fullmatch("/v2/(.+)/blobs/(sha256:[0-9a-f]+)", path):
            return self.blob(handler, self.blobs.get(found[2]))
        return handler.refuse(404, "NAME_UNKNOWN", "repository name not known to registry")

    def manifest(self, handler, repository, reference):
        if (repository, reference) not in self.manifests:
            return handler.refuse(404, "MANIFEST_UNKNOWN", "manifest unknown")
        body, kind = self.manifests[repository, reference]
        return handler.reply(200, body, Content_Type=kind)

    def blob(self, handler, data):
        if data is None:
            return handler.refuse(404, "BLOB_UNKNOWN", "blob unknown to registry")
        if found := re.fullmatch(r"bytes=(\d+)-", handler.headers.get("Range", "")):
            start = int(found[1])
            return handler.reply(206, data[start:], Content_Range=f"bytes {start}-{len(data) - 1}/{len(data)}")
        return handler.reply(200, data)

    # What is sent

    def body(self, handler, limit=None):
        """The request's body, or its first bytes."""
        if handler.headers.get("Transfer-Encoding") == "chunked":
            return self.chunks(handler, limit)
        length = int(handler.headers.get("Content-Length", 0))
        return handler.rfile.read(length if limit is None else min(limit, length))

    @staticmethod
    def chunks(handler, limit):
        found = b""
        while size := int(handler.rfile.readline(), 16):
            wanted = size if limit is None else min(size, limit - len(found))
            found += handler.rfile.read(wanted)
            if limit is not None and len(found) == limit:
                return found
            handler.rfile.readline()
        handler.rfile.readline()
        return found

    def write(self, handler, path):
        if found := re.fullmatch("/v2/(.+)/manifests/(.+)", path):
            body = self.body(handler)
            self.manifests[found.groups()] = (body, handler.headers["Content-Type"])
            return handler.reply(201)
        if handler.command == "POST":
            key = str(len(self.uploads))
            self.uploads[key] = b""
            return handler.reply(202, Location=f"{path}{key}", Range="0-0")
        key = path.rsplit("/", 1)[1]
        if key not in self.uploads:
            return handler.refuse(404, "BLOB_UPLOAD_UNKNOWN", "blob upload unknown to registry")
        held = self.uploads[key]
        if handler.command == "PATCH":
            self.uploads[key] = held + self.body(handler)
            return handler.reply(202, Location=path, Range=f"0-{max(0, len(self.uploads[key]) - 1)}")
        if handler.command == "GET":
            return handler.reply(204, Location=path, Range=f"0-{max(0, len(held) - 1)}")
        if handler.command == "PUT":
            digest = urllib.parse.parse_qs(handler.path.split("?", 1)[1])["digest"][0]
            held += self.body(handler)
            if "sha256:" + hashlib.sha256(held).hexdigest() != digest:
                return handler.refuse(400, "DIGEST_INVALID", "provided digest did not match uploaded content")
            self.blobs[digest] = held
            return handler.reply(201)
        del self.uploads[key]
        return handler.reply(204)

    # Who asks

    def may(self, handler, path):
        sent = handler.headers.get("Authorization", "")
        if self.token:
            held = self.valid.get(sent.removeprefix("Bearer "), 0)
            if held > time.monotonic():
                return True
            challenge = f'Bearer realm="http://{self.host}/token",service="test",scope="ignored"'
        elif self.users:
            if any(sent == self.basic(name) for name in self.users):
                return True
            challenge = 'Basic realm="test"'
        else:
            return True
        handler.refuse(401, "UNAUTHORIZED", "authentication required", WWW_Authenticate=challenge)
        return False

    def basic(self, name):
        return "Basic " + base64.b64encode(f"{name}:{self.users[name]}".encode()).decode()

    def give_token(self, handler):
        if self.users and not any(handler.headers.get("Authorization") == self.basic(name) for name in self.users):
            return handler.reply(401, b'{"details":"incorrect username or password"}')
        query = urllib.parse.parse_qs(handler.path.split("?", 1)[-1])
        text = f"token-{len(self.valid)}-{query.get('scope', [''])[0]}"
        self.valid[text] = time.monotonic() + self.lifetime
        body = json.dumps({"token": text, "expires_in": 300, "refresh_token": "refresh-me"}).encode()
        return handler.reply(200, body)

    def stop(self):
        self.server.shutdown()
        self.server.server_close()
