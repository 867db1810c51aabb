"""Who asks, and whom one believes: basic and token authentication, certificates, insecure registries, mirrors, proxies."""
import base64
import json
import os
import shutil
import subprocess

import pytest

from harness.hostile import HostileRegistry
from harness.distribution import Registry
from test_images import progress
from test_pull import only_busybox, small  # noqa: F401

SECRET = "s3cret-of-the-test"


def header(name="me", password=SECRET, **more):
    document = json.dumps({"username": name, "password": password, **more}).encode()
    return {"X-Registry-Auth": base64.urlsafe_b64encode(document).decode()}


def pull(api, name, **more):
    return api.post(f"/images/create?fromImage={name}", timeout=60, **more)


@pytest.fixture
def registry():
    found = Registry(users={"me": SECRET})
    yield found
    found.stop()


@pytest.fixture
def hostile(request):
    found = HostileRegistry(**getattr(request, "param", {}))
    yield found
    found.stop()


def test_basic(api, engine, registry):
    name = registry.put("private/app", "1", small("basic"))
    nobody = pull(api, name)
    assert nobody.status == 500 and nobody.message.endswith("no basic auth credentials"), nobody
    wrong = pull(api, name, headers=header(password="wrong-" + SECRET))
    assert wrong.status == 500 and "unauthorized: authentication required" in wrong.message, wrong
    right = pull(api, name, headers=header())
    assert "Downloaded newer image" in right.text, right
    there = f"{registry.host}/private/other"
    assert api.post(f"/images/{name}/tag?repo={there}&tag=2").status == 201
    assert "no basic auth credentials" in api.post(f"/images/{there}/push?tag=2").text
    assert "digest: sha256:" in api.post(f"/images/{there}/push?tag=2", headers=header()).text
    assert SECRET not in engine.log(100_000)


def test_auth_call(api, old_api, engine, registry):
    body = {"username": "me", "password": SECRET, "serveraddress": registry.host}
    assert api.post("/auth", body).json == {"Status": "Login Succeeded", "IdentityToken": ""}
    assert old_api.post("/auth", body).json == {"Status": "Login Succeeded"}
    wrong = api.post("/auth", body | {"password": "wrong-" + SECRET})
    assert wrong.status == 401 and "unauthorized" in wrong.message, wrong
    assert api.post("/auth", {"serveraddress": "127.0.0.1:1"}).status == 500
    assert SECRET not in engine.log(100_000)


@pytest.mark.parametrize("hostile", [{"token": True, "users": {"me": SECRET}}], indirect=True)
def test_tokens(api, engine, hostile):
    name = hostile.put("a/b", "1", small("tokens"))
    assert "unauthorized: incorrect username or password" in pull(api, name).message
    assert "Downloaded newer image" in pull(api, name, headers=header()).text
    asked = [path for _, path, _ in hostile.asked("/token") if "account=me" in path]
    assert asked and all("scope=repository:a/b:pull" in path and "service=test" in path for path in asked)
    # The password goes to the token server, and nowhere else.
    for _, path, headers in hostile.seen:
        assert headers.get("Authorization", "Bearer ").startswith("Bearer ") or path.startswith("/token")
    # One token serves a whole pull.
    assert len(asked) == 1
    login = api.post("/auth", {"username": "me", "password": SECRET, "serveraddress": hostile.host})
    assert login.json == {"Status": "Login Succeeded", "IdentityToken": "refresh-me"}
    assert SECRET not in engine.log(100_000)


@pytest.mark.parametrize("hostile", [{"token": True}], indirect=True)
def test_a_token_that_ends_in_the_middle_of_a_pull_is_renewed(api, hostile):
    name = hostile.put("a/b", "1", small("renewed", 6))
    revoked = []

    def revoke(handler, path):
        if "/blobs/" in path and len(revoked) < 3:
            revoked.append(path)
            hostile.valid = {key: 0 for key in hostile.valid}
        return False
    hostile.rules.append(revoke)
    assert "Downloaded newer image" in pull(api, name).text
    assert len(hostile.asked("/token")) > 3


