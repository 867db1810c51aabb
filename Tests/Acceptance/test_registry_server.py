"""A registry as a program: its configuration and commands, its start and its end, the places it names."""
import signal
import socket
import subprocess
import time

import pytest

from harness.registry import PROGRAMS, Registry, digest
from harness.waiting import eventually


@pytest.mark.parametrize("changes, part", [
    ({"http": {"adr": "x"}}, "'http.adr' is unknown"), ({"storage": {"floppy": {}}}, "several drivers"),
    ({"redis": {"addr": "x"}}, "'redis' is not supported"), ({"version": "1"}, "version '1' is unknown"),
    ({"auth": {"htpasswd": {"realm": "x", "path": "/nonexistent"}}}, "/nonexistent"),
    ({"auth": {"token": {"realm": "x", "service": "x", "issuer": "x", "rootcertbundle": "/nonexistent"}}}, "/nonexistent"),
    ({"http": {"tls": {"certificate": "/nonexistent", "key": "/nonexistent"}}},
     "'http.tls.certificate': open /nonexistent: No such file or directory"),
    ({"http": {"tls": {"certificate": "/etc/passwd", "key": "/nonexistent"}}},
     "'http.tls.certificate': /etc/passwd holds no certificate in PEM"),
    ({"http": {"addr": "nowhere"}}, "'nowhere' is no address"),
])
def test_a_configuration_that_is_wrong_is_named(new_registry, changes, part):
    server = new_registry(start=False, **changes)
    done = server.run("serve")
    assert done.returncode == 1 and part in done.stderr and done.stdout == "", done


def test_keys_without_effect_are_named_in_the_log(new_registry):
    server = new_registry(storage={"filesystem": {"maxthreads": 100}})
    assert "has no effect" in server.log() and "storage.filesystem.maxthreads" in server.log()


def test_a_port_that_is_taken_is_named(new_registry):
    """In Go's words, which are distribution's."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        address = "127.0.0.1:%d" % other.getsockname()[1]
        done = new_registry(start=False, http={"addr": address}).run("serve")
    assert done.returncode == 1
    assert f"listen tcp {address}: bind: address already in use" in done.stdout + done.stderr, done


def test_a_command_that_is_wrong():
    program = PROGRAMS["martlet"]
    for words, code, part in ((["serve", "/nonexistent.yml"], 1, "/nonexistent.yml"), (["serve", "a", "b"], 2, "one configuration"),
                              (["dance"], 1, "unknown command 'dance'"), (["serve", "--fast"], 2, "--fast"), ([], 2, "")):
        done = subprocess.run([program, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=20)
        assert done.returncode == code and part in done.stderr, done
    assert "registry serve" in subprocess.run([program, "--help"], stdout=subprocess.PIPE, text=True, timeout=20).stdout


def test_yaml_and_the_environment(tmp_path):
    server = Registry(folder=str(tmp_path), environment={"REGISTRY_STORAGE_DELETE_ENABLED": "true", "REGISTRY_LOG_LEVEL": "warn"})
    text = f"""
# as people write it
version: 0.1
storage:
  filesystem: {{rootdirectory: {server.storage}}}
  delete:
    enabled: false
http:
  addr: 127.0.0.1:{server.port}
  headers:
    X-Content-Type-Options: [nosniff]
"""
    server.text = text
    try:
        server.start()
        data = server.push_image("a", "v1")
        assert server.get("/v2/").headers["X-Content-Type-Options"] == "nosniff"
        assert server.delete(f"/v2/a/manifests/{digest(data)}").status == 202
        assert "listening" not in server.log()
    finally:
        server.finish()


def test_an_address_that_is_taken_is_an_error(our_registry, new_registry):
    server = new_registry(start=False, http={"addr": f"127.0.0.1:{our_registry.port}"})
    done = server.run("serve")
    assert done.returncode == 1 and "in use" in done.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_order(new_registry, number):
    server = new_registry()
    server.push_image("a", "v1")
    assert server.stop(number) == 0


def test_what_is_under_way_is_answered_before_the_end(new_registry):
    server = new_registry(http={"draintimeout": "10s"})
    location = server.begin("drain/a").location
    connection = server.connect()
    connection.putrequest("PUT", location + "?digest=" + digest(b"0123456789"))
    connection.putheader("Content-Length", "10")
    connection.endheaders(b"01234")
    time.sleep(0.1)
    server.process.send_signal(signal.SIGTERM)
    time.sleep(0.2)
    connection.send(b"56789")
    assert connection.getresponse().status == 201
    connection.close()
    assert server.process.wait(10) == 0


def test_a_unix_socket(new_registry, tmp_path):
    path = str(tmp_path / "s.sock")
    server = new_registry(start=False, folder=str(tmp_path), http={"addr": path, "net": "unix"})
    with open(server.log_path, "ab") as log:
        process = subprocess.Popen([PROGRAMS["martlet"], "serve", server.configuration_path], stdout=log, stderr=log)
    try:
        def answer():
            with socket.socket(socket.AF_UNIX) as client:
                try:
                    client.connect(path)
                except OSError:
                    return None
                client.sendall(b"GET /v2/ HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
                return client.makefile("rb").read()
        assert eventually(answer).startswith(b"HTTP/1.1 200")
    finally:
        process.terminate()
        process.wait(10)

def locations(server, name, **headers):
    reply = server.request("POST", f"{server.prefix}/v2/{name}/blobs/uploads/", headers={"Content-Length": "0", **headers})
    return reply.headers["Location"].rsplit("/", 1)[0]


@pytest.mark.parametrize("settings, headers, expected", [
    ({}, {}, "http://127.0.0.1:{port}/v2/a/blobs/uploads"), ({"relativeurls": True}, {}, "/v2/a/blobs/uploads"),
    ({}, {"X-Forwarded-Proto": "https", "X-Forwarded-Host": "r.example:444, inner"}, "https://r.example:444/v2/a/blobs/uploads"),
    ({"host": "https://r.example"}, {"X-Forwarded-Host": "other"}, "https://r.example/v2/a/blobs/uploads"),
    ({}, {"Host": "x/<y>"}, "/v2/a/blobs/uploads"), ({"prefix": "/in/"}, {}, "http://127.0.0.1:{port}/in/v2/a/blobs/uploads"),
])
def test_places_are_given_as_configured(new_registry, settings, headers, expected):
    server = new_registry(http=settings)
    server.prefix = settings.get("prefix", "").rstrip("/")
    assert locations(server, "a", **headers) == expected.format(port=server.port)
    if server.prefix:
        assert server.get("/v2/").status == 404
