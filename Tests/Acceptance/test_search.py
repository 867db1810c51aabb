"""search, against registries of the test's own: the old protocol's call, its table, and registries that don't have it."""
import http.server
import json
import threading
import urllib.parse

import pytest

FOUND = [
    {"name": "alpha/tool", "description": "A tool\nof two lines", "star_count": 12, "is_official": False,
     "is_automated": True},
    {"name": "alpha", "description": "The official one, whose description is longer than fits in the table",
     "star_count": 7000, "is_official": True, "is_automated": False},
    {"name": "alpha/old", "description": "\x1b[31mred\x1b[0m", "star_count": 0, "is_official": False,
     "is_trusted": True},
]


@pytest.fixture
def registry():
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            url = urllib.parse.urlsplit(self.path)
            server.asked.append((url.path, dict(urllib.parse.parse_qsl(url.query)), dict(self.headers)))
            status, body = server.answer
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.asked, server.name = [], f"127.0.0.1:{server.server_port}"
    server.answer = (200, json.dumps({"query": "alpha", "num_results": 3, "results": FOUND}).encode())
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


def test_a_search_is_a_table(ours, registry):
    lines = ours.ok("search", registry.name + "/alpha").splitlines()
    assert lines == [
        "NAME         DESCRIPTION                                     STARS     OFFICIAL   AUTOMATED",
        "alpha/tool   A tool of two lines                             12                   [OK]",
        "alpha        The official one, whose description is lon...   7000      [OK]       ",
        "alpha/old     [31mred [0m                                    0                    [OK]",
    ]
    path, query, _ = registry.asked[-1]
    assert path == "/v1/search" and query == {"q": "alpha", "n": "25"}


def test_both_clients_find_the_same(cli, registry):
    term = registry.name + "/alpha"
    assert cli.ok("search", "--format", "{{.Name}} {{.StarCount}} {{.IsOfficial}}", term).splitlines() == [
        "alpha/tool 12 ", "alpha 7000 [OK]", "alpha/old 0 "]
    assert cli.ok("search", "--filter", "stars=10", "--format", "{{.Name}}", term).split() == ["alpha/tool", "alpha"]
    assert cli.ok("search", "--filter", "is-official=true", "--format", "{{.Name}}", term).split() == ["alpha"]
    assert "description is longer than fits in the table" in cli.ok("search", "--no-trunc", term)
    assert cli.ok("search", "--limit", "2", "--format", "{{.Name}}", term).split() == ["alpha/tool", "alpha"]
    assert registry.asked[-1][1]["n"] == "2"


def test_flags_of_docker_16(ours, registry):
    term = registry.name + "/alpha"
    assert ours.ok("search", "--automated", "--format", "{{.Name}}", term).split() == ["alpha/tool", "alpha/old"]
    assert ours.ok("search", "-s", "1", "--automated", "--format", "{{.Name}}", term).split() == ["alpha/tool"]


@pytest.mark.parametrize("answer, words", [
    ((404, b"404 page not found\n"), "has no search: it answers /v1/search with status 404"),
    ((200, b"<html>hello</html>"), "answers a search with something else than results"),
    ((200, b'{"results": 7}'), "answers a search with something else than results"),
    ((500, b""), "500"),
])
def test_failures_are_told(cli, registry, answer, words):
    registry.answer = answer
    result = cli.fails("search", registry.name + "/alpha")
    assert result.status == 1 and words in result.complaint, result


def test_who_is_not_let_in_is_told(ours, registry):
    # Docker's client would ask who it is, and wait.
    registry.answer = (401, b'{"message": "who are you"}')
    assert "who are you" in ours.fails("search", registry.name + "/alpha").complaint


def test_what_cannot_be_asked(api, registry):
    assert api.get(f"/images/search?term={registry.name}/a&limit=0").json["message"] == (
        "limit 0 is outside the range of [1, 100]")
    assert api.get(f"/images/search?term={registry.name}/a&limit=101").status == 400
    assert api.get("/images/search?term=http%3A%2F%2Fx%2Fy").status == 400
    bogus = urllib.parse.quote(json.dumps({"bogus": ["1"]}))
    assert api.get(f"/images/search?term={registry.name}/a&filters={bogus}").json["message"] == "invalid filter 'bogus'"
    assert not registry.asked
    assert api.get("/images/search?term=127.0.0.1:9/x").status == 503


def test_passwords_do_not_go_over_plain_connections(ours, registry):
    with open(ours.folder + "/config.json", "w") as file:
        json.dump({"auths": {registry.name: {"auth": "Ym9iOnMzY3JldA=="}}}, file)
    ours.ok("search", registry.name + "/alpha")
    assert "Authorization" not in registry.asked[-1][2]


def test_old_clients_get_the_old_shape(old_api, registry):
    row = old_api.get(f"/images/search?term={registry.name}/alpha").json[0]
    assert row == {"name": "alpha/tool", "description": "A tool of two lines", "star_count": 12, "is_official": False,
                   "is_automated": True, "is_trusted": True}
