"""Values at the edge of what a number, a pattern or a client's patience holds: the engine answers and goes on."""
import io
import json
import os
import socket
import tarfile
import threading
import time

import pytest

from harness.waiting import eventually


@pytest.fixture(autouse=True)
def still_answers(engine):
    pid = engine.pid
    yield
    assert engine.api.get("/_ping", version="").status == 200 and engine.pid == pid


@pytest.mark.parametrize("change", ["EXPOSE%20/", "EXPOSE%2080-x", "EXPOSE%20-", "EXPOSE%2090-80", "ENV%20=", "VOLUME%20%5B",
                                    "USER", "ONBUILD", "WORKDIR%20%00"])
def test_changes_that_make_no_sense(api, busybox_tar, change):
    with open(busybox_tar, "rb") as file:
        reply = api.post(f"/images/create?fromSrc=-&changes={change}", file.read())
    assert reply.status in (200, 400), reply


@pytest.mark.parametrize("pattern", ["[z-a]*", "[", "[]", "[^", "[a-]", "\\\\", "*" * 60, "[-]"])
def test_patterns_that_match_nothing(api, pattern):
    reply = api.get("/images/json?filters=" + json.dumps({"reference": [pattern]}).replace("*", "%2A").replace(" ", ""))
    assert reply.status in (200, 400), reply


@pytest.mark.parametrize("query", ["until=-8000000000", "until=-9223372036854775808", "until=0", "since=-9e99&until=1",
                                   "since=99999999999999999999&until=1", "until=1.999999999999"])
def test_times_far_away(api, query):
    reply = api.get(f"/events?{query}", timeout=10)
    assert reply.status in (200, 400), reply


def test_since_0_replays_what_is_kept(api):
    container = api.create()
    events = api.get("/events?since=0&until=" + str(int(time.time()) + 1), timeout=10).body.decode()
    assert container in events


@pytest.mark.parametrize("field, value", [
    ("Memory", 2 ** 62), ("Memory", 2 ** 63 - 1), ("Memory", -1), ("MemorySwap", 2 ** 63 - 1), ("CpuShares", 2 ** 63 - 1),
    ("CpuQuota", -2 ** 63), ("CpuPeriod", 2 ** 63 - 1), ("NanoCpus", 2 ** 63 - 1), ("PidsLimit", 2 ** 63 - 1),
    ("OomScoreAdj", 2 ** 40), ("ShmSize", 2 ** 63 - 1), ("CpusetCpus", "500"), ("CpusetCpus", "4-1"), ("CpusetCpus", "0-9999999999"),
    ("CpusetCpus", "x"), ("BlkioWeight", 65535)])
def test_limits_beyond_any_machine(api, field, value):
    reply = api.post("/containers/create", {"Image": "busybox", "Cmd": ["true"], "HostConfig": {field: value}})
    assert reply.status in (201, 400), reply
    if field == "CpusetCpus":
        assert reply.status == 400, reply
    if reply.status == 201:
        assert api.post(f"/containers/{reply.json['Id']}/start").status in (204, 400, 500)
        assert api.delete(f"/containers/{reply.json['Id']}?force=1").status == 204


