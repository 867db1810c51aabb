"""`docker import URL`, from a server of the test's own."""
import http.server
import socket
import tarfile
import threading
import time
import urllib.parse

import pytest

from harness.building import Building
from harness.waiting import eventually


@pytest.fixture
def server(busybox_tar):
    with open(busybox_tar, "rb") as file:
        archive = file.read()

    class Handler(http.server.BaseHTTPRequestHandler):
        seen = []
        left = threading.Event()

        def do_GET(self):
            Handler.seen.append((self.path, self.headers.get("User-Agent", "")))
            if self.path.split("?")[0] == "/rootfs.tar.gz":
                self.send_response(200)
                self.send_header("Content-Length", str(len(archive)))
                self.end_headers()
                self.wfile.write(archive)
            elif self.path == "/chunked":
                self.protocol_version = "HTTP/1.1"
                self.send_response(200)
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for start in range(0, len(archive), 70_000):
                    part = archive[start:start + 70_000]
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
                self.wfile.write(b"0\r\n\r\n")
            elif self.path == "/moved":
                self.send_response(302)
                self.send_header("Location", "/rootfs.tar.gz")
                self.end_headers()
            elif self.path == "/away":
                self.send_response(302)
                self.send_header("Location", Handler.location)
                self.end_headers()
            elif self.path == "/loop":
                self.send_response(302)
                self.send_header("Location", "/loop")
                self.end_headers()
            elif self.path == "/slow":
                self.send_response(200)
                self.send_header("Content-Length", str(1 << 30))
                self.end_headers()
                try:
                    # A file that takes minutes to come.
                    large = tarfile.TarInfo("large")
                    large.size = 1 << 30
                    self.wfile.write(large.tobuf())
                    while True:
                        self.wfile.write(bytes(65536))
                        time.sleep(0.02)
                except OSError:
                    Handler.left.set()
            elif self.path == "/half":
                self.send_response(200)
                self.send_header("Content-Length", str(len(archive)))
                self.end_headers()
                self.wfile.write(archive[:len(archive) // 2])
            else:
                self.send_error(404)

        def log_message(self, *_):
            pass

    found = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=found.serve_forever, daemon=True)
    thread.start()
    found.handler, found.url, found.seen, found.left = Handler, f"http://127.0.0.1:{found.server_port}", Handler.seen, Handler.left
    yield found
    found.shutdown()
    found.server_close()


@pytest.mark.parametrize("path", ["/rootfs.tar.gz", "/chunked", "/moved"])
def test_an_image_from_a_server(cli, server, path):
    out = cli.ok("import", "-c", "CMD [\"echo\", \"fetched\"]", server.url + path, "fetched:1")
    assert "Downloading from" in out and out.splitlines()[-1].startswith("sha256:")
    assert cli.ok("run", "--rm", "fetched:1") == "fetched"
    assert server.url + path in cli.ok("history", "--no-trunc", "fetched:1")
    assert server.seen[0][1].startswith("docker/")
    cli.ok("rmi", "fetched:1")


def test_secrets_of_a_url_are_no_part_of_the_image(cli, server):
    url = server.url.replace("//", "//me:secret@") + "/rootfs.tar.gz?token=secret"
    out = cli.ok("import", url, "fetched:1")
    assert server.seen[-1][0] == "/rootfs.tar.gz?token=secret"
    assert "secret" not in out + cli.ok("history", "--no-trunc", "fetched:1") + cli.ok("inspect", "fetched:1")
    assert server.url + "/rootfs.tar.gz" in cli.ok("history", "--no-trunc", "fetched:1")
    cli.ok("rmi", "fetched:1")


@pytest.mark.parametrize("authority, words", [
    ("127.0.0.1:99999", "address 99999: invalid port"), ("[::1]:65536", "address 65536: invalid port"),
    ("127.0.0.1:0", "address 0: invalid port"), ("%5B%5D", "lookup %5B%5D: no such host"),
])
def test_what_nobody_can_connect_to(api, engine, server, authority, words):
    """The words are Go's. An address that can't be is told of wherever it comes from, and the engine lives on."""
    assert words in api.post("/images/create?fromSrc=" + urllib.parse.quote(f"http://{authority}/x", safe="")).text
    server.handler.location = f"http://{authority}/x"
    assert words in api.post("/images/create?fromSrc=" + urllib.parse.quote(server.url + "/away", safe="")).text
    built = Building(engine)(f"FROM busybox\nADD http://{authority}/x /\n")
    assert words in built.error, built
    if "%" not in authority:
        for reply in (api.post(f"/images/create?fromImage={authority}/x&tag=1"), api.get(f"/distribution/{authority}/x/json"),
                      api.post("/auth", {"username": "u", "password": "p", "serveraddress": authority}),
                      api.get(f"/images/search?term={authority}/x")):
            assert words in reply.text or reply.status == 400, reply
    assert engine.process.poll() is None


@pytest.mark.parametrize("path, words", [("/no-such", "404"), ("/half", ""), ("/loop", "/loop\": stopped after 10 redirects")])
def test_what_cannot_be_fetched_makes_no_image(cli, server, path, words):
    before = cli.ok("images", "-aq")
    result = cli("import", server.url + path, "fetched:1")
    assert result.status == 1 and words in result.complaint + result.text, result
    assert cli.ok("images", "-aq") == before


def test_a_server_that_is_not_there(cli, api):
    result = cli("import", "http://127.0.0.1:9/x.tar", "fetched:1")
    refused = 'Get "http://127.0.0.1:9/x.tar": dial tcp 127.0.0.1:9: connect: connection refused'
    assert result.status == 1 and refused in result.complaint + result.text
    assert api.post("/images/create?fromSrc=ftp%3A%2F%2F127.0.0.1%2Fx").body.count(b"unsupported protocol scheme") > 0


def test_a_server_without_tls(cli, server):
    result = cli("import", server.url.replace("http:", "https:") + "/rootfs.tar.gz", "fetched:1")
    words = "/rootfs.tar.gz\": http: server gave HTTP response to HTTPS client"
    assert result.status == 1 and words in result.complaint + result.text


def test_a_client_that_leaves_ends_the_fetch(api, server):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(api.path)
        connection.sendall(f"POST /v1.50/images/create?fromSrc={server.url}/slow&repo=left HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        eventually(lambda: server.seen)
    assert server.left.wait(15), "the fetch goes on"
    assert api.get("/images/left/json").status == 404
