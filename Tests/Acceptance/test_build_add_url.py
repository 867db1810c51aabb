"""ADD of a URL: what was fetched is kept, and its server is asked whether it has changed since."""
import gzip
import hashlib
import http.server
import io
import os
import socket
import tarfile
import threading
import time

import pytest

from harness.building import Building
from harness.waiting import eventually

OLD = "Sun, 06 Nov 1994 08:49:37 GMT"


@pytest.fixture
def building(engine):
    builds = Building(engine)
    yield builds
    builds.clean()
    engine.api.post("/build/prune?all=1")


class Page:
    def __init__(self, body, tag=None, modified=None, **headers):
        self.body, self.tag, self.modified = body, tag, modified
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers_wrongly = False

    def is_known(self, headers):
        if self.tag and headers.get("If-None-Match"):
            return self.tag.removeprefix("W/") in headers["If-None-Match"]
        return bool(self.modified) and headers.get("If-Modified-Since") == self.modified


class Web(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        page, server = self.server.pages.get(self.path), self.server
        server.asked.append((self.path, self.headers.get("If-None-Match"), self.headers.get("If-Modified-Since")))
        if page is None:
            return self.send_error(404)
        if callable(page):
            return page(self)
        known = page.is_known(self.headers) or page.answers_wrongly and "If-None-Match" in self.headers
        server.sent.append(304 if known else 200)
        self.send_response(304 if known else 200)
        if page.tag:
            self.send_header("ETag", page.tag)
        if page.modified:
            self.send_header("Last-Modified", page.modified)
        for name, value in page.headers.items():
            self.send_header(name, value)
        if not known:
            self.send_header("Content-Length", str(len(page.body)))
        self.end_headers()
        if not known:
            self.wfile.write(page.body)

    def log_message(self, *_):
        pass


@pytest.fixture
def web():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Web)
    server.pages, server.asked, server.sent = {}, [], []
    server.url = f"http://127.0.0.1:{server.server_port}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def add(web, path="/x", target="/x", flags=""):
    return f"FROM busybox\nADD {flags} {web.url}{path} {target}\n"


def df(building):
    return [row for row in building.api.get("/system/df").json["BuildCache"] or [] if row["Type"] == "regular"]


@pytest.mark.parametrize("tag, modified", [('"one"', None), ('"one"', OLD), ('W/"one"', None), (None, OLD)])
def test_what_has_not_changed_is_not_sent_again(building, web, tag, modified):
    web.pages["/x"] = Page(b"first", tag, modified)
    first = building(add(web))
    again = building(add(web))
    assert web.sent == [200, 304] and web.asked == [("/x", None, None), ("/x", tag, modified)]
    assert "Using cache" in again.stream and again.image == first.image
    # The content itself is here, too: a step that was never made has it without a transfer.
    info, data = building.members(building.ok(add(web, target="/elsewhere/")))["elsewhere/x"]
    assert data == b"first" and web.sent == [200, 304, 304] and info.mtime == (784111777 if modified else 0)
    web.pages["/x"] = Page(b"second", tag and tag.replace("one", "two"), modified and OLD.replace("1994", "1995").replace("Sun", "Mon"))
    assert building.files(building.ok(add(web)))["x"] == b"second" and web.sent[-1] == 200
    assert "Using cache" in building(add(web)).stream and web.sent[-1] == 304


@pytest.mark.parametrize("page", [
    Page(b"x"), Page(b"x", '"one"', Cache_Control="max-age=1, no-store"),
    # It may have changed within that very second.
    Page(b"x", None, "DATE"),
], ids=["no validator", "no-store", "too new"])
def test_what_can_not_be_asked_for_is_sent_again(building, web, page):
    if page.modified:
        page.modified = time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(time.time() + 60))
    web.pages["/x"] = page
    building.ok(add(web))
    assert "Using cache" in building(add(web)).stream
    assert web.sent == [200, 200] and web.asked == [("/x", None, None)] * 2 and df(building) == []


def test_a_digest_that_is_here_asks_nobody(building, web):
    web.pages["/x"] = Page(b"pinned")
    flags = "--checksum=sha256:" + hashlib.sha256(b"pinned").hexdigest()
    building.ok(add(web, flags=flags))
    assert "Using cache" in building(add(web, flags=flags)).stream
    assert building.files(building.ok(add(web, target="/y", flags=flags)))["y"] == b"pinned"
    assert web.sent == [200]
    other = "--checksum=sha256:" + "0" * 64
    assert "digest mismatch" in building(add(web, flags=other)).error and web.sent == [200, 200]
    assert building.files(building.ok(add(web, target="/z", flags=flags)))["z"] == b"pinned" and web.sent == [200, 200]


def test_without_the_cache_nothing_is_used(building, web):
    web.pages["/x"] = Page(b"x", '"one"')
    building.ok(add(web))
    building.ok(add(web), query="nocache=1")
    assert web.asked == [("/x", None, None)] * 2


