"""A registry as a program: configuration, TLS, access control, webhooks, health, metrics, logs, its end."""
import base64
import hashlib
import http.server
import json
import re
import signal
import socket
import ssl
import subprocess
import threading
import time

import pytest

from harness.registry import MANIFEST, PROGRAMS, Registry, digest, free_port, trusting
from harness.waiting import eventually


# Starting and ending

@pytest.mark.parametrize("changes, part", [
    ({"http": {"adr": "x"}}, "'http.adr' is unknown"), ({"storage": {"floppy": {}}}, "several drivers"),
    ({"redis": {"addr": "x"}}, "'redis' is not supported"), ({"version": "1"}, "version '1' is unknown"),
    ({"auth": {"htpasswd": {"realm": "x", "path": "/nonexistent"}}}, "/nonexistent"),
    ({"auth": {"token": {"realm": "x", "service": "x", "issuer": "x", "rootcertbundle": "/nonexistent"}}}, "/nonexistent"),
    ({"http": {"tls": {"certificate": "/nonexistent", "key": "/nonexistent"}}}, "http.tls"),
    ({"http": {"addr": "nowhere"}}, "'nowhere' is no address"),
])
def test_a_configuration_that_is_wrong_is_named(new_registry, changes, part):
    server = new_registry(start=False, **changes)
    done = server.run("serve")
    assert done.returncode == 1 and part in done.stderr and done.stdout == "", done


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


# Places in answers

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


# TLS

@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key, cert = str(folder / "key.pem"), str(folder / "cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                    "-keyout", key, "-out", cert, "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                   check=True, stderr=subprocess.DEVNULL)
    return key, cert


def test_tls(new_registry, certificate):
    key, cert = certificate
    server = new_registry(http={"tls": {"certificate": cert, "key": key}})
    server.tls = trusting(cert)
    layer = bytes(range(256)) * 20_000
    data = server.push_image("tls/app", "v1", layer=layer)
    assert server.get("/v2/tls/app/manifests/v1").body == data
    assert server.get(f"/v2/tls/app/blobs/{digest(layer)}").body == layer
    assert server.get(f"/v2/tls/app/blobs/{digest(layer)}", Range="bytes=1000000-1000999").body == layer[1000000:1001000]
    assert server.begin("tls/app").headers["Location"].startswith("https://localhost:")
    server.tls = None
    assert server.get("/v2/").status == 400


def test_tls_of_an_older_version_is_refused(new_registry, certificate):
    key, cert = certificate
    server = new_registry(http={"tls": {"certificate": cert, "key": key, "minimumtls": "tls1.3"}})
    server.tls = trusting(cert)
    assert server.get("/v2/").status == 200
    server.tls = trusting(cert)
    server.tls.maximum_version = ssl.TLSVersion.TLSv1_2
    with pytest.raises(ssl.SSLError):
        server.get("/v2/")


def test_clients_show_their_certificate(new_registry, certificate):
    key, cert = certificate
    server = new_registry(http={"tls": {"certificate": cert, "key": key, "clientcas": [cert]}})
    server.tls = trusting(cert)
    with pytest.raises((ssl.SSLError, OSError)):
        server.get("/v2/")
    server.tls.load_cert_chain(cert, key)
    assert server.get("/v2/").status == 200


# Access control

def basic(user, password):
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


@pytest.mark.parametrize("kind", ["martlet", "distribution"])
def test_passwords(new_registry, tmp_path, kind):
    path = str(tmp_path / "htpasswd")
    subprocess.run(["htpasswd", "-Bbc", path, "ann", "secret"], check=True, stderr=subprocess.DEVNULL)
    server = new_registry(kind=kind, auth={"htpasswd": {"realm": "here", "path": path}})
    reply = server.get("/v2/")
    assert (reply.status, reply.code, reply.headers["WWW-Authenticate"]) == (401, "UNAUTHORIZED", 'Basic realm="here"')
    for header in (basic("ann", "wrong"), basic("nobody", "secret"), basic("ann", ""), "Basic x", "Bearer x", basic("ann", "secret\0")):
        assert server.get("/v2/", Authorization=header).status == 401
    for _ in range(3):
        assert server.get("/v2/", Authorization=basic("ann", "secret")).status == 200
    assert server.begin("a").status == 401
    assert server.request("POST", "/v2/a/blobs/uploads/", headers={"Authorization": basic("ann", "secret")}).status == 202


