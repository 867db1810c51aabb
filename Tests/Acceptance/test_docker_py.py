"""docker-py 7.1 as programs use it."""
import io
import tarfile
import threading
import time

import docker
import pytest
from docker.errors import APIError, ContainerError, ImageNotFound, NotFound

from harness import images


def test_it_agrees_on_a_version(py):
    assert py.ping() is True and py.version()["ApiVersion"] == "1.50" and py.api._version == "1.50"


def test_run_gives_the_output(py):
    assert py.containers.run("busybox", "echo hello", remove=True) == b"hello\n"
    assert py.containers.list(all=True) == []


def test_run_raises_with_the_status(py):
    with pytest.raises(ContainerError) as error:
        py.containers.run("busybox", ["sh", "-c", "echo bad >&2; exit 9"], remove=True)
    assert error.value.exit_status == 9 and b"bad" in error.value.stderr


def test_missing_things(py):
    with pytest.raises(NotFound):
        py.containers.get("nobody")
    with pytest.raises(ImageNotFound):
        py.images.get("no-such")


def test_life(py):
    container = py.containers.run("busybox", "sleep 1000", detach=True, name="py", labels={"a": "b"}, environment={"X": "1"},
                                  mem_limit="64m", cap_drop=["ALL"], hostname="pyhost", tty=False)
    container.reload()
    assert container.status == "running" and container.labels == {"a": "b"} and container.name == "py"
    assert py.containers.list(filters={"label": "a=b"}) == [container]
    assert container.exec_run("sh -c 'echo $X; hostname'") == (0, b"1\npyhost\n")
    assert container.exec_run("sh -c 'echo out; echo err >&2; exit 4'", demux=True) == (4, (b"out\n", b"err\n"))
    assert "sleep" in str(container.top()["Processes"])
    container.pause(), container.unpause(), container.rename("py2"), container.restart(timeout=0)
    container.stop(timeout=0)
    assert container.wait()["StatusCode"] == 137
    container.remove()
    with pytest.raises(NotFound):
        container.reload()


def test_logs_and_streams(py):
    container = py.containers.run("busybox", ["sh", "-c", "for i in 1 2 3; do echo $i; usleep 50000; done"], detach=True)
    assert b"".join(container.logs(stream=True, follow=True)) == b"1\n2\n3\n"
    assert container.logs(tail=1) == b"3\n" and container.logs(stderr=False, timestamps=True).count(b"Z ") == 3
    assert container.logs(since=int(time.time()) + 100) == b""


def test_attach_socket(py):
    container = py.containers.create("busybox", "cat", stdin_open=True)
    stream = container.attach_socket(params={"stdin": 1, "stdout": 1, "stream": 1})
    container.start()
    stream._sock.sendall(b"typed")
    import socket
    stream._sock.shutdown(socket.SHUT_WR)
    data = b""
    while chunk := stream._sock.recv(4096):
        data += chunk
    assert data[8:] == b"typed" or container.wait(timeout=1)


def test_attach_stream(py):
    container = py.containers.create("busybox", ["sh", "-c", "echo a; echo b >&2"])
    found = []
    stream = container.attach(stdout=True, stderr=True, stream=True, demux=True, logs=True)
    thread = threading.Thread(target=lambda: found.extend(stream))
    thread.start()
    container.start()
    thread.join(10)
    assert (b"a\n", None) in found and (None, b"b\n") in found


def test_images(py):
    image, = py.images.load(images.docker_archive("pyload:1", [images.tar(images.entry("f", b"x"))]))
    try:
        assert image.tags == ["pyload:1"]
        assert image.tag("pyother", "2") is True
        image.reload()
        assert set(image.tags) == {"pyload:1", "pyother:2"}
        data = b"".join(image.save(named=True))
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            assert "manifest.json" in archive.getnames()
        assert image.history()[0]["CreatedBy"] == "layer 0"
        assert image in py.images.list() and image in py.images.list(name="pyother")
    finally:
        py.images.remove(image.id, force=True)
    with pytest.raises(ImageNotFound):
        py.images.get("pyload:1")


def test_import(py, busybox_tar):
    with open(busybox_tar, "rb") as file:
        py.api.import_image_from_data(file.read(), repository="pyimport", tag="1")
    try:
        assert py.containers.run("pyimport:1", ["echo", "x"], remove=True) == b"x\n"
    finally:
        py.images.remove("pyimport:1")


def test_events(py):
    since = int(time.time()) - 1
    container = py.containers.run("busybox", "true", detach=True)
    container.wait()
    found = [e["Action"] for e in py.events(since=since, until=int(time.time()) + 1, decode=True,
                                            filters={"container": container.id})]
    assert found[:3] == ["create", "start", "die"]


def test_ports_and_mounts(py, tmp_path):
    (tmp_path / "f").write_text("mounted")
    container = py.containers.run("busybox", "sleep 100", detach=True, ports={"80/tcp": ("127.0.0.1", None)},
                                  volumes={str(tmp_path): {"bind": "/m", "mode": "ro"}},
                                  mounts=[docker.types.Mount("/t", None, type="tmpfs", tmpfs_size=1 << 20)])
    container.reload()
    assert container.ports["80/tcp"][0]["HostIp"] == "127.0.0.1"
    assert container.exec_run("cat /m/f").output == b"mounted"
    assert b"tmpfs /t tmpfs" in container.exec_run("cat /proc/mounts").output


def test_restart_policy_and_limits_are_echoed(py):
    container = py.containers.create("busybox", "true", restart_policy={"Name": "on-failure", "MaximumRetryCount": 3},
                                     nano_cpus=500_000_000, pids_limit=20, ulimits=[docker.types.Ulimit(name="nofile", soft=10, hard=20)])
    found = container.attrs["HostConfig"]
    assert found["RestartPolicy"] == {"Name": "on-failure", "MaximumRetryCount": 3}
    assert found["NanoCpus"] == 500_000_000 and found["PidsLimit"] == 20
    assert found["Ulimits"] == [{"Name": "nofile", "Hard": 20, "Soft": 10}]


def test_conflicts(py):
    py.containers.create("busybox", "true", name="once")
    with pytest.raises(APIError) as error:
        py.containers.create("busybox", "true", name="once")
    assert error.value.status_code == 409 and "already in use by container" in error.value.explanation


def test_info(py):
    assert py.info()["OSType"] == "linux"
