"""The engine's own command line, its configuration file, start and end."""
import json
import os
import signal
import socket
import ssl
import stat
import subprocess
import time

import pytest

from harness import host
from harness.engine import BIN
from harness.rawhttp import Api
from harness.waiting import eventually


def refuse(engine, *flags, program="martletd"):
    """The complaint of an engine that must not start."""
    command = [BIN + "/" + program, *engine.command()[1:], *flags]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)
    assert done.returncode != 0, done.stdout
    return done.stdout.decode(errors="replace")


@pytest.fixture
def idle(new_engine):
    """An engine that was not started."""
    return new_engine(start=False)


def test_socket_and_pid_file(new_engine):
    engine = new_engine(busybox=False)
    # It answers pings from the moment that it is bound.
    eventually(lambda: stat.S_IMODE(os.stat(engine.socket).st_mode) == 0o660, what="the socket's mode")
    assert os.stat(engine.socket).st_uid == 0
    assert open(engine.pid_file).read().strip() == str(engine.pid)
    assert stat.S_IMODE(os.stat(engine.root).st_mode) in (0o700, 0o710, 0o711)


def test_an_orderly_end(new_engine):
    engine = new_engine(busybox=False)
    started = time.monotonic()
    assert engine.stop() == 0
    assert time.monotonic() - started < 5
    assert not os.path.exists(engine.pid_file) and not os.path.exists(engine.socket)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_signals_end_it(new_engine, number):
    engine = new_engine(busybox=False)
    engine.process.send_signal(number)
    assert engine.process.wait(10) == 0
    engine.process = None


def test_containers_stay_when_it_goes(new_engine):
    engine = new_engine()
    container = engine.api.run(cmd=("sleep", "1000"))
    pid = engine.api.inspect(container)["State"]["Pid"]
    assert engine.stop() == 0
    os.kill(pid, 0)
    engine.start()
    assert engine.api.inspect(container)["State"]["Pid"] == pid


def test_without_live_restore_they_are_stopped(new_engine):
    engine = new_engine("--live-restore=false")
    container = engine.api.run(cmd=("sh", "-c", 'trap "exit 21" TERM; while :; do usleep 20000; done'))
    time.sleep(0.2)
    assert engine.stop() == 0
    assert host.processes_with(engine.cgroup_parent) == {}
    engine.start()
    state = engine.api.inspect(container)["State"]
    assert (state["Running"], state["ExitCode"]) == (False, 21)


def test_docker_d_starts_it(idle):
    idle.process = subprocess.Popen([BIN + "/docker", "-d", *idle.command()[1:]], stdin=subprocess.DEVNULL,
                                    stdout=open(idle.log_path, "wb"), stderr=subprocess.STDOUT)
    eventually(idle.answers, 15, what="the engine")


def test_martletd_engine_starts_it(idle):
    idle.process = subprocess.Popen([BIN + "/martletd", "engine", *idle.command()[1:]], stdin=subprocess.DEVNULL,
                                    stdout=open(idle.log_path, "wb"), stderr=subprocess.STDOUT)
    eventually(idle.answers, 15, what="the engine")


def test_a_stale_pid_file_is_replaced(idle):
    with open(idle.pid_file, "w") as file:
        file.write("999999999")
    idle.start()


def test_a_live_pid_file_is_respected(idle):
    with open(idle.pid_file, "w") as file:
        file.write(str(os.getpid()))
    assert "pid file found" in refuse(idle)
    os.remove(idle.pid_file)


def test_several_sockets(new_engine, tmp_path):
    second = f"{tmp_path}/second.sock"
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    engine = new_engine("-H", f"unix://{second}", "-H", f"tcp://127.0.0.1:{port}", busybox=False)
    assert Api(second).get("/_ping", version="").status == 200
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(b"GET /_ping HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 200")
    assert "DON'T BIND ON ANY IP ADDRESS" in engine.log(100)


