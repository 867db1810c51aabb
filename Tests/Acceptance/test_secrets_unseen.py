"""Passwords and secrets are where they belong, and nowhere that others look: no command line, no event, no log, no reply."""
import base64
import json
import os
import subprocess
import threading
import time

import pytest

from harness import images
from harness.distribution import Image, Registry
from harness.images import entry

SECRET = "s3cret-that-nobody-sees"
IN_BASE64 = [base64.b64encode(SECRET.encode()).decode(), base64.b64encode(f"me:{SECRET}".encode()).decode()]


class CommandLines:
    """All that was in a command line of any process while the block ran; a process is seen if it lasts some milliseconds."""

    def __enter__(self):
        self.seen, self.ended = set(), threading.Event()
        self.thread = threading.Thread(target=self.watch)
        self.thread.start()
        return self

    def watch(self):
        while not self.ended.wait(0.002):
            for name in os.listdir("/proc"):
                if name.isdigit():
                    try:
                        with open(f"/proc/{name}/cmdline", "rb") as file:
                            self.seen.add(file.read())
                    except OSError:
                        pass

    def __exit__(self, *_):
        self.ended.set()
        self.thread.join()

    def holds(self, *words):
        return [line for line in self.seen if any(word.encode() in line for word in words)]


@pytest.fixture
def registry():
    found = Registry(users={"me": SECRET})
    yield found
    found.stop()


@pytest.fixture
def unseen(engine):
    """Watches the test's body, and looks at the end at all that was to be seen."""
    started = int(time.time())
    with CommandLines() as lines:
        yield lines
        subprocess.run(["sh", "-c", "sleep 0.2", "the-watcher-works"], check=True)
    assert lines.holds("the-watcher-works")
    assert not lines.holds(SECRET, *IN_BASE64)
    events = engine.api.get(f"/events?since={started}&until={int(time.time()) + 1}").text
    assert '"Action"' in events
    for text in (events, engine.log(100_000)):
        assert not [word for word in (SECRET, *IN_BASE64) if word in text]


def test_of_logins_pulls_and_pushes(cli, building, registry, unseen):
    name = registry.put("private/app", "1", Image(images.tar(entry("f", b"x"))))
    said = [cli("login", "-u", "me", "--password-stdin", registry.host, input=SECRET), cli("pull", name),
            cli("tag", name, f"{registry.host}/private/other:1"), cli("push", f"{registry.host}/private/other:1"),
            cli("logout", registry.host)]
    for result in said:
        assert result.status == 0 and SECRET not in result.text + result.complaint, result
    refused = cli.fails("login", "-u", "me", "--password-stdin", registry.host, input="wrong-" + SECRET)
    assert SECRET not in refused.text + refused.complaint


def test_of_private_bases(cli, building, registry, unseen, tmp_path):
    name = registry.put("private/base", "1", Image(images.tar(entry("f", b"x"))))
    (tmp_path / "Dockerfile").write_text(f"FROM {name}\nLABEL a=b\n")
    with open(cli.folder + "/config.json", "w") as file:
        json.dump({"auths": {registry.host: {"auth": IN_BASE64[1]}}}, file)
    result = cli("build", "-t", "of-a-private-base", tmp_path, timeout=60)
    assert result.status == 0 and SECRET not in result.text + result.complaint, result
    assert SECRET not in json.dumps(building.inspect("of-a-private-base"))


def test_of_builds(ours, building, unseen, tmp_path):
    (tmp_path / "context").mkdir()
    (tmp_path / "context" / "Dockerfile").write_text(
        "FROM busybox\nRUN --mount=type=secret,id=file [ $(wc -c < /run/secrets/file) = 23 ] && sleep 0.3\n"
        "RUN --mount=type=secret,id=word,env=WORD [ ${#WORD} = 23 ] && sleep 0.3\n")
    (tmp_path / "secret").write_text(SECRET)
    result = ours("build", "--no-cache", "-t", "of-secrets", "--secret", f"id=file,src={tmp_path}/secret", "--secret", "id=word,env=GIVEN",
                  tmp_path / "context", env={"GIVEN": SECRET}, timeout=60)
    assert result.status == 0 and SECRET not in result.text + result.complaint, result
    history = json.dumps(building.api.get("/images/of-secrets/history").json)
    assert SECRET not in history + json.dumps(building.inspect("of-secrets"))
    assert SECRET.encode() not in building.api.get("/images/of-secrets/get").body
