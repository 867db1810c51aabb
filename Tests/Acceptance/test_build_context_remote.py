"""Contexts that the engine fetches: by URL, and from repositories."""
import http.server
import os
import threading
from urllib.parse import quote

import pytest

from harness.images import entry, tar
from harness.repositories import git
from harness.waiting import eventually


class Handler(http.server.BaseHTTPRequestHandler):
    answers = {}

    def do_GET(self):
        path = self.path.partition("?")[0]
        if path.startswith("/git/"):
            return self.file(self.server.folder + path[4:])
        if path not in self.answers:
            return self.send_error(404)
        kind, body = self.answers[path]
        self.answer(kind, body)

    def file(self, path):
        if not os.path.isfile(path):
            return self.send_error(404)
        with open(path, "rb") as file:
            self.answer("application/octet-stream", file.read())

    def answer(self, kind, body):
        self.send_response(200)
        if kind:
            self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


@pytest.fixture
def server(tmp_path):
    class Answers(Handler):
        answers = {}
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    server.folder, server.answers = str(tmp_path), Answers.answers
    server.url = f"http://127.0.0.1:{server.server_address[1]}"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server
    server.shutdown()
    server.server_close()


@pytest.fixture
def repository(server, tmp_path):
    """A repository with two branches, served by plain HTTP; its address."""
    work = tmp_path / "work"
    work.mkdir()
    git(work, "init", "-q", "-b", "trunk")
    (work / "Dockerfile").write_text("FROM busybox\nCOPY . /c\nRUN echo on trunk && ls -a /c\n")
    (work / ".dockerignore").write_text("secret\n")
    (work / "secret").write_text("secret")
    (work / "sub").mkdir()
    (work / "sub" / "Dockerfile").write_text("FROM busybox\nCOPY . /c\nRUN echo in sub && ls -a /c\n")
    (work / "out").symlink_to("/etc")
    git(work, "add", "-A")
    git(work, "commit", "-qm", "first")
    git(work, "checkout", "-qb", "other")
    (work / "Dockerfile").write_text("FROM busybox\nRUN echo on other\n")
    git(work, "commit", "-qam", "second")
    git(work, "checkout", "-q", "trunk")
    git(tmp_path, "clone", "-q", "--bare", "work", "repo.git")
    git(tmp_path / "repo.git", "update-server-info")
    server.commit = git(work, "rev-parse", "other")
    return server.url + "/git/repo.git"


def build(api, remote, query=""):
    return api.post(f"/build?nocache=1&remote={quote(remote, safe='')}{query}", timeout=120)


def built(reply):
    assert reply.status == 200 and b'"errorDetail"' not in reply.body, reply.text[-2000:]
    return reply.text


def refused(reply):
    assert reply.status >= 400 or b'"errorDetail"' in reply.body, reply.text[-2000:]
    return reply.text


@pytest.fixture(autouse=True)
def clean(engine):
    yield
    path = engine.root + "/contexts"
    eventually(lambda: not os.path.isdir(path) or not os.listdir(path), what="the contexts are gone")


@pytest.mark.parametrize("kind", ["application/x-tar", "application/octet-stream", None, "text/plain"])
def test_an_archive_by_its_url(api, server, kind):
    server.answers["/x"] = (kind, tar(entry("Dockerfile", b"FROM busybox\nCOPY x /x\nRUN cat /x\n"), entry("x", b"far away")))
    assert "far away" in built(build(api, server.url + "/x"))
    server.answers["/y"] = (kind, tar(entry("a/F", b"FROM busybox\nRUN echo elsewhere\n")))
    assert "elsewhere" in built(build(api, server.url + "/y", "&dockerfile=a/F"))


@pytest.mark.parametrize("kind", ["text/plain; charset=utf-8", "application/octet-stream", None])
def test_a_dockerfile_by_its_url(api, server, kind):
    server.answers["/Dockerfile"] = (kind, b"FROM busybox\nRUN echo by url\n")
    assert "by url" in built(build(api, server.url + "/Dockerfile"))