def test_group_of_the_socket(new_engine, idle):
    engine = new_engine("-G", "daemon", busybox=False)
    # It answers pings from the moment that it is bound.
    eventually(lambda: os.stat(engine.socket).st_gid == 1, what="the socket's group")
    assert "no-such-group" in refuse(idle, "-G", "no-such-group")


def test_labels_and_debug_show_in_info(new_engine):
    engine = new_engine("--label", "room=1", "--label", "disk=ssd", "-D", busybox=False)
    info = engine.api.get("/info").json
    assert info["Labels"] == ["room=1", "disk=ssd"] and info["Debug"] is True


@pytest.mark.parametrize("driver", ["overlay", "overlay2", "vfs"])
def test_storage_drivers(new_engine, driver):
    engine = new_engine("-s", driver)
    assert engine.api.get("/info").json["Driver"] in (driver, driver.rstrip("2"))
    assert engine.api.output(cmd=("sh", "-c", "echo x >/file; cat /file"))[1] == b"x\n"


@pytest.mark.parametrize("flags, words", [
    (["-s", "aufs"], "aufs"), (["-s", "no-such"], "no-such"), (["--no-such-flag"], "no-such-flag"),
    (["-e", "lxc"], "lxc"), (["--label", "noequals"], "bad attribute format: noequals"), (["--log-driver", "syslog"], "syslog"),
    (["--log-driver", "no-such"], "no-such"), (["-H", "nonsense://x"], "nonsense"), (["--log-level", "loud"], "loud"),
    (["--default-ulimit", "nonsense=1"], "nonsense"), (["--storage-opt", "x.y=1"], "x.y"),
    (["--dns", "not-an-address"], "not-an-address"), (["--mtu", "lots"], "lots"), (["--fixed-cidr", "10.0.0.0/33"], "10.0.0.0/33"),
    (["--icc=false", "--iptables=false"], "--iptables=false with --icc=false"), (["stray"], "stray"),
], ids=lambda value: "_".join(value) if isinstance(value, list) else "")
def test_what_cannot_be_is_refused_by_name(idle, flags, words):
    assert words in refuse(idle, *flags)


def test_a_bridge_that_is_not_there(idle):
    own = (idle.bridge, idle.network)
    command = [word for word in idle.command("-b", "br-no-such") if word not in ("--bridge-name", "--bip", *own)]
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, timeout=20)
    assert done.returncode != 0 and b"br-no-such" in done.stdout