def test_an_identity_token_is_exchanged(api, hostile):
    name = hostile.put("a/b", "1", small("identity"))
    asked = []

    def tokens(handler, path):
        if path == "/oauth":
            asked.append(handler.rfile.read(int(handler.headers["Content-Length"])).decode())
            handler.reply(200, b'{"access_token":"good"}')
            return True
        if handler.headers.get("Authorization") == "Bearer good":
            return False
        handler.refuse(401, "UNAUTHORIZED", "x", WWW_Authenticate=f'Bearer realm="http://{hostile.host}/oauth",service="s"')
        return True
    hostile.rules.append(tokens)
    assert "Downloaded newer image" in pull(api, name, headers=header("", "", identitytoken="keep-me")).text
    assert "grant_type=refresh_token" in asked[0] and "refresh_token=keep-me" in asked[0]


@pytest.fixture
def certificates(tmp_path, engine):
    """An authority, a server's certificate for the address of the engine's bridge, and a client's."""
    def openssl(*words):
        subprocess.run(["openssl", *words], check=True, cwd=tmp_path, stderr=subprocess.DEVNULL)
    openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "ca.key", "-out", "ca.crt", "-days", "2",
            "-subj", "/CN=an authority of the test")
    for name, extra in (("server", f"subjectAltName=IP:{engine.gateway}"), ("client", "extendedKeyUsage=clientAuth")):
        (tmp_path / "extra").write_text(extra + "\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", name + ".key", "-out", name + ".csr", "-subj", "/CN=" + name)
        openssl("x509", "-req", "-in", name + ".csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-CAcreateserial", "-days", "2",
                "-extfile", "extra", "-out", name + ".crt")
    return tmp_path


@pytest.fixture
def trusted():
    """A function that makes the folder of a host's certificates."""
    made = []

    def make(host):
        made.append("/etc/docker/certs.d/" + host)
        os.makedirs(made[-1])
        return made[-1]
    yield make
    for folder in made:
        shutil.rmtree(folder)


def test_certificates_of_an_authority_of_ones_own(api, engine, certificates, trusted):
    registry = Registry(engine.gateway, tls=(certificates / "server.crt", certificates / "server.key"))
    try:
        name = registry.put("a/b", "1", small("tls"))
        unknown = pull(api, name)
        assert unknown.status == 500
        assert unknown.message == (f'Get "https://{registry.host}/v2/": tls: failed to verify certificate: '
                                   "x509: certificate signed by unknown authority")
        folder = trusted(registry.host)
        shutil.copy(certificates / "ca.crt", folder)
        assert "Downloaded newer image" in pull(api, name).text
    finally:
        registry.stop()


def test_a_client_proves_itself_with_a_certificate(api, engine, certificates, trusted):
    registry = Registry(engine.gateway, tls=(certificates / "server.crt", certificates / "server.key"),
                        client=(certificates / "client.crt", certificates / "client.key"), authority=certificates / "ca.crt")
    try:
        name = registry.put("a/b", "1", small("mtls"))
        folder = trusted(registry.host)
        shutil.copy(certificates / "ca.crt", folder)
        assert pull(api, name).status == 500
        shutil.copy(certificates / "client.crt", folder + "/client.cert")
        half = pull(api, name)
        assert half.status == 500 and "missing key client.key for client certificate client.cert" in half.message
        shutil.copy(certificates / "client.key", folder + "/client.key")
        assert "Downloaded newer image" in pull(api, name).text
    finally:
        registry.stop()


def test_plain_http_only_where_it_is_allowed(api, engine, new_engine):
    registry = Registry(engine.gateway)
    try:
        name = registry.put("a/b", "1", small("plain"))
        refused = pull(api, name)
        assert refused.status == 500
        assert refused.message == f'Get "https://{registry.host}/v2/": http: server gave HTTP response to HTTPS client'
        for flag in (registry.host, engine.gateway + "/24"):
            other = new_engine("--insecure-registry", flag, busybox=False)
            assert "Downloaded newer image" in pull(other.api, name).text
            other.stop()
    finally:
        registry.stop()


def test_an_insecure_registry_needs_no_good_certificate(api, engine, certificates, new_engine):
    registry = Registry(engine.gateway, tls=(certificates / "server.crt", certificates / "server.key"))
    try:
        name = registry.put("a/b", "1", small("insecure"))
        other = new_engine("--insecure-registry", registry.host, busybox=False)
        assert "Downloaded newer image" in pull(other.api, name).text
    finally:
        registry.stop()


