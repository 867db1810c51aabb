"""`docker events` and /events."""
import json
import os
import select
import signal
import time

import pytest

from harness.waiting import eventually


def events_since(api, since, **filters):
    until = f"{time.time():.9f}"
    query = f"since={since:.9f}&until={until}" + (f"&filters={json.dumps(filters)}".replace(" ", "") if filters else "")
    reply = api.get(f"/events?{query}")
    assert reply.status == 200, reply
    return [json.loads(line) for line in reply.body.splitlines()]


def test_the_life_of_a_container(api):
    since = time.time()
    container = api.run(cmd=("sh", "-c", "exit 3"), name="lived", Labels={"k": "v"})
    api.wait(container)
    api.delete(f"/containers/{container}")
    found = [e for e in events_since(api, since, type=["container"]) if e["id"] == container]
    assert [e["Action"] for e in found] == ["create", "start", "die", "destroy"]
    die = found[2]
    assert die["Type"] == "container" and die["status"] == "die" and die["from"] == "busybox" and die["scope"] == "local"
    assert die["Actor"]["ID"] == container
    attributes = die["Actor"]["Attributes"]
    assert attributes["exitCode"] == "3" and attributes["name"] == "lived" and attributes["image"] == "busybox" and attributes["k"] == "v"
    assert die["timeNano"] // 10**9 == die["time"]


def test_stop_kill_restart_order(api):
    container = api.create(cmd=("sleep", "100"))
    since = time.time()
    api.start(container)
    api.post(f"/containers/{container}/pause")
    api.post(f"/containers/{container}/unpause")
    api.post(f"/containers/{container}/stop?t=0")
    actions = [e["Action"] for e in events_since(api, since, container=[container])]
    assert actions[:3] == ["start", "pause", "unpause"]
    assert actions[-1] == "stop" and actions.index("die") < actions.index("stop") and "kill" in actions


def test_filters(api):
    since = time.time()
    first, second = api.run(name="one"), api.run(name="two")
    api.wait(first), api.wait(second)
    assert {e["id"] for e in events_since(api, since, container=["one"])} == {first}
    assert {e["Action"] for e in events_since(api, since, event=["die"], type=["container"])} == {"die"}
    assert len(events_since(api, since, event=["die", "start"], container=["one", "two"])) == 4
    assert events_since(api, since, image=["no-such"]) == []
    assert {e["id"] for e in events_since(api, since, image=["busybox"], event=["create"])} == {first, second}


def test_image_events(api):
    since = time.time()
    api.post("/images/busybox/tag?repo=evt&tag=1")
    api.delete("/images/evt:1")
    assert [e["Action"] for e in events_since(api, since, type=["image"])] == ["tag", "untag"]


def test_exec_events(api):
    container = api.run(cmd=("sleep", "100"), host={"NetworkMode": "none"})
    since = time.time()
    exec_id = api.post(f"/containers/{container}/exec", {"Cmd": ["sh", "-c", "exit 2"]}).json["Id"]
    api.post(f"/exec/{exec_id}/start", {"Detach": True})
    eventually(lambda: api.get(f"/exec/{exec_id}/json").json["Running"] is False)

    def actions():
        found = [e for e in events_since(api, since, container=[container])]
        return found if any(e["Action"] == "exec_die" for e in found) else None

    found = eventually(actions)
    assert [e["Action"].split(":")[0] for e in found] == ["exec_create", "exec_start", "exec_die"]
    assert found[0]["Action"] == "exec_create: sh -c exit 2" and found[2]["Actor"]["Attributes"]["exitCode"] == "2"


def test_the_head_comes_before_the_first_event(api):
    connection, reply = api.open("GET", "/events", timeout=5)
    try:
        assert reply.status == 200 and reply.headers["Transfer-Encoding"] == "chunked"
    finally:
        connection.close()


def test_a_process_that_exits_is_seen_at_once(api):
    container = api.run(cmd=("sleep", "100"), host={"NetworkMode": "none"})
    pid = api.inspect(container)["State"]["Pid"]
    connection, reply = api.open("GET", f'/events?filters={{"event":["die"],"container":["{container}"]}}')
    descriptor = os.pidfd_open(pid)
    os.kill(pid, signal.SIGKILL)
    select.select([descriptor], [], [], 5)
    gone = time.monotonic()
    event = json.loads(reply.readline())
    seen = time.monotonic() - gone
    os.close(descriptor)
    connection.close()
    assert event["Action"] == "die" and event["Actor"]["Attributes"]["exitCode"] == "137"
    assert seen < 0.5


def test_the_command_shows_them(cli):
    since = int(time.time()) - 1
    container = cli.ok("run", "-d", "--name", "shown", "busybox", "true")
    cli.ok("wait", "shown")
    time.sleep(1.1)
    out = cli.ok("events", "--since", since, "--until", int(time.time()))
    lines = [line for line in out.splitlines() if container in line]
    words = ["create", "start", "die"]
    assert all(any(word in line for line in lines) for word in words), out
    only = cli.ok("events", "--since", since, "--until", int(time.time()), "-f", "event=die", "-f", f"container={container}")
    assert len(only.splitlines()) == 1 and "die" in only


def test_times_must_be_in_order(api):
    assert api.get(f"/events?since={int(time.time())}&until={int(time.time()) - 100}").status == 400


def test_events_of_1_18(old_api):
    since = time.time()
    container = old_api.run()
    old_api.wait(container)
    reply = old_api.get(f"/events?since={int(since)}&until={int(time.time()) + 1}")
    decoder, text, found = json.JSONDecoder(), reply.text.strip(), []
    while text:
        value, end = decoder.raw_decode(text)
        found.append(value)
        text = text[end:].lstrip()
    mine = [e for e in found if e.get("id") == container]
    assert [e["status"] for e in mine] == ["create", "start", "die"]
    assert all(set(e) == {"status", "id", "from", "time"} for e in mine)
