"""Storage drivers: btrfs on a file system of its own, their options, and a root that moves from one to another."""
import io
import json
import os
import re
import subprocess
import tarfile
import threading
import time

import pytest

from harness import images
from harness.disks import Disk
from harness.engine import BIN
from harness.waiting import eventually


@pytest.fixture
def disk():
    """An empty btrfs, older than the engines on it."""
    disk = Disk("mkfs.btrfs", "-q")
    yield disk
    disk.close()


@pytest.fixture
def on_btrfs(disk, new_engine, busybox_tar):
    """An engine whose root is on it."""
    engine = new_engine(start=False)
    engine.root = disk.path + "/data"
    engine.start()
    import_image(engine, busybox_tar)
    return engine


def import_image(engine, tar):
    with open(tar, "rb") as file:
        reply = engine.api.post("/images/create?fromSrc=-&repo=busybox&tag=latest", file.read(),
                                headers={"Content-Type": "application/x-tar"}, timeout=120)
    assert reply.status == 200 and b'"error"' not in reply.body, reply


def layers(engine, driver="btrfs"):
    return sorted(os.listdir(f"{engine.root}/{driver}"))


@pytest.mark.parametrize("name", ["martlet", "docker28"])
def test_the_file_system_decides(on_btrfs, client_for, name):
    cli = client_for(on_btrfs, name)
    assert re.search(r"^ *Storage Driver: btrfs\n +Btrfs: *$", cli.ok("info"), re.MULTILINE)
    assert "storage driver btrfs: " + on_btrfs.root + " is on btrfs" in on_btrfs.log(1000)
    assert json.loads(cli.ok("image", "inspect", "busybox"))[0]["GraphDriver"] == {"Data": None, "Name": "btrfs"}


@pytest.mark.parametrize("name", ["martlet", "docker28"])
def test_containers_on_btrfs(on_btrfs, client_for, name):
    cli = client_for(on_btrfs, name)
    before = layers(on_btrfs)
    script = "echo new >/etc/motd; rm /bin/vi; mkdir -p /data/a; ln /bin/busybox /data/b; echo x >>/etc/passwd"
    cli.ok("run", "--name", "box", "busybox", "sh", "-c", script)
    # A link to a program changes it too, as on overlay: it is one file with another name.
    lines = cli.ok("diff", "box").splitlines()
    assert lines == sorted(lines, key=lambda line: line[2:])
    assert {"C /etc", "A /etc/motd", "C /etc/passwd", "D /bin/vi", "A /data", "A /data/a", "A /data/b"} <= set(lines)
    assert "/etc/hosts" not in " ".join(lines)
    with tarfile.open(fileobj=io.BytesIO(cli("export", "box").out)) as archive:
        names = archive.getnames()
        assert archive.extractfile("etc/motd").read() == b"new\n" and "bin/vi" not in names
    assert re.search(r"box\b.*\(virtual", cli.ok("ps", "-as"))
    # What a container can make itself: subvolumes in its files.
    container = on_btrfs.api.inspect("box")["Id"]
    tree = f"{on_btrfs.root}/btrfs/{container}/tree"
    for path in ("/data/inner", "/data/inner/deeper"):
        subprocess.run(["btrfs", "-q", "subvolume", "create", tree + path], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["btrfs", "-q", "property", "set", tree + "/data/inner", "ro", "true"], check=True)
    assert "A /data/inner/deeper" in cli.ok("diff", "box").splitlines()
    cli.ok("rm", "box")
    eventually(lambda: layers(on_btrfs) == before, what="the end of the layer")
    cli.ok("rmi", "busybox")
    eventually(lambda: layers(on_btrfs) == [], what="the end of the image's layer")


@pytest.mark.parametrize("name", ["martlet", "docker28"])
def test_a_limit_for_a_container(on_btrfs, client_for, name):
    cli = client_for(on_btrfs, name)
    result = cli.fails("run", "--rm", "--storage-opt", "size=16M", "busybox", "dd", "if=/dev/zero", "of=/big", "bs=1M",
                       "count=64", "conv=fsync")
    assert "Disk quota exceeded" in result.complaint
    assert cli.ok("run", "--rm", "busybox", "dd", "if=/dev/zero", "of=/big", "bs=1M", "count=32") == ""
    assert "unknown option speed" in cli.fails("create", "--storage-opt", "speed=1", "busybox", "true").complaint
    assert cli.ok("ps", "-aq") == ""
    on_btrfs.restart("--storage-opt", "btrfs.min_space=1g")
    complaint = cli.fails("create", "--storage-opt", "size=16M", "busybox", "true").complaint
    assert "btrfs: storage size cannot be less than 1.074GB" in complaint


def test_limits_elsewhere_are_refused(api, cli):
    complaint = cli.fails("create", "--storage-opt", "size=1g", "busybox", "true").complaint
    assert "--storage-opt is supported only for overlay over xfs with 'pquota' mount option" in complaint
    assert api.get("/containers/json?all=1").json == []


def test_crashes_on_btrfs(on_btrfs, busybox_tar):
    with open(busybox_tar, "rb") as file:
        data = file.read()
    end = threading.Event()

    def work():
        while not end.is_set():
            try:
                on_btrfs.api.post("/images/create?fromSrc=-&repo=again", data, timeout=20)
                container = on_btrfs.api.create(cmd=("true",))
                on_btrfs.api.delete(f"/containers/{container}?force=1")
                on_btrfs.api.delete("/images/again?force=1")
            except Exception:
                time.sleep(0.01)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        for wait in (0.03, 0.1, 0.17, 0.4, 0.23, 0.06):
            time.sleep(wait)
            on_btrfs.kill()
            on_btrfs.start()
    finally:
        end.set()
        thread.join(30)
    on_btrfs.remove_containers()
    on_btrfs.api.delete("/images/again?force=1")
    on_btrfs.restart()
    checked = on_btrfs.api.get("/system/check", timeout=60)
    assert checked.status == 200 and not [line for line in checked.text.splitlines() if json.loads(line).get("Problem")]
    assert len(layers(on_btrfs)) == 1
    assert on_btrfs.api.output(image="busybox", cmd=("echo", "whole"))[1] == b"whole\n"