def test_bridge_and_bip_exclude_each_other(idle):
    command = [word for word in idle.command() if word not in ("--bridge-name", idle.bridge)]
    done = subprocess.run([*command, "-b", "docker9"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=20)
    assert done.returncode != 0
    assert b"You specified -b & --bip, mutually exclusive options. Please specify only one." in done.stdout


def test_configuration_file(new_engine, tmp_path):
    path = tmp_path / "daemon.json"
    path.write_text(json.dumps({"labels": ["from=file"], "debug": True, "log-opts": {"max-size": "1m"}}))
    engine = new_engine("--config-file", str(path), busybox=False)
    info = engine.api.get("/info").json
    assert info["Labels"] == ["from=file"] and info["Debug"] is True


@pytest.mark.parametrize("text, words", [
    ("{broken", "daemon.json"), ('{"no-such-key": 1}', "no-such-key"), ('{"debug": "maybe"}', "debug"),
    ('{"labels": ["a=1"]}', "labels"),
])
def test_bad_configuration_files(idle, tmp_path, text, words):
    path = tmp_path / "daemon.json"
    path.write_text(text)
    flags = ["--label", "b=2"] if "labels" in text else []
    assert words in refuse(idle, "--config-file", str(path), *flags)


def test_default_ulimits(new_engine):
    engine = new_engine("--default-ulimit", "nofile=77:88")
    assert engine.api.output(cmd=("sh", "-c", "ulimit -Sn; ulimit -Hn"))[1].split() == [b"77", b"88"]
    limits = [{"Name": "nofile", "Soft": 10, "Hard": 20}]
    assert engine.api.output(cmd=("sh", "-c", "ulimit -Sn"), host={"Ulimits": limits})[1].split() == [b"10"]


def test_dns_and_mtu(new_engine):
    engine = new_engine("--dns", "10.1.1.1", "--dns-search", "in.test", "--mtu", "1400")
    out = engine.api.output(cmd=("sh", "-c", "cat /etc/resolv.conf /sys/class/net/eth0/mtu"))[1].decode()
    assert "nameserver 10.1.1.1" in out and "search in.test" in out and "1400" in out.split()


def test_fixed_cidr(new_engine):
    engine = new_engine("--fixed-cidr", "10.250.9.128/25", bridge_network="10.250.9.1/24")
    container = engine.api.run(cmd=("sleep", "100"))
    assert int(engine.api.inspect(container)["NetworkSettings"]["IPAddress"].rsplit(".", 1)[1]) >= 128


def test_without_icc_neighbours_are_silent(new_engine):
    engine = new_engine("--icc=false")
    server = engine.api.run(cmd=("sh", "-c", "while :; do echo x | nc -l -p 80; done"))
    address = engine.api.inspect(server)["NetworkSettings"]["IPAddress"]
    assert engine.api.output(cmd=("sh", "-c", f"nc -w 1 {address} 80 </dev/null || ping -c 1 -W 1 {address}"))[0] != 0
    assert engine.api.output(cmd=("ping", "-c", "1", "-W", "2", engine.gateway))[0] == 0


def test_cors(new_engine):
    engine = new_engine("--api-cors-header", "http://example.test", busybox=False)
    reply = engine.api.get("/containers/json")
    assert reply.headers["Access-Control-Allow-Origin"] == "http://example.test"


def test_containers_are_there_after_a_restart(new_engine):
    engine = new_engine()
    container = engine.api.create(cmd=("echo", "x"), name="kept", host={"Memory": 64 << 20}, Labels={"a": "b"})
    before = engine.api.inspect(container)
    engine.restart()
    after = engine.api.inspect(container)
    assert before == after
    assert [image["RepoTags"] for image in engine.api.get("/images/json").json] == [["busybox:latest"]]


def test_a_failed_start_leaves_nothing(idle):
    refuse(idle, "-s", "no-such")
    assert idle.remains() == []


def test_disk_full_during_import_and_create(new_engine, busybox_tar, tmp_path):
    engine = new_engine(start=False)
    os.makedirs(engine.root)
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=6m", "none", engine.root], check=True)
    try:
        engine.start()
        data = open(busybox_tar, "rb").read()
        assert engine.api.post("/images/create?fromSrc=-&repo=busybox", data).status == 200
        free = os.statvfs(engine.root)
        replies = []
        for number in range(4):
            from harness import images
            big = images.tar(images.entry(f"big{number}", os.urandom(3 << 20)))
            replies.append(engine.api.post(f"/images/create?fromSrc=-&repo=big{number}", big))
        full = [reply for reply in replies if reply.status >= 400 or b'"error"' in reply.body]
        assert full and "no space left on device" in full[-1].text.lower()
        assert engine.answers()
        for number in range(4):
            engine.api.delete(f"/images/big{number}?force=1")
        eventually(lambda: os.statvfs(engine.root).f_bavail >= free.f_bavail - 200, what="the space of the failed imports")
        filler = engine.root + "/filler"
        with open(filler, "wb") as file:
            try:
                while True:
                    file.write(b"x" * 65536)
                    file.flush()
            except OSError:
                pass
        reply = engine.api.post("/containers/create?name=full", {"Image": "busybox", "Cmd": ["true"]})
        words = reply.message.lower()
        assert reply.status == 201 or reply.status >= 500 and ("no space" in words or "disk is full" in words), reply
        os.remove(filler)
        if reply.status != 201:
            assert engine.api.get("/containers/full/json").status == 404
        assert engine.api.output(cmd=("echo", "fine"))[1] == b"fine\n"
        engine.remove_containers()
        engine.stop()
    finally:
        if engine.process:
            engine.process.kill()
            engine.process.wait()
            engine.process = None
        subprocess.run(["umount", "-l", engine.root])


# TLS

@pytest.fixture(scope="module")
def certificates(tmp_path_factory):
    """A CA, a server certificate for 127.0.0.1, a client certificate, and a stranger's."""
    folder = tmp_path_factory.mktemp("tls")

    def openssl(*args):
        subprocess.run(["openssl", *args], cwd=folder, check=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE)

    def authority(name):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}-key.pem", "-out", f"{name}.pem", "-days", "2",
                "-subj", f"/CN={name}")

    def certificate(name, signer, usage):
        (folder / f"{name}.ext").write_text(f"subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage={usage}\n")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", f"{name}-key.pem", "-out", f"{name}.csr", "-subj", f"/CN={name}")
        openssl("x509", "-req", "-in", f"{name}.csr", "-CA", f"{signer}.pem", "-CAkey", f"{signer}-key.pem", "-CAcreateserial",
                "-out", f"{name}-cert.pem", "-days", "2", "-extfile", f"{name}.ext")

    authority("ca"), authority("other")
    certificate("server", "ca", "serverAuth"), certificate("client", "ca", "clientAuth"), certificate("stranger", "other", "clientAuth")
    for name in ("client", "stranger"):
        os.makedirs(folder / name)
        for source, target in (("ca.pem", "ca.pem"), (f"{name}-cert.pem", "cert.pem"), (f"{name}-key.pem", "key.pem")):
            (folder / name / target).write_bytes((folder / source).read_bytes())
    return folder