def test_mirrors_serve_docker_hub(new_engine, hostile):
    image = small("mirrored")
    hostile.put("library/mirrored", "latest", image)
    engine = new_engine("--registry-mirror", "http://127.0.0.1:1", "--registry-mirror", f"http://{hostile.host}",
                        busybox=False)
    told = progress(pull(engine.api, "mirrored&tag=latest", headers=header()))
    assert told[0] == {"status": "Pulling from library/mirrored", "id": "latest"}
    assert told[-1] == {"status": "Status: Downloaded newer image for mirrored:latest"}
    assert engine.api.get("/images/mirrored/json").json["RepoTags"] == ["mirrored:latest"]
    assert all("Authorization" not in headers for _, _, headers in hostile.seen)


def test_info_names_them(new_engine):
    engine = new_engine("--registry-mirror", "https://mirror.example", "--insecure-registry", "10.1.0.0/16",
                        "--insecure-registry", "plain.example:5000", busybox=False)
    assert engine.api.get("/info").json["RegistryConfig"] == {
        "InsecureRegistryCIDRs": ["::1/128", "127.0.0.0/8", "10.1.0.0/16"], "Mirrors": ["https://mirror.example/"],
        "IndexConfigs": {
            "docker.io": {"Name": "docker.io", "Mirrors": ["https://mirror.example/"], "Secure": True, "Official": True},
            "plain.example:5000": {"Name": "plain.example:5000", "Mirrors": [], "Secure": False, "Official": False}}}


def test_a_mirror_is_an_address(new_engine):
    engine = new_engine("--registry-mirror", "ftp://x", start=False)
    with pytest.raises(AssertionError, match="invalid mirror: unsupported scheme"):
        engine.start()
    engine.process = None


@pytest.mark.parametrize("given, works", [("user%40x:p%3Aw", True), ("user:wrong", False), ("", False)])
def test_a_proxy_that_wants_to_know_who_asks(hostile, new_engine, given, works):
    hostile.put("a/b", "1", small("proxied"))
    engine = new_engine("--insecure-registry", "192.0.2.7:5000", busybox=False, start=False)
    proxy = f"http://{given}@{hostile.host}" if given else f"http://{hostile.host}"
    engine.start(environment={"HTTP_PROXY": proxy, "HTTPS_PROXY": proxy})
    right = "Basic " + base64.b64encode(b"user@x:p:w").decode()

    def tunnel(handler, path):
        if handler.command != "CONNECT":
            return False
        if handler.headers.get("Proxy-Authorization") != right:
            handler.reply(407, b"", Proxy_Authenticate='Basic realm="proxy"')
            return True
        handler.send_response(200)
        handler.end_headers()
        return True
    hostile.rules.append(tunnel)
    answer = pull(engine.api, "192.0.2.7:5000/a/b:1").text
    assert ("Downloaded newer image" in answer) == works
    assert works or "Proxy Authentication Required" in answer, answer
    # What is for the proxy goes no further, and is in no text.
    assert not any("Proxy-Authorization" in headers for method, _, headers in hostile.seen if method != "CONNECT")
    assert "p%3Aw" not in engine.log(1000) + answer and "wrong" not in engine.log(1000) + answer


def test_a_proxy_of_the_environment(hostile, new_engine):
    """The registry stands for the proxy: what is sent to another host comes through a tunnel to it."""
    hostile.put("a/b", "1", small("proxied"))
    engine = new_engine("--insecure-registry", "192.0.2.7:5000", busybox=False, start=False)
    engine.start(environment={"HTTP_PROXY": f"http://{hostile.host}", "HTTPS_PROXY": f"http://{hostile.host}"})

    def tunnel(handler, path):
        if handler.command != "CONNECT":
            return False
        handler.send_response(200)
        handler.end_headers()
        return True
    hostile.rules.append(tunnel)
    assert "Downloaded newer image" in pull(engine.api, "192.0.2.7:5000/a/b:1").text
    assert {path for method, path, _ in hostile.seen if method == "CONNECT"} == {"192.0.2.7:5000"}