@pytest.mark.parametrize("flags, words", [
    (["-s", "btrfs"], "prerequisites for driver not satisfied (wrong filesystem?)"),
    (["--storage-opt", "dm.basesize=20G"], "storage option dm.basesize is of the storage driver devicemapper, which is not supported"),
    (["--storage-opt", "overlay2.colour=red"], "overlay2: unknown option overlay2.colour"),
    (["--storage-opt", "overlay2.size=1G"], "Storage Option overlay2.size only supported for backingFS XFS. Found"),
    (["-s", "vfs", "--storage-opt", "x=1"], "unknown option x for vfs"),
], ids=lambda value: "_".join(value) if isinstance(value, list) else "")
def test_what_a_driver_cannot_do_is_said(new_engine, flags, words):
    engine = new_engine(start=False)
    done = subprocess.run([BIN + "/martletd", *engine.command(*flags)[1:]], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=20)
    assert done.returncode != 0 and words in done.stdout.decode()


def test_the_choice_is_told(new_engine, tmp_path):
    engine = new_engine("--storage-opt", "overlay2.override_kernel_check=true", busybox=False)
    assert "storage driver overlay: it is the first that works; overlay2.override_kernel_check changes nothing" in engine.log()
    engine.stop()
    # The variable beats the flag.
    engine.flags = ["-s", "overlay"]
    engine.start(environment={"DOCKER_DRIVER": "vfs"})
    assert engine.api.get("/info").json["Driver"] == "vfs"


def test_layers_of_two_drivers_need_a_word(on_btrfs):
    os.makedirs(on_btrfs.root + "/aufs/diff")
    on_btrfs.stop()
    with pytest.raises(AssertionError, match="contains other graphdrivers: aufs,btrfs; Please cleanup or explicitly choose"):
        on_btrfs.start()
    on_btrfs.start("-s", "btrfs")


def test_containers_of_another_driver_are_out_of_sight(new_engine, client_for):
    engine = new_engine()
    cli = client_for(engine)
    cli.ok("run", "--name", "box", "busybox", "sh", "-c", "echo kept >/file")
    engine.restart("-s", "vfs")
    assert cli.ok("ps", "-aq") == "" and cli.ok("images", "-q") == ""
    cli.fails("inspect", "box")
    engine.restart("-s", "overlay")
    assert cli("export", "box").out.count(b"kept\n") == 1
    cli.ok("start", "box")


def files(archive):
    """Without the places that the engine puts its own files over."""
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        return {info.name: (info.type, info.mode, info.uid, info.size, info.mtime, info.linkname) for info in tar
                if not info.name.startswith(("dev", "etc", "proc", "sys", "."))}


def layer_digests(path):
    with tarfile.open(path) as archive:
        return {images.digest(archive.extractfile(info).read()) for info in archive if info.isreg() and info.name.endswith("layer.tar")}


def test_a_root_moves_to_another_driver(disk, new_engine, client_for, tmp_path):
    """As docs/storage.md says it: images by save and load, a container's files by export and import."""
    first = new_engine("-s", "overlay")
    cli = client_for(first)
    cli.ok("run", "--name", "box", "busybox", "sh", "-c", "echo mine >/file; rm /etc/group")
    exported = cli("export", "box").out
    (tmp_path / "box.tar").write_bytes(exported)
    cli.ok("import", f"{tmp_path}/box.tar", "box:moved")
    expected = cli.ok("images", "--no-trunc", "--digests").splitlines()[1:]
    identities = {tag: first.api.get(f"/images/{tag}/json").json["Id"] for tag in ("busybox", "box:moved")}
    contents = None
    for number, (driver, root) in enumerate([("overlay", None), ("vfs", None), ("btrfs", disk.path + "/data"), ("overlay", None)]):
        if number:
            engine = new_engine("-s", driver, busybox=False, start=False)
            engine.root = root or engine.root
            engine.start()
            cli = client_for(engine)
            cli.ok("load", "-i", f"{tmp_path}/{number - 1}.tar", timeout=60)
            assert engine.api.get("/info").json["Driver"] == driver
        assert len(cli.ok("images", "--no-trunc", "--digests").splitlines()[1:]) == len(expected)
        for tag, identity in identities.items():
            assert cli.engine.api.get(f"/images/{tag}/json").json["Id"] == identity
        assert cli.ok("run", "--rm", "box:moved", "cat", "/file") == "mine"
        cli.ok("create", "--name", "look", "box:moved", "true")
        found = files(cli("export", "look").out)
        assert len(found) > 10
        contents = contents or found
        assert found == contents
        cli.ok("rm", "look")
        cli.ok("save", "-o", f"{tmp_path}/{number}.tar", "busybox", "box:moved", timeout=60)
    # The archives hold the same layers, from whichever driver they come, and not a byte is another.
    saved = [layer_digests(f"{tmp_path}/{number}.tar") for number in range(4)]
    assert saved[0] == saved[1] == saved[2] == saved[3] and len(saved[0]) == 2
