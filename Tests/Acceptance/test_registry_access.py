"""Whom a registry believes: TLS, certificates of clients, passwords, tokens."""
import base64
import hashlib
import json
import ssl
import subprocess
import time

import pytest

from harness.registry import digest, trusting


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


def token(key, access, algorithm="RS256", chain=None, **claims):
    """`chain`: certificates, the signer's first, in place of the key's name."""
    now = int(time.time())
    head = {"typ": "JWT", "alg": algorithm, **({"x5c": chain} if chain else {"kid": key_id(key)})}
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


def der(certificate):
    """As it stands in a token's head: DER in base64 (RFC 7515, 4.1.6)."""
    done = subprocess.run(["openssl", "x509", "-in", certificate, "-outform", "DER"], check=True, stdout=subprocess.PIPE)
    return base64.b64encode(done.stdout).decode()


@pytest.mark.parametrize("kind", ["martlet", "distribution"])
def test_a_token_brings_its_signers_certificate(new_registry, signer, tmp_path, kind):
    (key, cert), (other, own, issued) = signer, [str(tmp_path / name) for name in ("key.pem", "own.pem", "issued.pem")]
    request = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=other"]
    subprocess.run([*request, "-keyout", other, "-out", own], check=True, stderr=subprocess.DEVNULL)
    subprocess.run(["openssl", "x509", "-in", own, "-CA", cert, "-CAkey", key, "-CAcreateserial", "-CAserial", tmp_path / "serial",
                    "-days", "2", "-out", issued], check=True, stderr=subprocess.DEVNULL)
    server = new_registry(kind=kind, auth={"token": {"realm": "https://auth.example/token", "service": "service",
                                                     "issuer": "issuer", "rootcertbundle": cert}})
    assert server.get("/v2/", Authorization=token(key, [], chain=[der(cert)])).status == 200
    refused = {"another's": token(other, [], chain=[der(own)]), "not the signer's": token(other, [], chain=[der(cert)]),
               "another's before it": token(other, [], chain=[der(own), der(cert)]),
               "no certificate": token(key, [], chain=["AAAA"]), "no base64": token(key, [], chain=["!"])}
    if kind == "martlet":  # which wants the very key in the bundle; distribution takes what leads to it
        refused["issued"] = token(other, [], chain=[der(issued), der(cert)])
    for name, bearer in refused.items():
        reply = server.get("/v2/", Authorization=bearer)
        assert reply.status == 401 and reply.code == "UNAUTHORIZED", (name, reply)