@pytest.fixture
def tls_engine(new_engine, certificates):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    engine = new_engine("-H", f"tcp://127.0.0.1:{port}", "--tlsverify", "--tlscacert", f"{certificates}/ca.pem",
                        "--tlscert", f"{certificates}/server-cert.pem", "--tlskey", f"{certificates}/server-key.pem", busybox=False)
    engine.port = port
    return engine


@pytest.mark.parametrize("name", ["martlet", "docker28"])
def test_tls_with_client_certificates(tls_engine, certificates, client_for, name):
    client = client_for(tls_engine, name)
    host_ = {"DOCKER_HOST": f"tcp://127.0.0.1:{tls_engine.port}", "DOCKER_TLS_VERIFY": "1"}
    assert client("ps", env=host_ | {"DOCKER_CERT_PATH": f"{certificates}/client"}).status == 0
    assert client("ps", env=host_ | {"DOCKER_CERT_PATH": f"{certificates}/stranger"}).status != 0
    plain = client("ps", env={"DOCKER_HOST": host_["DOCKER_HOST"]})
    assert plain.status == 1 and "TLS" in plain.complaint or "HTTPS" in plain.complaint


def test_tls_without_a_certificate_is_refused(tls_engine, certificates):
    context = ssl.create_default_context(cafile=f"{certificates}/ca.pem")
    with pytest.raises((ssl.SSLError, ConnectionResetError, AssertionError)):
        with context.wrap_socket(socket.create_connection(("127.0.0.1", tls_engine.port)), server_hostname="127.0.0.1") as connection:
            connection.sendall(b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
            assert not connection.recv(100) == b"", "closed"
            raise AssertionError("answered")


def test_plain_http_on_the_tls_port(tls_engine):
    with socket.create_connection(("127.0.0.1", tls_engine.port)) as connection:
        connection.settimeout(5)
        connection.sendall(b"GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n")
        found = connection.recv(1000)
    assert found.startswith(b"HTTP/1.") and b" 400 " in found and b"Client sent an HTTP request to an HTTPS server." in found