def test_a_server_that_says_unchanged_of_something_else(building, web):
    web.pages["/x"] = Page(b"first", '"one"')
    building.ok(add(web))
    web.pages["/x"] = Page(b"second", '"two"')
    web.pages["/x"].answers_wrongly = True
    assert building.files(building.ok(add(web)))["x"] == b"second"
    assert web.sent == [200, 304, 200] and web.asked[-1] == ("/x", None, None)
    # 304 without having been asked.
    web.pages["/y"] = lambda handler: (handler.send_response(304), handler.end_headers())
    assert "304" in building(add(web, "/y")).error


def test_it_is_part_of_the_build_cache(building, web, ours):
    web.pages["/x?key=secret"] = Page(b"a" * 1000, '"one"')
    web.pages["/y"] = Page(b"a" * 1000, '"one"')
    building.ok(add(web, "/x?key=secret"))
    building.ok(add(web, "/y"))
    rows = df(building)
    assert sorted(row["Description"] for row in rows) == [f"http url {web.url}/x", f"http url {web.url}/y"]
    # One content, which counts once.
    assert [row["Size"] for row in rows] == [1000] * 2 and sorted(row["Shared"] for row in rows) == [False, True]
    assert "1kB" in [line.split()[-2] for line in ours.ok("system", "df").splitlines() if line.startswith("Build Cache")]
    kept = building.api.post('/build/prune?filters={"id":["%s"]}' % rows[0]["ID"]).json
    assert kept["CachesDeleted"] == [rows[0]["ID"]] and kept["SpaceReclaimed"] == 0
    assert "Total reclaimed space: 1kB" in ours.ok("builder", "prune", "-f") and df(building) == []
    building.ok(add(web, "/y"))
    assert web.sent == [200, 200, 200]


def test_it_outlives_a_killed_engine(new_engine, web):
    web.pages["/x"] = Page(b"x" * 100000, '"one"')
    engine = new_engine()
    Building(engine).ok(add(web))
    engine.kill()
    engine.start()
    assert "Using cache" in Building(engine)(add(web)).stream
    assert web.sent == [200, 304]
    # What has become something else on the disk is not used.
    folder = engine.root + "/build-downloads/contents/"
    (name,) = os.listdir(folder)
    with open(folder + name, "r+b") as file:
        file.write(b"y")
    assert Building(engine).files(Building(engine).ok(add(web, target="/y")))["y"] == b"x" * 100000
    assert web.sent == [200, 304, 200]


def test_what_is_cut_short_is_not_kept(building, web):
    def cut(handler):
        handler.send_response(200)
        handler.send_header("ETag", '"one"')
        handler.send_header("Content-Length", "100")
        handler.end_headers()
        handler.wfile.write(b"x" * 50)
        handler.close_connection = True
    web.pages["/x"] = cut
    assert building(add(web)).error and df(building) == []
    web.pages["/x"] = Page(b"whole", '"one"')
    assert building.files(building.ok(add(web)))["x"] == b"whole" and web.sent == [200]


def test_the_way_there_may_be_long_but_not_endless(building, web):
    def to(target):
        def redirect(handler):
            handler.send_response(302)
            handler.send_header("Location", target)
            handler.send_header("Content-Length", "0")
            handler.end_headers()
        return redirect
    web.pages["/x"], web.pages["/there"] = to("/there"), Page(b"there", '"one"')
    building.ok(add(web))
    assert "Using cache" in building(add(web)).stream and web.sent == [200, 304]
    web.pages["/round"] = to("/round")
    assert building(add(web, "/round")).error
    assert "404" in building(add(web, "/none")).error


def test_a_client_that_leaves_ends_an_endless_content(building, engine, web):
    gone = threading.Event()

    def endless(handler):
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 4096)
                time.sleep(0.001)
        except OSError:
            gone.set()
    web.pages["/x"] = endless
    body = building.tar(add(web))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(engine.socket)
        connection.sendall(b"POST /v1.50/build HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-tar\r\n"
                           b"Content-Length: %d\r\n\r\n" % len(body) + body)
        eventually(lambda: web.asked, what="the question")
    assert gone.wait(20), "the transfer goes on"
    folder = engine.root + "/contexts"
    eventually(lambda: not os.listdir(folder), what="the end of what had come")
    assert df(building) == []


def test_archives_stay_whole_unless_asked(building, web):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        info = tarfile.TarInfo("inside")
        info.size = 1
        archive.addfile(info, io.BytesIO(b"i"))
    data = gzip.compress(out.getvalue())
    web.pages["/x.tar.gz"] = Page(data, '"one"')
    for _ in range(2):
        assert building.files(building.ok(add(web, "/x.tar.gz", "/w/")))["w/x.tar.gz"] == data
        assert building.files(building.ok(add(web, "/x.tar.gz", "/u/", "--unpack=true")))["u/inside"] == b"i"
    assert web.sent == [200, 304, 304, 304]
