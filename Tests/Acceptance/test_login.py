"""login and logout as a user meets them: a terminal, files, helper programs; each file is read by docker's client too."""
import base64
import json
import os
import signal
import stat
import termios

import pytest

from harness.client import Client
from harness.stub import StubEngine, stream


def check(_, headers, body):
    asked = json.loads(body)
    if asked["password"] != "s3cret":
        return 401, {"message": "Get \"https://h:1/v2/\": unauthorized"}
    return 200, {"Status": "Login Succeeded", "IdentityToken": ""}


@pytest.fixture
def stub():
    engine = StubEngine({
        "POST /auth": check,
        "POST /images/create": (200, stream({"status": "Status: Image is up to date for h:1/app:latest"})),
        "GET /info": (200, {"IndexServerAddress": "https://index.docker.io/v1/"}),
    })
    yield engine
    engine.close()


@pytest.fixture
def client(stub):
    client = Client("martlet", stub)
    yield client
    client.close()


def echoes(terminal):
    return bool(termios.tcgetattr(terminal.master)[3] & termios.ECHO)


def authorization(stub):
    header = [headers for line, headers, _ in stub.requests if line == "POST /images/create"][-1]["X-Registry-Auth"]
    return json.loads(base64.urlsafe_b64decode(header))


def test_a_password_is_asked_for_and_not_shown(client, stub):
    with client.terminal("login", "h:1") as terminal:
        terminal.expect("Username: ")
        assert echoes(terminal)
        terminal.send("bob\n")
        terminal.expect("Password: ")
        assert not echoes(terminal)
        terminal.send("s3cret\n")
        assert terminal.wait() == 0
        assert b"s3cret" not in terminal.seen and b"Login Succeeded" in terminal.seen
        assert echoes(terminal)
    assert json.loads(stub.requests[0][2]) == {"username": "bob", "password": "s3cret", "serveraddress": "h:1"}
    path = client.folder + "/config.json"
    assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
    assert os.listdir(client.folder) == ["config.json"]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_leaves_the_terminal_as_it_was(client, stub, number):
    with client.terminal("login", "-u", "bob", "h:1") as terminal:
        terminal.expect("Password: ")
        assert not echoes(terminal)
        terminal.send("\x03") if number == signal.SIGINT else terminal.process.send_signal(number)
        assert terminal.wait() == 128 + number
        assert echoes(terminal)
    assert not stub.requests and not os.listdir(client.folder)


def test_docker_and_we_read_the_same_file(client, stub):
    docker = Client("docker28", stub)
    try:
        docker.folder, folder = client.folder, docker.folder
        wanted = {"username": "bob", "password": "s3cret", "serveraddress": "h:1"}
        client.ok("login", "-u", "bob", "--password-stdin", "h:1", input="s3cret\n")
        docker.ok("pull", "h:1/app")
        assert authorization(stub) == wanted
        docker.ok("logout", "h:1")
        client.ok("pull", "h:1/app")
        assert authorization(stub) == {}
        docker.ok("login", "-u", "bob", "--password-stdin", "h:1", input="s3cret\n")
        client.ok("pull", "h:1/app")
        assert authorization(stub) == wanted
        assert client.ok("logout", "h:1") == "Remove login credentials for h:1"
        docker.ok("pull", "h:1/app")
        assert authorization(stub) == {}
    finally:
        docker.folder = folder
        docker.close()


HELPER = """#!/bin/sh
echo "$(tr '\\0' ' ' </proc/$$/cmdline)" >>"$HELPER_FOLDER/calls"
case "$1" in
store) cat >"$HELPER_FOLDER/secret" ;;
get) cat >/dev/null; cat "$HELPER_FOLDER/secret" 2>/dev/null || { echo "credentials not found in native keychain"; exit 1; } ;;
erase) cat >/dev/null; rm "$HELPER_FOLDER/secret" ;;
esac
"""


def test_a_helper_keeps_the_secret(client, stub, tmp_path):
    (tmp_path / "docker-credential-test").write_text(HELPER)
    (tmp_path / "docker-credential-test").chmod(0o755)
    env = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "HELPER_FOLDER": str(tmp_path)}
    with open(client.folder + "/config.json", "w") as file:
        json.dump({"credsStore": "test"}, file)
    out = client("login", "-u", "bob", "--password-stdin", "h:1", input="s3cret", env=env)
    assert out.status == 0 and out.text == "Login Succeeded\n" and out.complaint == "", out
    with open(client.folder + "/config.json") as file:
        text = file.read()
    assert "s3cret" not in text and base64.b64encode(b"bob:s3cret").decode() not in text
    client.ok("pull", "h:1/app", env=env)
    assert authorization(stub) == {"username": "bob", "password": "s3cret", "serveraddress": "h:1"}
    client.ok("logout", "h:1", env=env)
    client.ok("pull", "h:1/app", env=env)
    assert authorization(stub) == {}
    calls = (tmp_path / "calls").read_text()
    assert "store" in calls and "erase" in calls and "s3cret" not in calls and "bob" not in calls
