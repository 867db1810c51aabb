"""ADD of a repository: its files as a commit has them, known by that commit."""
import os
import subprocess

import pytest

from harness.building import Building
from harness.repositories import Repositories, git
from harness.waiting import eventually


@pytest.fixture
def building(engine):
    builds = Building(engine)
    yield builds
    builds.clean()
    path = engine.root + "/contexts"
    eventually(lambda: not os.path.isdir(path) or not os.listdir(path), what="the contexts are gone")


@pytest.fixture
def hub(tmp_path):
    hub = Repositories(tmp_path)
    hub.make("app", {"a": "one", "d/e": "deep", "d/f/g": "deeper", "out": ("/etc",), "d/up": ("../a",)})
    hub.first = git(hub.work("app"), "rev-parse", "HEAD")
    hub.app = hub.url + "/app.git"
    yield hub
    hub.close()


def add(source, target="/x/", flags=""):
    return f"FROM busybox\nADD {flags} {source} {target}\n"


def below(files, folder):
    return {name[len(folder) + 1:]: data for name, data in files.items() if name.startswith(folder + "/")}


def test_the_files_of_a_repository(building, hub):
    image = building.ok(add(hub.app))
    found = below(building.files(image), "x")
    assert {name for name in found} == {"a", "d", "d/e", "d/f", "d/f/g", "d/up", "out"}
    assert found["a"] == b"one" and found["d/f/g"] == b"deeper"
    members = building.members(image)
    assert members["x/out"][0].linkname == "/etc" and members["x/d/up"][0].linkname == "../a"
    assert {(info.uid, info.gid) for info, _ in members.values() if info.name.strip("./").startswith("x")} == {(0, 0)}
    found = building.members(building.ok(add(hub.app + "#trunk:d", "/y", "--chown=7:8 --chmod=640 --exclude=f")))
    assert found["y/e"][1] == b"deep" and "y/f" not in found and "y/a" not in found
    assert (found["y/e"][0].mode, found["y/e"][0].uid, found["y/e"][0].gid) == (0o640, 7, 8)


@pytest.mark.parametrize("form", [
    "#other", "#refs/heads/other", "#v1", "#v2", "?ref=other", "?branch=other", "?tag=v2", "?ref=other#other", "#COMMIT", "?ref=COMMIT",
    "?ref=refs%2Fheads%2Fother&submodules=0",
])
def test_what_is_checked_out(building, hub, form):
    git(hub.work("app"), "checkout", "-qb", "other")
    commit = hub.commit("app", {"a": "other"})
    git(hub.work("app"), "tag", "v1")
    git(hub.work("app"), "tag", "-am", "annotated", "v2")
    git(hub.work("app"), "checkout", "-q", "trunk")
    hub.push("app")
    assert building.files(building.ok(add(hub.app + form.replace("COMMIT", commit))))["x/a"] == b"other"
    assert building.files(building.ok(add(hub.app)))["x/a"] == b"one"


def test_it_is_known_by_its_commit(building, hub):
    first = building(add(hub.app))
    fetches = hub.fetches
    again = building(add(hub.app))
    assert "Using cache" in again.stream and again.image == first.image
    # Its references were asked for, its files were not.
    assert hub.fetches == fetches + 1
    assert "Using cache" in building(add(hub.app + "#trunk")).stream
    assert "Using cache" in building(add(f"{hub.app}#{hub.first}")).stream and hub.fetches == fetches + 2
    hub.commit("app", {"a": "two"})
    new = building(add(hub.app))
    assert "Using cache" not in new.stream and building.files(new.image)["x/a"] == b"two"
    assert building.files(building.ok(add(f"{hub.app}#{hub.first}")))["x/a"] == b"one"
    for other in [add(hub.app + "#:d"), add(hub.app, flags="--keep-git-dir=true"), add(hub.app, "/y/")]:
        assert "Using cache" not in building(other).stream


@pytest.mark.parametrize("source, flags", [("", "--keep-git-dir=true"), ("?keep-git-dir=1", ""), ("?keep-git-dir", "--keep-git-dir")])
def test_the_git_folder_is_kept_when_asked_for(building, hub, source, flags):
    url = hub.app.replace("http://", "http://user:word@")
    image = building.ok(add(url + source, flags=flags))
    found = below(building.files(image), "x")
    assert found["a"] == b"one" and hub.first.encode() in found[".git/HEAD"]
    # Neither who fetched it nor anybody's programs are in it.
    assert not any(b"word" in data for data in found.values()) and not any("hooks/" in name for name in found)
    assert hub.app.encode() in found[".git/config"]
    assert not any(name.startswith(".git") for name in below(building.files(building.ok(add(hub.app + "#:d", "/x/", "--keep-git-dir"))), "x"))
    assert "inconsistent keep-git-dir" in building(add(hub.app + "?keep-git-dir=0", flags="--keep-git-dir=true")).error