def test_the_file_of_passwords_is_read_again(new_registry, tmp_path):
    path = str(tmp_path / "htpasswd")
    subprocess.run(["htpasswd", "-Bbc", path, "ann", "old"], check=True, stderr=subprocess.DEVNULL)
    server = new_registry(auth={"htpasswd": {"realm": "here", "path": path}})
    assert server.get("/v2/", Authorization=basic("ann", "old")).status == 200
    subprocess.run(["htpasswd", "-Bb", path, "ann", "new"], check=True, stderr=subprocess.DEVNULL)
    assert server.get("/v2/", Authorization=basic("ann", "new")).status == 200
    assert server.get("/v2/", Authorization=basic("ann", "old")).status == 401


def encoded(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def key_id(key):
    """libtrust's, of the public half."""
    der = subprocess.run(["openssl", "pkey", "-in", key, "-pubout", "-outform", "DER"], check=True, stdout=subprocess.PIPE).stdout
    text = base64.b32encode(hashlib.sha256(der).digest()[:30]).decode()
    return ":".join(text[place:place + 4] for place in range(0, 48, 4))


def token(key, access, algorithm="RS256", **claims):
    now = int(time.time())
    head = {"typ": "JWT", "alg": algorithm, "kid": key_id(key)}
    body = {"iss": "issuer", "sub": "ann", "aud": "service", "exp": now + 300, "nbf": now - 10, "iat": now, "jti": "1",
            "access": access, **claims}
    signed = f"{encoded(json.dumps(head).encode())}.{encoded(json.dumps(body).encode())}"
    signature = subprocess.run(["openssl", "dgst", "-sha256", "-sign", key], input=signed.encode(), check=True,
                               stdout=subprocess.PIPE).stdout
    return f"Bearer {signed}.{encoded(signature)}"


@pytest.fixture(scope="module")
def signer(tmp_path_factory):
    folder = tmp_path_factory.mktemp("token")
    key, cert = str(folder / "key.pem"), str(folder / "cert.pem")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key, "-out", cert,
                    "-subj", "/CN=auth"], check=True, stderr=subprocess.DEVNULL)
    return key, cert


@pytest.mark.parametrize("kind", ["martlet", "distribution"])
def test_tokens(new_registry, signer, kind):
    key, cert = signer
    server = new_registry(kind=kind, auth={"token": {"realm": "https://auth.example/token", "service": "service",
                                                     "issuer": "issuer", "rootcertbundle": cert}})
    reply = server.get("/v2/team/app/manifests/v1")
    assert (reply.status, reply.code) == (401, "UNAUTHORIZED")
    assert reply.headers["WWW-Authenticate"] == (
        'Bearer realm="https://auth.example/token",service="service",scope="repository:team/app:pull"')
    assert server.get("/v2/").headers["WWW-Authenticate"] == 'Bearer realm="https://auth.example/token",service="service"'
    assert server.get("/v2/", Authorization=token(key, [])).status == 200

    def grant(*actions, name="team/app", kind="repository"):
        return [{"type": kind, "name": name, "actions": list(actions)}]
    path = "/v2/team/app/manifests/v1"
    assert server.get(path, Authorization=token(key, grant("pull"))).status == 404
    for access in (grant("push"), grant("pull", name="team/other"), []):
        reply = server.get(path, Authorization=token(key, access))
        assert reply.status == 401 and 'error="insufficient_scope"' in reply.headers["WWW-Authenticate"]
    begin = "/v2/team/app/blobs/uploads/"
    assert server.request("POST", begin, headers={"Authorization": token(key, grant("pull"))}).status == 401
    assert server.request("POST", begin, headers={"Authorization": token(key, grant("pull", "push"))}).status == 202
    mount = begin + "?mount=sha256:" + "0" * 64 + "&from=team/secret"
    reply = server.request("POST", mount, headers={"Authorization": token(key, grant("pull", "push"))})
    assert reply.status == 401 and "repository:team/secret:pull" in reply.headers["WWW-Authenticate"]
    assert server.get("/v2/_catalog", Authorization=token(key, grant("*", name="catalog", kind="registry"))).status == 200
    assert server.get("/v2/_catalog", Authorization=token(key, grant("pull"))).status == 401
    now = int(time.time())
    for claims in ({"iss": "x"}, {"aud": "x"}, {"exp": now - 200}, {"nbf": now + 200}):
        reply = server.get(path, Authorization=token(key, grant("pull"), **claims))
        assert reply.status == 401 and 'error="invalid_token"' in reply.headers["WWW-Authenticate"], claims
    good = token(key, grant("pull"))
    for bad in (good[:-8] + "AAAAAAAA", good.rsplit(".", 1)[0] + ".", "Bearer x", good + ".x", token(key, grant("pull"), algorithm="none")):
        assert server.get(path, Authorization=bad).status == 401


