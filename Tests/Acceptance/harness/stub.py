"""An engine that only answers what it is told to, for what a client does with an answer."""
import http.server
import json
import os
import shutil
import socketserver
import tempfile
import threading


class StubEngine:
    """`answers`: by `METHOD /path` without version and query, either a function of the request (path, headers, body) or
    what comes of it: (status, body). Everything asked is kept in `requests`."""

    def __init__(self, answers):
        self.answers, self.requests = answers, []
        self.folder = tempfile.mkdtemp(prefix="mts-")
        self.url = f"unix://{self.folder}/engine.sock"
        stub = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                length = int(self.headers.get("Content-Length") or 0)
                self.reply(*stub.reply(self.command, self.path, self.headers, self.rfile.read(length)))

            do_GET = do_POST = do_DELETE = answer

            def do_HEAD(self):
                self.reply(200, b"")

            def reply(self, status, body):
                self.send_response(status)
                self.send_header("Api-Version", "1.50")
                self.send_header("Ostype", "linux")
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def address_string(self):
                return "unix"

            def log_message(self, *_):
                pass

        class Server(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
            daemon_threads = True

        self.server = Server(f"{self.folder}/engine.sock", Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def reply(self, method, target, headers, body):
        path = target.split("?")[0]
        if path.startswith("/v1."):
            path = "/" + path.split("/", 2)[2]
        if path == "/_ping":
            return 200, b"OK"
        self.requests.append((f"{method} {path}", dict(headers), body))
        answer = self.answers[f"{method} {path}"]
        status, found = answer(target, headers, body) if callable(answer) else answer
        return status, found if isinstance(found, bytes) else json.dumps(found).encode()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
        shutil.rmtree(self.folder)


def stream(*messages):
    """The body of a progress stream."""
    return b"".join(json.dumps(message).encode() + b"\r\n" for message in messages)
