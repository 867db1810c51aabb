"""Registries that lie, stall, break off and overdo it: nothing wrong is ever kept."""
import json
import os
import socket
import subprocess
import tarfile
import threading
import time

import pytest

from harness import images
from harness.hostile import HostileRegistry
from harness.images import entry
from harness.distribution import MANIFEST, OCI_MANIFEST, Image, name_of
from harness.waiting import eventually
from test_images import progress
from test_pull import only_busybox, pull, small  # noqa: F401


@pytest.fixture
def hostile():
    found = HostileRegistry()
    yield found
    found.stop()


def layers_on_disk(engine):
    return {name for name in os.listdir(engine.root + "/overlay") if name.startswith("l-")}


def spools(engine):
    folder = engine.root + "/image/overlay/downloads"
    return sorted(os.listdir(folder)) if os.path.isdir(folder) else []


@pytest.fixture
def clean(engine):
    """After the test the engine has the layers it had before, and no half-loaded blob."""
    before = layers_on_disk(engine)
    yield
    eventually(lambda: layers_on_disk(engine) - before == set(), 10, what="layers taken away")


def fails(reply, text):
    assert reply.status >= 400 or "errorDetail" in reply.text, reply
    assert text in (reply.message if reply.status >= 400 else progress(reply)[-1]["error"]), reply


def once(times, action):
    """A rule's action for the first requests for blobs only."""
    left = [times]

    def rule(handler, path):
        if "/blobs/" not in path or left[0] == 0:
            return False
        left[0] -= 1
        return action(handler, path)
    return rule


def body_of(hostile, path):
    return hostile.blobs[path.rsplit("/", 1)[1]]


def test_a_blob_with_other_bytes(api, engine, hostile, clean):
    image = small("lies")
    name = hostile.put("a/b", "1", image)
    wrong = name_of(image.layers[1])
    hostile.blobs[wrong] = bytes([image.layers[1][0]]) + bytes(len(image.layers[1]) - 1)
    fails(pull(api, name), f"filesystem layer verification failed for digest {wrong}")
    assert api.get(f"/images/{name}/json").status == 404
    hostile.blobs[wrong] = image.layers[1]
    assert "Downloaded newer image" in pull(api, name).text
    eventually(lambda: not {f"sha256-{name_of(layer)[7:]}" for layer in image.layers} & set(spools(engine)))
    api.delete(f"/images/{name}")


def test_valid_layers_under_a_wrong_diff_id(api, hostile, clean):
    image, other = small("diff-a", 1), small("diff-b", 1)
    image.layers = other.layers
    image.document["layers"] = other.document["layers"]
    image.seal()
    fails(pull(api, hostile.put("a/b", "1", image)), "invalid diffID for layer")


@pytest.mark.parametrize("ranges", [True, False])
def test_a_connection_that_breaks_is_gone_on_with(api, hostile, ranges):
    image = Image(images.tar(entry("large", os.urandom(3_000_000))))
    name = hostile.put("a/b", "1", image)
    blob = name_of(image.layers[0])
    starts = []

    def half(handler, path):
        if blob not in path:
            return False
        asked = handler.headers.get("Range")
        start = int(asked[6:-1]) if asked and ranges else 0
        starts.append(int(asked[6:-1]) if asked else 0)
        rest = image.layers[0][start:]
        handler.send_response(206 if start else 200)
        handler.send_header("Content-Length", str(len(rest)))
        handler.end_headers()
        # The further it has come, the more it gives, so that it ends with and without ranges.
        handler.wfile.write(rest[:(len(starts) * 1_000_000) if not ranges else 1_000_000])
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True
        return True
    hostile.rules.append(half)
    assert "Downloaded newer image" in pull(api, name).text
    # Where a connection is reset, some of what was sent last is lost.
    assert len(starts) > 2 and sorted(starts) == starts and starts[-1] > 500_000, starts


@pytest.mark.parametrize("length, place", [(2**63 - 1, None), (2_000_000, "bytes 0-1999999/3000000")])
def test_a_piece_of_another_length_or_place(api, hostile, clean, length, place):
    image = Image(images.tar(entry("large", os.urandom(3_000_000))))
    name = hostile.put("a/b", "1", image)

    def lie(handler, path):
        if name_of(image.layers[0]) not in path:
            return False
        resumed = "Range" in handler.headers
        handler.send_response(206 if resumed else 200)
        handler.send_header("Content-Length", str(length if resumed else len(image.layers[0])))
        if resumed and place:
            handler.send_header("Content-Range", place)
        handler.end_headers()
        handler.wfile.write(image.layers[0][:1_000_000])
        handler.wfile.flush()
        handler.connection.shutdown(socket.SHUT_RDWR)
        handler.close_connection = True
        return True
    hostile.rules.append(lie)
    fails(pull(api, name), "comes from byte 0 on" if place else f"is announced with {2**63 - 1} bytes")
    assert api.get("/_ping").status == 200


