"""COPY and ADD: what is taken, where it goes, whose it is; and the build's cache."""
import gzip
import hashlib
import http.server
import io
import tarfile
import threading

import pytest



def folder(info):
    info.type, info.mode = tarfile.DIRTYPE, 0o755


def link(target):
    def change(info):
        info.type, info.linkname = tarfile.SYMTYPE, target
    return change


def mode(number):
    def change(info):
        info.mode = number
    return change


def archive(**files):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as tar:
        for name, (text, uid) in files.items():
            info = tarfile.TarInfo(name.replace("__", "/"))
            info.uid, info.gid, info.size, info.mode = uid, uid, len(text), 0o640
            tar.addfile(info, io.BytesIO(text.encode()))
    return out.getvalue()


TREE = {"d/": (folder, b""), "d/one": "1", "d/two.txt": "2", "d/sub/": (folder, b""), "d/sub/three": (mode(0o755), b"3"),
        "d/link": (link("one"), b""), "e.txt": "e", "abs": (link("/d/one"), b""), "out": (link("/etc/hostname"), b"")}


@pytest.mark.parametrize("instruction, expected", [
    ("COPY d /x", {"x/one": b"1", "x/two.txt": b"2", "x/sub/three": b"3", "x/link": b""}),
    ("COPY d/ /x/", {"x/one": b"1", "x/sub/three": b"3"}),
    ("COPY e.txt /x", {"x": b"e"}),
    ("COPY e.txt /x/", {"x/e.txt": b"e"}),
    ("COPY e.txt /tmp", {"tmp/e.txt": b"e"}),
    ("COPY *.txt d/*.txt /x/", {"x/e.txt": b"e", "x/two.txt": b"2"}),
    ("COPY d/t?o.txt d/[o]ne /x/", {"x/one": b"1", "x/two.txt": b"2"}),
    ("COPY [\"e.txt\", \"/with blank\"]", {"with blank": b"e"}),
    ("WORKDIR /w\nCOPY e.txt sub/y", {"w/sub/y": b"e"}),
    ("WORKDIR /w\nCOPY . .", {"w/d/one": b"1", "w/e.txt": b"e"}),
    ("COPY abs /x", {"x": b"1"}),
    ("COPY --exclude=*.txt --exclude=sub d /x", {"x/one": b"1"}),
    ("COPY --parents d/sub/three e.txt /x/", {"x/d/sub/three": b"3", "x/e.txt": b"e"}),
    ("COPY --parents d/./sub/three /x/", {"x/sub/three": b"3"}),
    ("RUN mkdir /real && ln -s /real /lnk\nCOPY e.txt /lnk/", {"real/e.txt": b"e"}),
    ("RUN ln -s ../../../etc /escape\nCOPY e.txt /escape/inside", {"etc/inside": b"e"}),
])
def test_places(building, instruction, expected):
    files = building.files(building.ok("FROM busybox\n" + instruction + "\n", TREE))
    assert {name: files.get(name) for name in expected} == expected
    if "--exclude" in instruction:
        assert "x/two.txt" not in files and "x/sub" not in files


def test_owners_and_modes(building):
    image = building.ok(
        "FROM busybox AS first\nRUN echo 'me:x:77:77::/:/bin/sh' >> /etc/passwd\nCOPY d /plain\nCOPY --chown=me:12 d /named\nCOPY --chown=5 d/one /number\n"
        "COPY --chmod=700 d/one /octal\nCOPY --chmod=go-r,u+x d/one /letters\nFROM first\nCOPY --from=first /plain /x\n", TREE)
    members = building.members(image)
    assert {members[name][0].mode for name in ("plain/one", "x/one")} == {0o644} and members["plain/sub/three"][0].mode == 0o755
    owners = building.owners(image)
    assert owners["plain/one"] == (0, 0) and owners["named/one"] == owners["named"] == owners["named/sub"] == (77, 12)
    assert owners["number"] == (5, 5) and members["octal"][0].mode == 0o700 and members["letters"][0].mode == 0o700
    assert members["plain/one"][0].mtime == 1700000000 and members["plain/link"][0].linkname == "one"
    assert "can't find user nobodyhere" in building("FROM busybox\nCOPY --chown=nobodyhere d /x\n", TREE).error


def test_links_lead_nowhere_else(building):
    assert "file not found in build context" in building("FROM busybox\nCOPY out /x\n", TREE).error


def test_a_file_is_no_place_for_a_folder(building):
    assert "cannot copy to non-directory: /bin/sh" in building("FROM busybox\nCOPY d /bin/sh\n", TREE).error
    assert "cannot overwrite directory" in building("FROM busybox\nCOPY d /\n", {"d/": (folder, b""), "d/bin": "x"}).error


@pytest.mark.parametrize("pack", [lambda data: data, gzip.compress])
def test_add_unpacks_what_copy_does_not(building, pack):
    data = pack(archive(a=("A", 7), s__b=("B", 8)))
    image = building.ok("FROM busybox\nADD x /in\nCOPY x /copied\nADD --unpack=false x /whole\nADD text /text\n",
                        {"x": data, "text": "no archive"})
    files, owners = building.files(image), building.owners(image)
    assert files["in/a"] == b"A" and files["in/s/b"] == b"B" and owners["in/a"] == (7, 7)
    assert files["copied"] == files["whole"] == data and owners["copied"] == (0, 0) and files["text"] == b"no archive"


