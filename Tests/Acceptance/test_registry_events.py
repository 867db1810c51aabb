"""What a registry tells others: webhooks."""
import http.server
import json
import re
import threading
import time

import pytest

from harness.registry import MANIFEST, digest, free_port
from harness.waiting import eventually


class Hook:
    """A webhook on loopback. `status` is what it answers; None keeps it from listening."""

    def __init__(self):
        self.events, self.status, self.port, self.server = [], 200, free_port(), None

    def start(self):
        hook = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_POST(self):
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                if hook.status < 400:
                    hook.events += [(event, dict(self.headers)) for event in body["events"]]
                self.send_response(hook.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_):
                pass
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def stop(self):
        if self.server:
            self.server.shutdown()
            self.server.server_close()

    @property
    def settings(self):
        return {"endpoints": [{"name": "hook", "url": f"http://127.0.0.1:{self.port}/hook", "headers": {"X-Secret": ["yes"]},
                               "timeout": "1s", "threshold": 3, "backoff": "200ms"}]}


@pytest.fixture
def hook():
    hook = Hook()
    yield hook
    hook.stop()


@pytest.mark.parametrize("kind", ["martlet", "distribution"])
def test_webhooks_are_told(new_registry, hook, kind):
    hook.start()
    server = new_registry(kind=kind, notifications=hook.settings)
    data = server.push_image("hook/app", "v1")
    server.get("/v2/hook/app/manifests/v1", Accept=MANIFEST)
    server.begin("hook/other", f"?mount={digest(b'a layer')}&from=hook/app")
    server.delete(f"/v2/hook/app/manifests/{digest(data)}")

    def actions():
        return [(event["action"], event["target"]["repository"], event["target"].get("tag")) for event, _ in hook.events]
    eventually(lambda: ("delete", "hook/app", "v1") in actions(), what="the last event")
    assert actions() == [("push", "hook/app", None), ("push", "hook/app", None), ("push", "hook/app", "v1"),
                         ("pull", "hook/app", "v1"), ("mount", "hook/other", None), ("delete", "hook/app", None),
                         ("delete", "hook/app", "v1")]
    event, headers = hook.events[2]
    assert headers["X-Secret"] == "yes"
    assert headers["Content-Type"] == "application/vnd.docker.distribution.events.v1+json"
    target = event["target"]
    assert (target["mediaType"], target["digest"], target["size"], target["length"]) == (MANIFEST, digest(data), len(data), len(data))
    assert target["url"] == f"http://127.0.0.1:{server.port}/v2/hook/app/manifests/{digest(data)}"
    assert event["request"]["method"] == "PUT" and event["request"]["host"] == f"127.0.0.1:{server.port}"
    assert event["source"]["instanceID"] and re.fullmatch(r"[0-9a-f-]{36}", event["id"])
    assert hook.events[4][0]["target"]["fromRepository"] == "hook/app"


def test_an_endpoint_that_was_down_is_told_later_and_in_order(new_registry, hook):
    server = new_registry(notifications=hook.settings)
    for number in range(5):
        server.push_blob("hook/later", b"%d" % number)
    time.sleep(0.5)
    hook.status = 503
    hook.start()
    time.sleep(0.5)
    assert not hook.events
    hook.status = 200
    eventually(lambda: len(hook.events) == 5, what="the events that waited")
    assert [event["target"]["digest"] for event, _ in hook.events] == [digest(b"%d" % number) for number in range(5)]


def test_what_is_ignored_is_not_told(new_registry, hook):
    hook.start()
    settings = hook.settings
    settings["endpoints"][0]["ignore"] = {"mediatypes": ["application/octet-stream"], "actions": ["pull"]}
    server = new_registry(notifications=settings)
    server.push_image("hook/some", "v1")
    server.get("/v2/hook/some/manifests/v1")
    server.push_image("hook/some", "v2", layer=b"two")
    eventually(lambda: len(hook.events) == 2)
    assert [event["target"]["tag"] for event, _ in hook.events] == ["v1", "v2"]