# Webhooks

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


# Health, metrics, logs

def test_health_and_metrics(new_registry, tmp_path):
    port, flag = free_port(), tmp_path / "down"
    server = new_registry(http={"debug": {"addr": f"127.0.0.1:{port}", "prometheus": {"enabled": True, "path": "/metrics"}}},
                          health={"file": [{"file": str(flag), "interval": "50ms"}]})
    debug = Registry(folder=str(tmp_path))
    debug.port = port
    eventually(lambda: debug.get("/debug/health").status == 200)
    data = server.push_image("m/app", "v1")
    assert server.get("/v2/m/app/manifests/v1").body == data
    assert server.get("/v2/m/app/manifests/absent").status == 404
    flag.touch()
    reply = eventually(lambda: (lambda found: found if found.status == 503 else None)(debug.get("/debug/health")))
    assert reply.json == {str(flag): "file exists"}
    failing = server.get("/v2/m/app/manifests/v1")
    assert (failing.status, failing.code) == (503, "UNAVAILABLE")
    flag.unlink()
    eventually(lambda: server.get("/v2/m/app/manifests/v1").status == 200)
    text = debug.get("/metrics").body.decode()
    assert re.search(r'registry_http_requests_total\{handler="manifest",method="get",code="404"\} 1\n', text)
    assert re.search(r'registry_http_requests_total\{handler="manifest",method="put",code="201"\} 1\n', text)
    assert 'registry_http_request_duration_seconds_bucket{handler="blob_upload",le="+Inf"} 2\n' in text
    for line in text.splitlines():  # Prometheus's exposition format
        assert re.fullmatch(r'# (HELP|TYPE) [a-z_]+ .+|[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+', line), line


def test_checks_of_others(new_registry, hook, tmp_path):
    port = free_port()
    server = new_registry(health={"tcp": [{"addr": f"127.0.0.1:{port}", "interval": "50ms"}]})
    eventually(lambda: server.get("/v2/_catalog").status == 503)
    with socket.create_server(("127.0.0.1", port)):
        eventually(lambda: server.get("/v2/_catalog").status == 200)


def test_a_line_of_the_log_as_text(new_registry):
    server = new_registry(log={"accesslog": {"disabled": False}, "fields": {"service": "mine"}})
    server.request("GET", "/v2/log/app/manifests/v1?x=%0Alevel=fatal", headers={"User-Agent": 'a"b\tc'})
    line = eventually(lambda: next((line for line in server.log().splitlines() if "http.request.uri" in line), None))
    for part in ("level=info", 'msg="response completed with error"', "err.code=MANIFEST_UNKNOWN", "http.response.status=404",
                 "http.request.method=GET", "service=mine", "vars.name=log/app", r'http.request.useragent="a\"b\tc"'):
        assert part in line, (part, line)


def test_a_line_of_the_log_as_json(new_registry):
    server = new_registry(log={"accesslog": {"disabled": False}, "formatter": "json"})
    server.push_blob("log/app", b"x")
    lines = eventually(lambda: [line for line in server.log().splitlines() if "http.response.status" in line])
    said = json.loads(lines[0])
    assert (said["level"], said["msg"], said["http.request.method"]) == ("info", "response completed", "POST")
    assert all(json.loads(line) for line in server.log().splitlines())