def test_an_archive_does_not_get_out(building):
    bad = io.BytesIO()
    with tarfile.open(fileobj=bad, mode="w") as tar:
        info = tarfile.TarInfo("../../escaped")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    assert "invalid tar" in building("FROM busybox\nADD x /in/deep\n", {"x": bad.getvalue()}).error


class Files(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        found = self.path == "/some/file.txt"
        self.send_response(200 if found else 404)
        self.send_header("Last-Modified", "Sun, 06 Nov 1994 08:49:37 GMT")
        self.send_header("Content-Length", "7" if found else "0")
        self.end_headers()
        if found:
            self.wfile.write(b"fetched")

    def log_message(self, *_):
        pass


@pytest.fixture
def web():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Files)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_add_fetches(building, web):
    good = hashlib.sha256(b"fetched").hexdigest()
    image = building.ok(f"FROM busybox\nADD {web}/some/file.txt /x/\nADD --checksum=sha256:{good} {web}/some/file.txt /named\n")
    info, data = building.members(image)["x/file.txt"]
    assert (data, info.mode, info.uid, info.mtime) == (b"fetched", 0o600, 0, 784111777)
    assert building.files(image)["named"] == b"fetched"
    assert "digest mismatch" in building(f"FROM busybox\nADD --checksum=sha256:{'0' * 64} {web}/some/file.txt /x\n").error
    assert "404" in building(f"FROM busybox\nADD {web}/gone /x\n").error
    assert "Using cache" in building(f"FROM busybox\nADD {web}/some/file.txt /x/\n").stream


def test_the_cache_goes_by_contents_not_times(building):
    dockerfile = "FROM busybox\nCOPY d /x\nRUN echo counted\n"
    first = building(dockerfile, TREE)
    assert first.stream.count("Using cache") == 0
    again = building(dockerfile, {name: ((lambda old: lambda info: (old(info), setattr(info, "mtime", 5)))(value[0]), value[1])
                                  if isinstance(value, tuple) else (lambda info: setattr(info, "mtime", 5), value.encode())
                                  for name, value in TREE.items()})
    assert again.stream.count("Using cache") == 2 and again.image == first.image
    assert building(dockerfile, {**TREE, "d/one": "other"}).stream.count("Using cache") == 0
    assert building(dockerfile, {**TREE, "d/one": (mode(0o600), b"1")}).stream.count("Using cache") == 0
    assert building(dockerfile, {**TREE, "unrelated": "x"}).stream.count("Using cache") == 2
    assert building(dockerfile, TREE, query="nocache=1").stream.count("Using cache") == 0


def test_a_change_ends_the_search(building):
    building.ok("FROM busybox\nRUN echo 1\nRUN echo 2\n")
    assert building("FROM busybox\nENV NEW=in-this-test\nRUN echo 1\nRUN echo 2\n").stream.count("Using cache") == 0
    assert building("FROM busybox\nRUN echo 1\nRUN echo 3\n").stream.count("Using cache") == 1


def test_what_mounts_show_is_part_of_a_step(building):
    dockerfile = ("FROM busybox AS other\nCOPY b /b\nFROM busybox\nRUN --mount=source=d,target=/d cat /d/one > /seen\n"
                  "RUN --mount=from=other,target=/o cat /o/b >> /seen\n")
    files = {"d/one": "1", "b": "b", "unrelated": "x"}
    building.ok(dockerfile, files)
    assert building(dockerfile, {**files, "unrelated": "y"}).stream.count("Using cache") == 3
    other = building(dockerfile, {**files, "d/one": "2"})
    assert building.files(other.image)["seen"] == b"2b"
    other = building(dockerfile, {**files, "b": "c"})
    assert building.files(other.image)["seen"] == b"1c"


def test_arguments_count_where_they_are_used(building):
    dockerfile = "FROM busybox\nRUN echo first\nARG A=1\nRUN echo $A\n"
    building.ok(dockerfile)
    assert building(dockerfile, query="buildargs={\"A\":\"2\"}").stream.count("Using cache") == 2
    assert building(dockerfile, query="buildargs={\"HTTP_PROXY\":\"http://x\"}").stream.count("Using cache") == 3


def test_images_from_elsewhere_may_be_the_cache(building):
    dockerfile = "FROM busybox\nRUN echo $RANDOM > /r\nCMD x\n"
    image = building.ok(dockerfile, tag="remote")
    saved = building.api.get("/images/remote/get", timeout=60).body
    kept = building.files(image)["r"]
    building.clean()
    assert building.api.post("/images/load", saved, headers={"Content-Type": "application/x-tar"}).status == 200
    assert building(dockerfile).stream.count("Using cache") == 0
    result = building(dockerfile + "LABEL more=1\n", query="cachefrom=[\"remote\"]&nocache=0")
    assert building.files(building.ok("FROM remote\n"))["r"] == kept and result.image


def test_the_same_to_the_bit(building):
    dockerfile = "FROM busybox\nRUN echo x > /x; mkdir /d\nCOPY d /y\nWORKDIR /w\nENV A=b\n"
    query = "nocache=1&buildargs={\"SOURCE_DATE_EPOCH\":\"1600000000\"}"
    first, second = building(dockerfile, TREE, query=query), building(dockerfile, TREE, query=query)
    assert first.image == second.image and first.image
    assert building.inspect(first.image)["Created"] == "2020-09-13T12:26:40Z"
