"""What a registry shows of itself: health, metrics, lines of its log."""
import http.server
import json
import re
import socket
import threading

import pytest

from harness.registry import Registry, free_port
from harness.waiting import eventually
from test_registry_events import hook  # noqa: F401  (a fixture)


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


@pytest.mark.parametrize("kind", ["martlet", "distribution"])
def test_a_check_of_an_address(new_registry, kind):
    """Of kind http: it is well while the wanted status comes; as many bad answers as `threshold` says make it ill."""
    answers, asked = {"status": 204}, []

    class Pages(http.server.BaseHTTPRequestHandler):
        def do_HEAD(self):
            asked.append((self.command, self.path, self.headers.get("X-Who")))
            self.send_response(answers["status"])
            self.end_headers()

        do_GET = do_HEAD

        def log_message(self, *_):
            pass
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Pages) as page:
        threading.Thread(target=page.serve_forever, daemon=True).start()
        check = {"uri": f"http://127.0.0.1:{page.server_port}/well", "headers": {"X-Who": ["registry"]}, "statuscode": 204,
                 "interval": "50ms", "timeout": "3s", "threshold": 2}
        server = new_registry(kind=kind, health={"http": [check]})
        eventually(lambda: len(asked) > 2)
        assert server.get("/v2/_catalog").status == 200 and set(asked) == {("HEAD", "/well", "registry")}
        answers["status"] = 200
        reply = eventually(lambda: (lambda found: found if found.status == 503 else None)(server.get("/v2/_catalog")))
        assert reply.code == "UNAVAILABLE"
        answers["status"] = 204
        eventually(lambda: server.get("/v2/_catalog").status == 200)
        page.shutdown()
    eventually(lambda: server.get("/v2/_catalog").status == 503)


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