def test_a_registry_that_stalls(api, hostile):
    """After 20 seconds without a byte the connection counts as broken."""
    image = Image(images.tar(entry("large", os.urandom(300_000))))
    name = hostile.put("a/b", "1", image)

    def stall(handler, path):
        data = body_of(hostile, path)
        handler.send_response(200)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data[:100])
        handler.wfile.flush()
        time.sleep(40)
        return True
    hostile.rules.append(lambda handler, path: name_of(image.layers[0]) in path and once_only(handler, path))
    once_only = once(1, stall)
    began = time.monotonic()
    assert "Downloaded newer image" in pull(api, name).text
    assert 19 < time.monotonic() - began < 35


@pytest.mark.parametrize("status, code", [(500, "UNKNOWN"), (429, "TOOMANYREQUESTS"), (503, "UNAVAILABLE")])
def test_troubles_that_pass(api, hostile, status, code):
    name = hostile.put("a/b", "1", small(f"status-{status}"))
    # Each of the four blobs is refused the first time.
    hostile.rules.append(lambda handler, path: "/blobs/" in path and len(hostile.asked(path)) == 1
                         and (handler.refuse(status, code, "later", Retry_After="1") or True))
    began = time.monotonic()
    reply = pull(api, name)
    assert "Downloaded newer image" in reply.text
    assert time.monotonic() - began >= 0.9 and "Retrying in 1 second" in reply.text


def test_a_pull_that_waits_does_not_hold_up_others(api, hostile):
    """Three layers at once are loaded by the whole engine; a registry may ask all three to come back later."""
    slow = small("slow")
    name, other = hostile.put("a/slow", "1", slow), hostile.put("b/quick", "1", small("quick"))
    hostile.rules.append(lambda handler, path: "/a/slow/blobs/" in path and slow.id not in path
                         and (handler.refuse(429, "TOOMANYREQUESTS", "later", Retry_After="300") or True))
    connection, reply = api.open("POST", f"/images/create?fromImage={name}")
    try:
        eventually(lambda: len(hostile.asked("/a/slow/blobs/")) >= 4, what="all layers are refused")
        began = time.monotonic()
        assert "Downloaded newer image" in pull(api, other).text
        assert time.monotonic() - began < 10
    finally:
        reply.close()
        connection.close()


def test_troubles_that_do_not_pass(api, hostile, clean):
    name = hostile.put("a/b", "1", small("never"))
    hostile.rules.append(
        lambda handler, path: "/blobs/" in path and (handler.refuse(500, "UNKNOWN", "never", Retry_After="0") or True))
    fails(pull(api, name), "unknown: never")


def test_a_redirect_in_a_loop(api, hostile, clean):
    name = hostile.put("a/b", "1", small("loop"))
    hostile.rules.append(lambda handler, path: "/blobs/" in path and (handler.reply(307, Location=path) or True))
    fails(pull(api, name), "stopped after 10 redirects")
    assert len(hostile.asked("/blobs/")) < 100


@pytest.mark.parametrize("place", ["http+unix://%2Frun%2Fdocker.sock/x", "file:///etc/passwd", "ftp://127.0.0.1/x", "http://"])
def test_a_redirect_to_what_is_no_web_address(api, hostile, clean, place):
    name = hostile.put("a/b", "1", small("place"))
    hostile.rules.append(lambda handler, path: "/blobs/" in path and (handler.reply(307, Location=place) or True))
    fails(pull(api, name), "")


def test_secrets_do_not_follow_a_redirect(api):
    first, second = HostileRegistry(users={"me": "secret"}), HostileRegistry(address="127.0.0.2")
    try:
        image = small("elsewhere")
        name = first.put("a/b", "1", image)
        second.put("a/b", "1", image)
        first.rules.append(
            lambda handler, path: "/blobs/" in path and (handler.reply(307, Location=f"http://{second.host}{path}") or True))
        from test_registry_auth import header
        assert "Downloaded newer image" in pull(api, name, headers=header("me", "secret")).text
        assert second.seen and all("Authorization" not in headers for _, _, headers in second.seen)
    finally:
        first.stop()
        second.stop()


def test_a_length_of_a_hundred_gigabytes(api, hostile, clean):
    name = hostile.put("a/b", "1", small("huge"))
    hostile.rules.append(
        lambda handler, path: "/blobs/" in path and (handler.reply(200, b"x", Content_Length=str(100 << 30)) or True))
    fails(pull(api, name), f"is announced with {100 << 30} bytes, and the manifest says")


