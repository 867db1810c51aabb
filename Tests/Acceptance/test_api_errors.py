"""The rules of the wire: versions, errors, odd requests. After each of them the engine still answers."""
import http.client
import json
import os
import socket

import pytest

from harness.rawhttp import Api, Hijacked


def raw(engine, data, seconds=10):
    """Sends bytes, then reads to the end or for `seconds`."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(seconds)
        connection.connect(engine.socket)
        try:
            connection.sendall(data)
        except (BrokenPipeError, ConnectionResetError):
            pass
        found = b""
        try:
            while chunk := connection.recv(65536):
                found += chunk
                if len(found) > 100_000:
                    break
        except (socket.timeout, ConnectionResetError):
            pass
        return found


@pytest.fixture(autouse=True)
def still_answers(engine):
    yield
    assert engine.api.get("/_ping", version="").status == 200


def test_ping(api):
    reply = api.get("/_ping", version="")
    assert (reply.status, reply.body) == (200, b"OK")
    assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert reply.headers["Api-Version"] == "1.50" and reply.headers["Ostype"] == "linux"
    assert reply.headers["Docker-Experimental"] == "false" and reply.headers["Server"].startswith("Docker/")
    assert reply.headers["Cache-Control"] == "no-cache, no-store, must-revalidate" and reply.headers["Pragma"] == "no-cache"
    assert reply.headers["Swarm"] == "inactive"


def test_head_ping(api):
    reply = api.request("HEAD", "/_ping", version="")
    assert (reply.status, reply.body, reply.headers["Content-Length"]) == (200, b"", "0")
    assert reply.headers["Api-Version"] == "1.50"


@pytest.mark.parametrize("path", ["/no/such/path", "/containers", "/containers/x/nothing", "/session", "/grpc"])
def test_unknown_paths(api, path):
    reply = api.get(path)
    assert reply.status == 404 and reply.json == {"message": "page not found"}
    assert reply.headers["Content-Type"].startswith("application/json")


def test_a_wrong_method_is_404_too(api):
    assert api.request("PUT", "/containers/json").json == {"message": "page not found"}


def test_options_is_empty(api):
    reply = api.request("OPTIONS", "/containers/json")
    assert (reply.status, reply.body) == (200, b"")


def test_a_version_from_the_future(api):
    reply = api.get("/containers/json", version="v1.99")
    assert reply.status == 400
    assert reply.message == "client version 1.99 is too new. Maximum supported API version is 1.50"


@pytest.mark.parametrize("version", ["v1.18", "v1.24", "v1.30", "v1.41", "v1.50", ""])
def test_every_version_lists_containers(api, version):
    assert api.get("/containers/json", version=version).status == 200


@pytest.mark.parametrize("version, is_json", [("v1.18", False), ("v1.23", False), ("v1.24", True), ("v1.50", True), ("", True)])
def test_error_bodies_by_version(api, version, is_json):
    reply = api.get("/containers/nobody/json", version=version)
    assert reply.status == 404
    if is_json:
        assert reply.json == {"message": "No such container: nobody"}
    else:
        assert reply.headers["Content-Type"] == "text/plain; charset=utf-8"
        assert reply.text.lower() in ("no such container: nobody\n", "no such id: nobody\n")


@pytest.mark.parametrize("method, path", [
    ("GET", "/containers/nobody/json"), ("GET", "/containers/nobody/logs?stdout=1"), ("GET", "/containers/nobody/top"),
    ("POST", "/containers/nobody/start"), ("POST", "/containers/nobody/stop"), ("POST", "/containers/nobody/kill"),
    ("POST", "/containers/nobody/restart"), ("POST", "/containers/nobody/pause"), ("POST", "/containers/nobody/unpause"),
    ("POST", "/containers/nobody/wait"), ("POST", "/containers/nobody/resize?h=1&w=1"),
    ("POST", "/containers/nobody/rename?name=somebody"), ("DELETE", "/containers/nobody"),
])
def test_unknown_containers(api, method, path):
    reply = api.request(method, path)
    assert reply.status == 404 and reply.message.endswith("No such container: nobody")


@pytest.mark.parametrize("method, path, words", [
    ("POST", "/swarm/init", "swarm"),
])
def test_what_is_not_there_yet_says_so(api, method, path, words):
    body = {} if path == "/swarm/init" else None
    reply = api.request(method, path, body)
    assert reply.status == 501, reply
    assert words in reply.message.lower() and "not supported" in reply.message or "not implemented" in reply.message


@pytest.mark.parametrize("path", ["/swarm", "/services", "/nodes", "/tasks", "/secrets", "/configs"])
def test_swarm_calls_on_an_engine_without_swarm(api, path):
    reply = api.get(path)
    assert reply.status == 503 and "This node is not a swarm manager" in reply.message


def test_plugins(api):
    assert api.get("/plugins").json == []
    assert api.get("/plugins/x/json").status == 404


# Bodies

@pytest.mark.parametrize("body, words", [
    (b"{", "EOF"), (b"", "EOF"), (b"[]", "cannot unmarshal"), (b'{"Image": 5}', "cannot unmarshal"), (b"not json", "invalid character"),
    (b'{"Image":"busybox"}{"second":1}', "unexpected content after JSON"), (b'"' * 3, ""), (b"\xff\xfe{}", ""),
    (b"[" * 100_000, ""), (b'{"a":' * 50_000, ""), (b'{"Image":"' + b"x" * 1_000_000, ""),
], ids=range(11))
def test_malformed_json(api, body, words):
    reply = api.post("/containers/create", body, headers={"Content-Type": "application/json"})
    assert reply.status == 400, reply
    assert words in reply.message


@pytest.mark.parametrize("kind", ["text/plain", "application/xml", "application/json/x", "json"])
def test_content_types(api, kind):
    reply = api.post("/containers/create", b'{"Image":"busybox"}', headers={"Content-Type": kind})
    assert reply.status == 400 and "application/json" in reply.message


def test_content_type_with_parameters(api):
    reply = api.post("/containers/create", b'{"Image":"busybox","Cmd":["x"]}',
                     headers={"Content-Type": "application/json; charset=utf-8"})
    assert reply.status == 201


def test_unknown_fields_and_nulls_are_ignored(api):
    body = {"Image": "busybox", "Cmd": ["true"], "NoSuchField": 1, "Env": None, "Labels": None, "HostConfig": {"Binds": None, "X": []},
            "NetworkingConfig": None}
    assert api.post("/containers/create", body).status == 201


def test_keys_are_matched_without_case(api):
    assert api.post("/containers/create", {"image": "busybox", "cmd": ["true"]}).status == 201


@pytest.mark.parametrize("body, status, words", [
    ({"Image": "no-such"}, 404, "No such image: no-such:latest"), ({"Image": ""}, 400, ""),
    ({"Image": "busybox", "Cmd": []}, 400, "no command specified"),
    ({"Image": "busybox", "Cmd": ["x"], "WorkingDir": "relative"}, 400, "needs to be an absolute path"),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"Memory": 1000}}, 400, "Minimum memory limit"),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"Memory": 64 << 20, "MemorySwap": 32 << 20}}, 400, "larger than memory limit"),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"MemorySwap": 32 << 20}}, 400, "always set the Memory limit"),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"CapAdd": ["NOT_A_CAP"]}}, 400, "NOT_A_CAP"),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"SecurityOpt": ["nonsense"]}}, 400, "nonsense"),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"Binds": ["relative:/x:sideways"]}}, 400, ""),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"Binds": ["/a:relative"]}}, 400, ""),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"Binds": ["/tmp:/"]}}, 400, "destination can't be '/'"),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"Mounts": [{"Type": "bind", "Source": "/no/such/source", "Target": "/x"}]}},
     400, "bind source path does not exist: /no/such/source"),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"Links": ["a:b"]}}, 400, "could not get container for a"),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"PortBindings": {"80/tcp": [{"HostPort": "99999"}]}}}, 400, "99999"),
    ({"Image": "busybox", "Cmd": ["x"], "ExposedPorts": {"x/tcp": {}}}, 400, "x/tcp"),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"CpusetCpus": "500"}}, 400, "500"),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"BlkioWeight": 5}}, 400, "10 to 1000"),
    ({"Image": "busybox", "Cmd": ["x"], "HostConfig": {"Ulimits": [{"Name": "nonsense", "Soft": 1, "Hard": 1}]}}, 400, "nonsense"),
], ids=range(19))
def test_create_that_cannot_be(api, body, status, words):
    reply = api.post("/containers/create?name=cannot", body)
    assert reply.status == status, reply
    assert words.lower() in reply.message.lower() and "\n" not in reply.message
    # Neither the container nor its name is kept.
    assert api.get("/containers/cannot/json").status == 404


@pytest.mark.parametrize("name", ["x", "-ab", "a b", "../etc", "a/b", "%00ab", "é" * 3])
def test_bad_names(api, name):
    from urllib.parse import quote
    reply = api.post("/containers/create?name=" + quote(name, safe="%"), {"Image": "busybox", "Cmd": ["x"]})
    assert reply.status == 400
    assert "only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed" in reply.message


def test_a_missing_device(api):
    device = {"PathOnHost": "/dev/no-such", "PathInContainer": "/dev/x", "CgroupPermissions": "rwm"}
    reply = api.post("/containers/create", {"Image": "busybox", "Cmd": ["true"], "HostConfig": {"Devices": [device]}})
    if reply.status == 201:
        reply = api.post(f"/containers/{reply.json['Id']}/start")
    assert reply.status in (400, 500)
    assert 'error gathering device information while adding custom device "/dev/no-such"' in reply.message


def test_start_with_a_body(api, old_api):
    container = api.create(cmd=("sleep", "100"))
    reply = api.post(f"/containers/{container}/start", {"Binds": ["/tmp:/x"]})
    assert reply.status == 400
    assert reply.message == ("starting container with non-empty request body was deprecated since API v1.22 and removed in v1.24")
    assert api.post(f"/containers/{container}/start", b"{}", headers={"Content-Type": "application/json"}).status == 204
    other = old_api.create(cmd=("sh", "-c", "ls -d /bound"))
    assert old_api.post(f"/containers/{other}/start", {"Binds": ["/tmp:/bound"]}).status == 204
    assert old_api.wait(other) == 0


def test_host_config_at_the_top_level_of_1_18(old_api):
    reply = old_api.post("/containers/create", {"Image": "busybox", "Cmd": ["true"], "Memory": 64 << 20, "CpuShares": 100})
    assert reply.status == 201 and reply.json["Warnings"] in (None, [])
    assert old_api.inspect(reply.json["Id"])["HostConfig"]["Memory"] == 64 << 20


BIG = int(os.environ.get("BIG_BODY", str(100 << 20)))


@pytest.mark.parametrize("method, path", [
    ("POST", "/containers/create"), ("POST", "/containers/nobody/start"), ("POST", "/containers/nobody/exec"),
    ("POST", "/exec/nobody/start"), ("GET", "/containers/json"), ("DELETE", "/containers/nobody"), ("POST", "/auth"),
    ("POST", "/no/such/path"), ("POST", "/commit"), ("POST", "/containers/nobody/wait"),
])
def test_huge_bodies(api, engine, method, path):
    from harness import host
    before = host.private_kib(engine.pid)
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(60)
        connection.connect(engine.socket)
        head = f"{method} /v1.50{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {BIG}\r\n\r\n"
        chunk = b'{"a":"' + b"x" * ((1 << 20) - 6)
        try:
            connection.sendall(head.encode())
            for _ in range(BIG >> 20):
                connection.sendall(chunk)
        except (BrokenPipeError, ConnectionResetError):
            pass
        try:
            reply = connection.recv(4096)
        except ConnectionResetError:
            reply = b""
    assert reply == b"" or reply.startswith(b"HTTP/1.1 ") and reply.split()[1][:1] in (b"2", b"4", b"5"), reply[:100]
    assert host.private_kib(engine.pid) - before < 64_000, "a body was kept in memory"


# Requests

@pytest.mark.parametrize("data", [
    b"GET / HTTP/9.9\r\n\r\n", b"\0" * 1000, b"GET\r\n\r\n", b"GET /_ping\r\n\r\n", b"\r\n\r\n\r\n", os.urandom(500),
    b"GET /_ping HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
    b"GET /_ping HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
    b"POST /_ping HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
    b"GET /_ping HTTP/1.1\r\nHost: x\r\n" + b"X: " + b"y" * 2_000_000 + b"\r\n\r\n",
    b"GET /_ping HTTP/1.1\r\nHost: x\r\n" + b"".join(b"X%d: y\r\n" % n for n in range(300_000)) + b"\r\n",
    b"GET /" + b"a" * 1_000_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\0" * 500,
], ids=range(13))
def test_requests_that_are_none(engine, data):
    found = raw(engine, data, 2)
    assert not found.startswith(b"HTTP/1.1 2"), found[:200]


@pytest.mark.parametrize("host", ["", "Host: \r\n", "Host: a b\r\n", "Host: api.moby.localhost\r\n", "Host: %2Fvar%2Frun%2Fdocker.sock\r\n"])
def test_any_host_header_will_do(engine, host):
    found = raw(engine, f"GET /_ping HTTP/1.1\r\n{host}Connection: close\r\n\r\n".encode(), 5)
    assert found.startswith(b"HTTP/1.1 200") and found.endswith(b"OK")


def test_http_1_0_is_answered_without_chunks(engine):
    found = raw(engine, b"GET /v1.50/containers/json HTTP/1.0\r\n\r\n", 5)
    head, _, body = found.partition(b"\r\n\r\n")
    assert b" 200 " in head.split(b"\r\n")[0] and b"chunked" not in head.lower() and body.strip() == b"[]"


def test_the_connection_is_kept(engine):
    with Hijacked(engine.socket, 5) as connection:
        for _ in range(3):
            connection.send(b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
            assert connection.read_head()[0] == 200
            connection.read_until(b"OK")
            connection.buffer = b""


def test_requests_in_one_packet_are_answered_in_order(engine):
    request = b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\nGET /v1.50/containers/nobody/json HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    found = raw(engine, request, 5)
    assert found.index(b" 200 ") < found.index(b" 404 ")


def test_an_error_leaves_the_connection_usable(engine):
    connection = http.client.HTTPConnection("x")
    connection.sock = socket.socket(socket.AF_UNIX)
    connection.sock.connect(engine.socket)
    for _ in range(2):
        connection.request("POST", "/v1.50/containers/create", b"{bad", {"Content-Type": "application/json"})
        reply = connection.getresponse()
        assert reply.status == 400 and reply.read()
    connection.close()


def test_expect_continue(engine):
    body = json.dumps({"Image": "busybox", "Cmd": ["true"]}).encode()
    with Hijacked(engine.socket, 5) as connection:
        connection.send(b"POST /v1.50/containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
                        b"Expect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body))
        status, _ = connection.read_head()
        assert status == 100
        connection.send(body)
        assert connection.read_head()[0] == 201


def test_chunked_bodies(api):
    def parts():
        yield b'{"Image":"busy'
        yield b'box","Cmd":["true"]}'
    reply = api.post("/containers/create", parts(), headers={"Content-Type": "application/json", "Transfer-Encoding": "chunked"})
    assert reply.status == 201


def test_a_client_that_leaves_in_the_middle(engine, api):
    for data in (b"POST /v1.50/containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n{",
                 b"POST /v1.50/images/load HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhell",
                 b"GET /v1.50/even"):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(engine.socket)
            connection.sendall(data)
    assert api.get("/containers/json?all=1").json == []


def test_names_in_paths_are_decoded_once(api):
    api.post("/images/busybox/tag?repo=a.example:5000/b/c&tag=d")
    try:
        for path in ("/images/a.example:5000/b/c:d/json", "/images/a.example:5000%2Fb%2Fc:d/json", "/images/a.example%3A5000/b/c%3Ad/json"):
            assert api.get(path).status == 200, path
        assert api.get("/images/a.example%253A5000/b/c:d/json").status in (400, 404)
    finally:
        api.delete("/images/a.example:5000/b/c:d")


def test_form_bodies_are_merged_into_the_query(old_api):
    container = old_api.create(name="formed")
    reply = old_api.request("POST", f"/containers/{container}/rename", b"name=reformed", {"Content-Type": "application/x-www-form-urlencoded"})
    assert reply.status == 204 and old_api.inspect("reformed")["Id"] == container


def test_auth_header_that_is_noise_is_anonymous(api):
    reply = api.post("/images/create?fromImage=no-such&tag=x", headers={"X-Registry-Auth": "!!!not base64!!!"})
    assert reply.status in (404, 500, 501)


def test_many_connections(engine):
    sockets = []
    try:
        for _ in range(300):
            connection = socket.socket(socket.AF_UNIX)
            connection.connect(engine.socket)
            sockets.append(connection)
        assert engine.api.get("/_ping", version="").status == 200
    finally:
        for connection in sockets:
            connection.close()