def test_the_commit_can_be_pinned(building, hub):
    git(hub.work("app"), "tag", "-am", "annotated", "v1")
    hub.push("app")
    tag = git(hub.work("app"), "rev-parse", "v1")
    for source, checksum in [("", hub.first), ("", hub.first[:8]), ("#v1", tag), ("#v1", hub.first), (f"#{hub.first}", hub.first)]:
        assert building.ok(add(hub.app + source, flags="--checksum=" + checksum))
    assert building.ok(add(hub.app + "?checksum=" + hub.first)) and building.ok(add(hub.app + "?commit=" + hub.first[:12]))
    for source, flags in [("", "--checksum=" + "0" * 40), ("?checksum=00000000", ""), (f"#{hub.first}", "--checksum=0000"), ("#v1", "--checksum=" + "0" * 40)]:
        assert "expected checksum to match 0000" in building(add(hub.app + source, flags=flags)).error
    assert "expected hex commit hash" in building(add(hub.app, flags="--checksum=sha256:" + "0" * 64)).error
    assert "checksum mismatch" in building(add(hub.app + "?checksum=1234", flags="--checksum=" + hub.first)).error


def test_submodules_come_along(building, hub):
    part = hub.make("part", {"p": "part"})
    git(hub.work("app"), "submodule", "--quiet", "add", part, "sub")
    hub.commit("app", {})
    found = below(building.files(building.ok(add(hub.app))), "x")
    assert found["sub/p"] == b"part" and not any(".git" in name.split("/") for name in found)
    found = below(building.files(building.ok(add(hub.app + "?submodules=false"))), "x")
    assert "sub/p" not in found and found["a"] == b"one"


@pytest.mark.parametrize("source, said", [
    ("#none", "repository does not contain ref none"), ("#trunk:none", "not within git root"), ("#trunk:a", "not a directory"),
    ("#trunk:out", "not within git root"), ("#trunk:../../..", "not within git root"), ("#trunk:.git", "not of the repository"),
    ("#--upload-pack=touch /tmp/evil-of-an-add", "invalid refspec"), ("?what=1", "unexpected query"), ("?ref=", "has no value"),
    ("?ref=a&ref=b", "has multiple values"), ("?ref=a#b", "ref conflicts"), ("?tag=a&branch=b", "branch conflicts with tag"),
    ("?submodules=perhaps", "invalid submodules value"), ("?mtime=commit", "not supported"),
])
def test_what_can_not_be_added(building, hub, source, said):
    result = building(f'FROM busybox\nADD ["{hub.app}{source}", "/x/"]\n')
    assert said in result.error, result
    assert not os.path.exists("/tmp/evil-of-an-add")


def test_who_is_no_repository(building, hub):
    assert "failed to fetch remote" in building(add(hub.url + "/none.git")).error
    assert "failed to fetch remote" in building(add("git://127.0.0.1:9/x.git")).error
    for source in ["ssh://-oProxyCommand=touch%20/tmp/evil-of-an-add/x.git", "git@-oProxyCommand=touch:x"]:
        assert "invalid repository" in building(add(source)).error
    assert "source can't be a git ref for COPY" in building(f"FROM busybox\nCOPY {hub.app} /x\n").error
    # It might be a path: only contexts are taken by this name.
    assert "file not found in build context" in building(add("github.com/nobody/nothing")).error


def test_gits_own_protocol(building, hub):
    with subprocess.Popen(["git", "daemon", "--reuseaddr", "--export-all", "--listen=127.0.0.1", "--port=19418", "--base-path=" + hub.folder, hub.folder],
                          stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as daemon:
        try:
            eventually(lambda: building(add("git://127.0.0.1:19418/app.git")).image, what="the daemon")
            assert building.files(building.ok(add("git://127.0.0.1:19418/app.git#trunk:d")))["x/e"] == b"deep"
        finally:
            daemon.terminate()


def test_nothing_of_it_runs(building, hub, tmp_path):
    """Hooks come with no repository; what its attributes and modules name are programs of a configuration that is not read."""
    evil = tmp_path / "evil"
    hub.commit("app", {
        ".gitattributes": "* filter=evil diff=evil\n", ".gitmodules": f'[submodule "s"]\n\tpath = s\n\turl = ext::sh -c "touch {evil}"\n',
        ".gitconfig": f'[filter "evil"]\n\tsmudge = touch {evil}\n', "hooks/post-checkout": f"#!/bin/sh\ntouch {evil}\n"})
    assert building.files(building.ok(add(hub.app)))["x/a"] == b"one"
    assert not evil.exists()


def test_several_sources(building, hub):
    hub.make("part", {"p": "part"})
    files = building.files(building.ok(f"FROM busybox\nADD {hub.app}#:d {hub.url}/part.git local /x/\n", {"local": "here"}))
    assert (files["x/e"], files["x/p"], files["x/local"]) == (b"deep", b"part", b"here")
    assert "destination must be a directory" in building(add(f"{hub.app} {hub.url}/part.git", "/x")).error


def test_without_git_the_engine_says_so(new_engine):
    engine = new_engine()
    engine.stop()
    engine.start(environment={"PATH": "/nowhere"})
    assert "unable to find 'git'" in Building(engine)(add("https://127.0.0.1:9/x.git")).error