def test_more_bytes_than_the_manifest_says(api, hostile, clean):
    image = small("more", 1)
    name = hostile.put("a/b", "1", image)

    def endless(handler, path):
        if name_of(image.layers[0]) not in path:
            return False
        handler.send_response(200)
        handler.send_header("Transfer-Encoding", "chunked")
        handler.end_headers()
        while True:
            handler.wfile.write(b"10000\r\n" + bytes(0x10000) + b"\r\n")
    hostile.rules.append(endless)
    fails(pull(api, name), "is larger than the")


def test_a_bomb(api, engine, hostile, clean):
    """Five gigabytes of zeros in some hundred kilobytes: refused at four, without memory."""
    size = 5 << 30
    info = tarfile.TarInfo("zeros")
    info.size = size
    pack = subprocess.Popen(["zstd", "-c", "-q"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def feed():
        piece = bytes(1 << 20)
        pack.stdin.write(info.tobuf())
        for _ in range(size >> 20):
            pack.stdin.write(piece)
        pack.stdin.write(bytes(1024))
        pack.stdin.close()
    thread = threading.Thread(target=feed)
    thread.start()
    packed = pack.stdout.read()
    thread.join()
    image = Image(b"stands for it", pack=lambda _: packed, kind=OCI_MANIFEST, config="application/vnd.oci.image.config.v1+json",
                  layer="application/vnd.oci.image.layer.v1.tar+zstd")
    assert len(packed) < 1_000_000
    with open(f"/proc/{engine.pid}/status") as file:
        before = int(next(line for line in file if line.startswith("VmRSS")).split()[1])
    fails(api.post(f"/images/create?fromImage={hostile.put('a/b', '1', image)}", timeout=120), "it becomes larger than is allowed")
    with open(f"/proc/{engine.pid}/status") as file:
        peak = int(next(line for line in file if line.startswith("VmHWM")).split()[1])
    assert peak - before < 100 << 10


@pytest.mark.parametrize("spoil, text", [
    (lambda image: b"{" + b" " * (50 << 20) + b"}", "is larger than 4194304 bytes"),
    (lambda image: b"not json", "invalid manifest"),
    (lambda image: b"", "invalid manifest"),
    (lambda image: b"[]", "invalid manifest"),
    (lambda image: json.dumps(dict(image.document, layers=image.document["layers"][:1] * 10_000)).encode(), "max depth exceeded"),
    (lambda image: json.dumps(dict(image.document, manifests=[])).encode(), "neither an image nor an index, or both"),
    (lambda image: json.dumps(dict(image.document, schemaVersion=3)).encode(), "unsupported manifest schema version 3"),
    (lambda image: json.dumps(dict(image.document, layers=image.document["layers"][:1])).encode(),
     "layers from manifest don't match image configuration"),
    (lambda image: json.dumps(dict(image.document, config=dict(image.document["config"], size=1 << 40))).encode(),
     "invalid image config: larger than"),
])
def test_manifests_that_are_none(api, hostile, clean, spoil, text):
    image = small("manifest")
    name = hostile.put("a/b", "1", image)
    hostile.manifests["a/b", "1"] = (spoil(image), MANIFEST)
    fails(pull(api, name), text)


def test_a_manifest_under_another_digest(api, hostile, clean):
    image, other = small("one"), small("two")
    hostile.put("a/b", "1", image)
    hostile.put("a/b", "2", other)
    hostile.manifests["a/b", image.digest] = (other.manifest, MANIFEST)
    fails(pull(api, f"{hostile.host}/a/b@{image.digest}"), f"manifest verification failed for digest {image.digest}")


def test_a_config_under_another_digest(api, hostile, clean):
    image = small("config")
    name = hostile.put("a/b", "1", image)
    hostile.blobs[image.id] = b"{" + b" " * (len(image.config) - 2) + b"}"
    fails(pull(api, name), f"image config verification failed for digest {image.id}")


def test_pages_of_tags_that_go_round(api, hostile, clean):
    hostile.put("a/b", "1", small("round"))

    def page(handler, path):
        if "/tags/list" not in path:
            return False
        other = "/v2/a/b/tags/list?last=" + ("x" if "last=y" in path else "y")
        handler.reply(200, b'{"name":"a/b","tags":["!"]}', Link=f'<{other}>; rel="next"')
        return True
    hostile.rules.append(page)
    api.post(f"/images/create?fromImage={hostile.host}/a/b", timeout=20)
    assert len([path for _, path, _ in hostile.seen if "/tags/list" in path]) <= 3
