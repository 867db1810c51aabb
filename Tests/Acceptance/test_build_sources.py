"""What COPY and ADD find, unpack and fetch, and what they say when there is nothing."""
import bz2
import gzip
import http.server
import lzma
import subprocess
import threading

import pytest

from harness import images
from harness.images import entry, folder


def zstd(data):
    return subprocess.run(["zstd", "-c"], input=data, stdout=subprocess.PIPE, check=True).stdout


def old_lzma(data):
    return lzma.compress(data, format=lzma.FORMAT_ALONE)


PACKERS = {"gzip": gzip.compress, "bzip2": bz2.compress, "xz": lzma.compress, "zstd": zstd}
OF_FILE = {"mode": 0o640, "uid": 5, "gid": 6, "mtime": 1234567890}
FILES = images.tar(folder("d", mode=0o700, uid=3, gid=4), entry("d/f", b"packed", **OF_FILE),
                   images.symlink("l", "d/f"), images.hardlink("h", "d/f", **OF_FILE))


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
@pytest.mark.parametrize("name", ["files.tar", "no-name-of-an-archive"])
def test_add_unpacks_every_compression(building, pack, name):
    """What is in a file counts, not what it is called (Dockerfile reference, ADD). Docker takes zstd since 23.0."""
    data = pack(FILES)
    members = building.members(building.ok(f"FROM scratch\nADD {name} /in/\nCOPY {name} /whole\n", {name: data}))
    found, content = members["in/d/f"]
    assert (content, found.mode & 0o7777, found.uid, found.gid, int(found.mtime)) == (b"packed", 0o640, 5, 6, 1234567890)
    assert (members["in/d"][0].mode & 0o7777, members["in/d"][0].uid) == (0o700, 3)
    assert members["in/l"][0].linkname == "d/f" and "in/h" in members
    assert members["whole"][1] == data and f"in/{name}" not in members


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_what_is_packed_and_no_archive_stays_packed(building, pack):
    data = pack(b"a text and no archive\n" * 100)
    assert building.files(building.ok("FROM scratch\nADD text /in/\n", {"text": data})) == {"in": b"", "in/text": data}


@pytest.mark.parametrize("pack", PACKERS.values(), ids=PACKERS)
def test_an_archive_that_breaks_off_is_an_error(building, pack):
    whole = pack(images.tar(*[entry(f"f{n}", bytes(range(256)) * 400 + n.to_bytes(4, "big")) for n in range(20)]))
    result = building("FROM scratch\nADD half /in/\n", {"half": whole[:len(whole) * 2 // 3]})
    assert result.error and result.image is None, result


@pytest.mark.parametrize("instruction", ["COPY *.nothing /x/", "ADD *.nothing /x/", "COPY d/?.nothing e[0-9] /x/"])
def test_a_pattern_that_matches_nothing(building, instruction):
    keyword = instruction.split()[0]
    result = building(f"FROM scratch\n{instruction}\n", {"d/f": "1", "e.txt": "2"})
    assert result.error == f"{keyword} failed: no source files were specified"


def test_a_pattern_that_matches_one_is_one(building):
    files = {"one.txt": "1", "[odd]": "2", "d/two.txt": "3"}
    assert building.files(building.ok("FROM scratch\nCOPY *.txt *.nothing /x\n", files)) == {"x": b"1"}
    assert building.files(building.ok("FROM scratch\nCOPY [[]odd] /x\n", files)) == {"x": b"2"}
    assert building.files(building.ok("FROM scratch\nCOPY */*.txt /x/\n", files))["x/two.txt"] == b"3"


@pytest.fixture
def web():
    class Pages(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.send_header("Content-Length", "7")
            self.end_headers()
            self.wfile.write(b"fetched")

        def log_message(self, *_):
            pass
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("path", ["/", "", "/?name=x", "/folder/", "/a/..", "/%2e%2e"])
def test_a_url_without_a_name_needs_one_for_the_file(building, web, path):
    assert f"ADD failed: cannot determine filename for source {web}" in building(f"FROM scratch\nADD {web}{path} /x/\n").error
    assert building.files(building.ok(f"FROM scratch\nADD {web}{path} /x\n")) == {"x": b"fetched"}


def test_the_name_of_a_url_is_its_last_part(building, web):
    files = building.files(building.ok(f"FROM scratch\nADD {web}/a/b.txt?c=d {web}/with%20blank {web}/a%2Fc /x/\n"))
    assert files == {"x": b"", **{"x/" + name: b"fetched" for name in ("b.txt", "with blank", "c")}}


@pytest.mark.parametrize("instruction, said", [
    ("COPY one", "COPY requires at least two arguments, but only one was provided. Destination could not be determined"),
    ("ADD one", "ADD requires at least two arguments, but only one was provided. Destination could not be determined"),
    ("COPY --nothing a /b", "unknown flag: --nothing"),
    ("COPY --chown a /b", "missing a value on flag: --chown"),
    ("COPY --link=maybe a /b", "expecting boolean value for flag --link, not: maybe"),
    ("ADD --from=x a /b", "unknown flag: --from"),
    ("COPY --checksum=sha256:00 a /b", "unknown flag: --checksum"),
])
def test_a_mistake_has_its_line(building, instruction, said):
    """In the words of BuildKit's parser, which Docker's engine has for both builders."""
    reply = building(f"FROM scratch\n\n# a comment\n{instruction}\n", {"a": ""}).reply
    assert reply.status == 400 and reply.message.startswith(f"dockerfile parse error on line 4: {said}"), reply


@pytest.mark.parametrize("keyword", ["COPY", "ADD"])
def test_what_is_not_there_is_named(building, keyword):
    for source in ("nothing", "d/nothing", "/d/nothing"):
        assert building(f"FROM scratch\n{keyword} {source} /x\n", {"d/f": ""}).error == \
            f"{keyword} failed: file not found in build context or excluded by .dockerignore: " \
            f"stat {source.lstrip('/')}: file does not exist"