def test_what_is_no_context(api, server):
    server.answers["/page"] = ("text/html", b"<html></html>")
    assert "unsupported Content-Type" in refused(build(api, server.url + "/page"))
    assert "404" in refused(build(api, server.url + "/nothing"))
    assert "could not be recognized as URL" in refused(build(api, "somewhere"))
    server.answers["/empty"] = ("text/plain", b"")
    assert "empty response" in refused(build(api, server.url + "/empty"))


def test_a_repository(api, repository):
    text = built(build(api, repository))
    assert "on trunk" in text and "secret" not in text.partition("RUN echo")[2].replace("secret\\n!", "")
    assert "on other" in built(build(api, repository + "#other"))


def test_a_folder_of_a_repository(api, repository):
    text = built(build(api, repository + "#trunk:sub"))
    assert "in sub" in text and ".git" not in text.replace("repo.git", "")
    assert "not a directory" in refused(build(api, repository + "#trunk:Dockerfile"))
    assert "not within git root" in refused(build(api, repository + "#trunk:none"))
    for path in ("../..", "..", "sub/../..", "/../sub"):
        assert "not within git root" in refused(build(api, repository + "#trunk:" + path)), path
    # A link to /etc leads below the repository.
    assert "not within git root" in refused(build(api, repository + "#trunk:out"))


def test_a_commit_by_its_name(api, repository, server):
    assert "on other" in built(build(api, f"{repository}#{server.commit}"))
    assert "error fetching" in refused(build(api, repository + "#none"))


def test_a_query_says_more(api, repository, server):
    assert "in sub" in built(build(api, repository + "?branch=trunk&subdir=sub"))
    assert "on other" in built(build(api, f"{repository}?ref=other&checksum={server.commit[:10]}"))
    assert "expected checksum to match 0000" in refused(build(api, repository + "?ref=other&checksum=0000"))
    assert ".git\\n" in built(build(api, repository)) and ".git\\n" not in built(build(api, repository + "?keep-git-dir=0"))
    assert "unexpected query" in refused(build(api, repository + "?none=1"))


@pytest.mark.parametrize("remote", [
    "URL#--upload-pack=touch /tmp/evil-of-a-build", "git@-oProxyCommand=touch${IFS}/tmp/evil-of-a-build:x",
    "ssh://-oProxyCommand=touch%20/tmp/evil-of-a-build/x.git",
])
def test_git_gets_no_options(api, repository, remote):
    """CVE-2019-13139, CVE-2017-1000117."""
    text = refused(build(api, remote.replace("URL", repository)))
    assert "invalid re" in text
    assert not os.path.exists("/tmp/evil-of-a-build")


def test_git_reads_no_files_of_the_host(api, repository, tmp_path):
    """A submodule of a repository may name the host's own files."""
    work = tmp_path / "work"
    (tmp_path / "hosts").mkdir()
    git(tmp_path / "hosts", "init", "-q")
    (tmp_path / "hosts" / "key").write_text("the host's")
    git(tmp_path / "hosts", "add", "-A")
    git(tmp_path / "hosts", "commit", "-qm", "one")
    git(work, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(tmp_path / "hosts"), "stolen")
    git(work, "commit", "-qm", "steal")
    git(work, "push", "-q", str(tmp_path / "repo.git"), "trunk")
    git(tmp_path / "repo.git", "update-server-info")
    assert "not allowed" in refused(build(api, repository))


@pytest.mark.parametrize("remote", ["file:///etc", "ext::sh -c true", "/etc"])
def test_only_addresses_are_fetched(api, remote):
    assert "could not be recognized as URL" in refused(build(api, remote))


def test_without_git_the_engine_says_so(new_engine):
    engine = new_engine(busybox=False, start=False)
    engine.start(environment={"PATH": "/nowhere"})
    assert "unable to find 'git'" in refused(build(engine.api, "https://127.0.0.1:9/x.git"))