def test_a_client_that_leaves_does_not_cut_the_grace_period_short(api):
    container = api.run(cmd=("sh", "-c", "trap 'sleep 2; exit 7' TERM; echo up; while :; do sleep 0.1; done"))
    eventually(lambda: b"up" in api.get(f"/containers/{container}/logs?stdout=1").body)
    connection = socket.socket(socket.AF_UNIX)
    connection.connect(api.path)
    connection.sendall(f"POST /{api.version}/containers/{container}/stop?t=20 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    time.sleep(0.5)
    connection.close()
    assert api.wait(container) == 7


def test_a_client_that_leaves_does_not_keep_a_container_from_its_removal(api):
    container = api.run(cmd=("sleep", "1000"))
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(api.path)
        connection.sendall(f"DELETE /{api.version}/containers/{container}?force=1 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    eventually(lambda: api.get(f"/containers/{container}/json").status == 404)


def test_half_an_archive_makes_no_image(api):
    before = api.get("/images/json?all=1").json
    whole = io.BytesIO()
    with tarfile.open(fileobj=whole, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
        archive.addfile(tarfile.TarInfo("b"))
    # Between two entries: nothing in the bytes says that they are not all.
    data = whole.getvalue()[:512]
    for path in ("/images/create?fromSrc=-&repo=half", "/images/load"):
        with socket.socket(socket.AF_UNIX) as connection:
            connection.connect(api.path)
            connection.sendall(f"POST /{api.version}{path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-tar\r\n"
                               f"Content-Length: {len(whole.getvalue())}\r\n\r\n".encode() + data)
            time.sleep(0.2)
    time.sleep(0.5)
    assert api.get("/images/json?all=1").json == before


@pytest.fixture
def stalled(api):
    """Opens uploads that never go on, of each kind in turn; what the engine says to one of them."""
    paths = ["/images/load", "/images/create?fromSrc=-", "/build"]
    connections = []

    def stall(number):
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(10)
        connection.connect(api.path)
        connection.sendall(f"POST /{api.version}{paths[number % len(paths)]} HTTP/1.1\r\nHost: x\r\n"
                           "Content-Type: application/x-tar\r\nContent-Length: 100000\r\n\r\n".encode())
        connections.append(connection)
        return connection
    yield stall
    for connection in connections:
        connection.close()


def test_uploads_that_stall_stop_nothing_else(api, stalled):
    for number in range(100):
        stalled(number)
    began = time.monotonic()
    assert api.get("/images/json", timeout=10).status == 200
    container = api.run(cmd=("true",))
    assert api.wait(container) == 0
    assert api.delete(f"/containers/{container}").status == 204
    assert time.monotonic() - began < 10


def test_past_a_bound_uploads_are_refused(api, stalled):
    for number in range(140):
        stalled(number)
    eventually(lambda: "too many transfers: 128 are under way" in api.post("/images/load", b"x", timeout=10).text, 10)
    assert api.get("/images/json", timeout=10).status == 200


def test_a_restart_behind_a_removal_finds_nothing(api):
    container = api.run(cmd=("sh", "-c", "trap '' TERM; while :; do sleep 0.1; done"))
    results = []
    stop = threading.Thread(target=lambda: results.append(api.post(f"/containers/{container}/stop?t=1").status))
    stop.start()
    time.sleep(0.2)
    remove = threading.Thread(target=lambda: results.append(api.delete(f"/containers/{container}?force=1").status))
    remove.start()
    time.sleep(0.05)
    status = api.post(f"/containers/{container}/restart").status
    stop.join()
    remove.join()
    assert status in (404, 409) and api.get(f"/containers/{container}/json").status == 404
    # Its name and its row are gone as well.
    assert all(entry["Id"] != container for entry in api.get("/containers/json?all=1").json)


def test_renaming_what_is_gone_takes_no_name(api):
    container = api.create(name="first")
    assert api.delete(f"/containers/{container}").status == 204
    assert api.post(f"/containers/{container}/rename?name=second").status == 404
    api.create(name="second")


def test_processes_by_their_last_column(api):
    container = api.run(cmd=("sleep", "1000"))
    top = api.get(f"/containers/{container}/top?ps_args=-o%20comm,pid").json
    assert len(top["Processes"]) == 1 and top["Processes"][0][0] == "sleep" and int(top["Processes"][0][1]) > 1


def test_where_the_files_of_a_layer_are(api):
    container = api.run(cmd=("sh", "-c", "echo hello >/file; sleep 1000"))
    eventually(lambda: api.get(f"/containers/{container}/top").status == 200)
    driver = api.inspect(container)["GraphDriver"]
    if driver["Name"] == "overlay":
        eventually(lambda: open(driver["Data"]["UpperDir"] + "/file").read() == "hello\n")
        assert open(driver["Data"]["MergedDir"] + "/file").read() == "hello\n"
    image = api.get("/images/busybox/json").json["GraphDriver"]
    assert image["Name"] == driver["Name"]


def test_a_volume_that_is_deeper_than_any_stack(api):
    """The engine removes what a container made, however it made it."""
    # Paths have to fit into 4,096 bytes, trees don't: one chain is moved below the other.
    script = ("cd /v; p=d; q=e; i=0; while [ $i -lt 1900 ]; do p=$p/d; q=$q/d; i=$((i+1)); done; "
              "mkdir -p $p $q && mv e $p && touch \"$(printf '\\377')\"")
    container = api.run(cmd=("sh", "-c", script), host={"NetworkMode": "none"}, Volumes={"/v": {}})
    assert api.wait(container) == 0
    source = api.inspect(container)["Mounts"][0]["Source"]
    assert api.delete(f"/containers/{container}?v=1").status == 204
    eventually(lambda: not os.path.exists(source) and not os.path.exists(os.path.dirname(source)), 20)
    folder = os.path.dirname(os.path.dirname(source))
    eventually(lambda: not [name for name in os.listdir(folder) if name.startswith(".removing")], 20)


@pytest.mark.parametrize("propagation", ["shared", "rshared", "slave", "rslave", "private"])
def test_binds_of_each_propagation(api, tmp_path, propagation):
    (tmp_path / "f").write_text("here")
    def mounts():
        # Those of the pool of network namespaces come and go.
        with open("/proc/self/mountinfo") as table:
            return [line.split()[4] for line in table if " nsfs " not in line]

    before = mounts()
    container = api.create(cmd=("cat", "/m/f"), host={"Binds": [f"{tmp_path}:/m:{propagation}"], "NetworkMode": "none"})
    reply = api.post(f"/containers/{container}/start")
    if reply.status == 204:
        api.wait(container)
        assert api.get(f"/containers/{container}/logs?stdout=1").body[8:] == b"here"
    else:
        # The folder's own mount on this machine may not be one that can be shared.
        assert "is not a shared" in reply.message, reply
    assert api.delete(f"/containers/{container}?force=1").status == 204
    assert mounts() == before


def test_a_signal_by_hand_ends_the_restart_policy(api):
    container = api.run(cmd=("sh", "-c", "trap 'exit 3' HUP; echo up; while :; do sleep 0.1; done"),
                        host={"RestartPolicy": {"Name": "always"}})
    eventually(lambda: b"up" in api.get(f"/containers/{container}/logs?stdout=1").body)
    assert api.post(f"/containers/{container}/kill?signal=HUP").status == 204
    eventually(lambda: not api.inspect(container)["State"]["Running"])
    time.sleep(0.5)
    assert api.inspect(container)["State"]["Status"] == "exited"
