"""What a container must not see, gain or reach. Each of the runtime escapes of the last years has its test here."""
import hashlib
import os
import re
import socket
import tarfile

import pytest

from harness import images
from harness.images import entry, folder, symlink

DEFAULT_CAPABILITIES = "00000000a80425fb"


@pytest.fixture
def status_of(api):
    def run(host=None, **config):
        out = api.output(cmd=("cat", "/proc/self/status"), host={"NetworkMode": "none"} | (host or {}), **config)[1].decode()
        return dict(re.findall(r"^(\w+):\s+(.*)$", out, re.M))
    return run


@pytest.fixture
def image(api, busybox_tar):
    """Makes an image from busybox with more entries; removed afterwards."""
    made = []

    def make(*entries, without=()):
        name = f"crafted{len(made)}"
        made.append(name)
        reply = api.post(f"/images/create?fromSrc=-&repo={name}", images.with_busybox(busybox_tar, *entries, without=without),
                         headers={"Content-Type": "application/x-tar"})
        assert reply.status == 200 and b'"error"' not in reply.body, reply
        return name

    yield make
    for entry_ in api.get("/containers/json?all=1").json:
        api.delete(f"/containers/{entry_['Id']}?force=1")
    for name in made:
        api.delete(f"/images/{name}?force=1")


@pytest.fixture
def canary(tmp_path):
    """A folder of the host that no container is given."""
    path = tmp_path / "canary"
    path.mkdir()
    (path / "secret").write_text("of the host")
    yield path
    assert sorted(p.name for p in path.iterdir()) == ["secret"] and (path / "secret").read_text() == "of the host"


# Capabilities, seccomp, privileges

def test_default_capabilities(status_of):
    found = status_of()
    assert found["CapBnd"] == found["CapEff"] == found["CapPrm"] == DEFAULT_CAPABILITIES
    assert int(found["CapInh"], 16) == 0 and int(found["CapAmb"], 16) == 0


def test_a_user_has_none_in_effect(status_of):
    found = status_of(User="1000")
    assert int(found["CapEff"], 16) == 0 and int(found["CapPrm"], 16) == 0 and found["CapBnd"] == DEFAULT_CAPABILITIES


def test_adding_and_dropping(status_of):
    assert int(status_of({"CapDrop": ["ALL"]})["CapBnd"], 16) == 0
    assert status_of({"CapDrop": ["all"], "CapAdd": ["net_admin"]})["CapBnd"] == f"{1 << 12:016x}"
    assert int(status_of({"CapAdd": ["SYS_ADMIN"]})["CapEff"], 16) & 1 << 21
    assert not int(status_of({"CapDrop": ["CAP_CHOWN"]})["CapEff"], 16) & 1


def test_seccomp_is_on_and_can_be_turned_off(status_of):
    assert status_of()["Seccomp"] == "2"
    assert status_of({"SecurityOpt": ["seccomp=unconfined"]})["Seccomp"] == "0"
    assert status_of({"Privileged": True})["Seccomp"] == "0"


def test_no_new_privileges(status_of):
    assert status_of()["NoNewPrivs"] == "0"
    assert status_of({"SecurityOpt": ["no-new-privileges"]})["NoNewPrivs"] == "1"


@pytest.mark.parametrize("script", [
    "unshare -U true", "unshare -m true", "mount -t tmpfs none /mnt", "mount -o remount,rw /proc/sys", "umount /proc",
    "mount -o bind /proc/sys /mnt", "ip link add dummy0 type dummy", "hostname other",
    "date -s @$(date +%s)", "swapoff /dev/null", "nsenter -t 1 -n true -- 2>&1 && nsenter --mount=/proc/self/ns/mnt true",
    ": >>/proc/sys/kernel/panic", ": >>/proc/sysrq-trigger", ": >>/sys/kernel/uevent_helper",
    "insmod /x.ko", "dmesg -c",
], ids=lambda text: text.split(" ")[0] + "-" + hashlib.sha256(text.encode()).hexdigest()[:4])
def test_refused_without_privileges(api, script):
    status, out, err = api.output(cmd=("sh", "-c", script))
    assert status != 0 or b"not permitted" in err, (out, err)


def test_an_exec_inherits_no_capability(api):
    """CVE-2022-29162: inheritable capabilities would come back through programs with file capabilities."""
    container = api.run(cmd=("sleep", "1000"), host={"NetworkMode": "none"})
    for options in ({}, {"Privileged": True}, {"User": "nobody"}):
        made = api.post(f"/containers/{container}/exec", {"Cmd": ["cat", "/proc/self/status"], "AttachStdout": True} | options).json["Id"]
        _, _, stream = api.hijack("POST", f"/exec/{made}/start", {"Detach": False, "Tty": False})
        with stream:
            status = dict(re.findall(r"^(\w+):\s+(.*)$", stream.read_all().decode(errors="replace"), re.M))
        assert status["CapInh"] == status["CapAmb"] == "0" * 16
        # More rights do not mean fewer rules: the filter is the container's.
        assert status["Seccomp"] == "2"


def test_keyrings_are_out_of_reach(api):
    status, out, _ = api.output(cmd=("cat", "/proc/keys"))
    assert out == b""


# What is visible

def test_only_its_own_processes(api):
    out = api.output(cmd=("sh", "-c", "ls -d /proc/[0-9]* | wc -l; cat /proc/1/comm"))[1].split()
    assert int(out[0]) <= 4 and out[1] in (b"sh", b"cat")


@pytest.mark.parametrize("path", ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/proc/latency_stats", "/proc/sched_debug"])
def test_masked_files_are_empty(api, path):
    status, out, _ = api.output(cmd=("sh", "-c", f"[ ! -e {path} ] || head -c 100 {path}"))
    assert out == b""


@pytest.mark.parametrize("path", ["/proc/acpi", "/proc/scsi", "/sys/firmware", "/sys/devices/virtual/powercap"])
def test_masked_folders_are_empty(api, path):
    assert api.output(cmd=("sh", "-c", f"ls -A {path} 2>/dev/null"))[1] == b""


@pytest.mark.parametrize("path", ["/proc/sys/kernel/hostname", "/proc/sysrq-trigger", "/proc/irq/0/smp_affinity",
                                  "/proc/bus", "/proc/fs", "/sys/kernel/mm/transparent_hugepage/enabled"])
def test_kernel_settings_are_read_only(api, path):
    status, out, err = api.output(cmd=("sh", "-c", f"[ -e {path} ] || exit 3; [ -d {path} ] && touch {path}/x; : >>{path}"))
    assert status != 0


def test_masks_cannot_be_undone(api):
    assert api.output(cmd=("sh", "-c", "umount /proc/kcore"))[0] != 0


def test_no_descriptor_of_the_engine_is_inherited(api):
    out = api.output(cmd=("ls", "-l", "/proc/self/fd"))[1].decode()
    numbers = {int(n): target for n, target in re.findall(r" (\d+) -> (.*)$", out, re.M)}
    # The fourth is the folder that ls itself reads.
    assert {0, 1, 2} <= set(numbers) <= {0, 1, 2, 3} and "/proc/" in numbers.get(3, "/proc/"), numbers
    exec_out = api.output(cmd=("sh", "-c", "ls -l /proc/1/fd"))[1].decode()
    assert "socket" not in exec_out and "memfd" not in exec_out and "/run" not in exec_out


def test_no_descriptor_leaks_into_an_exec(api):
    container = api.run(cmd=("sleep", "100"))
    exec_id = api.post(f"/containers/{container}/exec", {"AttachStdout": True, "Cmd": ["ls", "-l", "/proc/self/fd"]}).json["Id"]
    _, _, stream = api.hijack("POST", f"/exec/{exec_id}/start", {"Detach": False})
    with stream:
        text = stream.read_all().decode(errors="replace")
    assert {0, 1, 2} <= {int(n) for n in re.findall(r" (\d+) -> ", text)} <= {0, 1, 2, 3}, text


def test_the_environment_of_the_engine_does_not_leak(api):
    names = {line.split(b"=")[0] for line in api.output(cmd=("env",))[1].splitlines()}
    assert names == {b"PATH", b"HOSTNAME", b"HOME"}


def test_the_mount_table_shows_nothing_of_the_host(api):
    out = api.output(cmd=("cat", "/proc/self/mountinfo"))[1].decode()
    points = [line.split()[4] for line in out.splitlines()]
    assert all(p == "/" or p.startswith(("/proc", "/dev", "/sys", "/etc/")) for p in points), points
    assert not any(flag.startswith("shared:") for line in out.splitlines() for flag in line.split(" - ")[0].split()[6:])


def test_namespaces_are_new(api):
    out = api.output(cmd=("sh", "-c", "cd /proc/self/ns; for n in mnt uts ipc pid net; do readlink $n; done"))[1].decode().split()
    ours = [os.readlink(f"/proc/self/ns/{name}") for name in ("mnt", "uts", "ipc", "pid", "net")]
    assert len(out) == 5 and not set(out) & set(ours)


def test_host_namespaces_on_request(api):
    out = api.output(cmd=("sh", "-c", "readlink /proc/self/ns/pid; readlink /proc/self/ns/ipc; readlink /proc/self/ns/uts"),
                     host={"PidMode": "host", "IpcMode": "host", "UTSMode": "host"})[1].decode().split()
    assert out == [os.readlink(f"/proc/self/ns/{name}") for name in ("pid", "ipc", "uts")]


# The runtime's own program: CVE-2019-5736

def sum_of(path):
    with open(path, "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def test_the_shim_cannot_be_overwritten_by_its_container(api, image, bin_folder):
    shim = os.path.join(bin_folder, "martlet-shim")
    before = sum_of(shim)
    name = image(entry("evil", b"#!/proc/self/exe\n", mode=0o755),
                 entry("attack", b"#!/bin/sh\nfor p in /proc/[0-9]*/exe /proc/self/exe; do echo owned >$p; done 2>/dev/null\n"
                                 b"exec 9</proc/1/exe && echo owned >/proc/self/fd/9 2>/dev/null\ntrue\n", mode=0o755))
    for command in (("/evil",), ("/attack",), ("/proc/self/exe",), ("/proc/self/exe", "--version")):
        container = api.create(image=name, cmd=command, host={"NetworkMode": "none"})
        if api.post(f"/containers/{container}/start").status == 204:
            api.post(f"/containers/{container}/kill")
            api.wait(container)
    container = api.run(image=name, cmd=("sh", "-c", "while :; do for p in /proc/[0-9]*/exe; do echo owned >$p; done; done 2>/dev/null"),
                        host={"NetworkMode": "none"})
    for command in (["/evil"], ["/proc/self/exe"], ["true"]) * 3:
        exec_id = api.post(f"/containers/{container}/exec", {"Cmd": command, "AttachStdout": True}).json["Id"]
        _, _, stream = api.hijack("POST", f"/exec/{exec_id}/start", {"Detach": False}, timeout=5)
        stream.socket.close()
    assert sum_of(shim) == before


# The working folder: CVE-2024-21626

@pytest.mark.parametrize("number", range(3, 13))
def test_the_working_folder_cannot_be_a_descriptor(api, canary, number):
    for path in (f"/proc/self/fd/{number}", f"/proc/self/fd/{number}/../../../../.."):
        container = api.create(cmd=("sh", "-c", f"pwd; cat ../../../../../../../..{canary}/secret; cat .{canary}/secret; true"),
                               WorkingDir=path, host={"NetworkMode": "none"})
        if api.post(f"/containers/{container}/start").status == 204:
            api.wait(container)
            assert b"of the host" not in api.get(f"/containers/{container}/logs?stdout=1&stderr=1").body
        api.delete(f"/containers/{container}?force=1")


@pytest.mark.parametrize("number", range(3, 13))
def test_the_program_cannot_be_found_through_a_descriptor(api, image, number):
    target = f"/proc/self/fd/{number}/../../../../../../../../bin/sh"
    for words in ([target], ["/evil"]):
        name = image(symlink("evil", target))
        container = api.create(image=name, cmd=words, host={"NetworkMode": "none"})
        assert api.post(f"/containers/{container}/start").status == 400
        api.delete(f"/containers/{container}")


def test_the_working_folder_of_an_exec_cannot_either(api, canary):
    container = api.run(cmd=("sleep", "100"), host={"NetworkMode": "none"})
    for number in range(3, 13):
        exec_id = api.post(f"/containers/{container}/exec", {
            "AttachStdout": True, "AttachStderr": True, "WorkingDir": f"/proc/self/fd/{number}",
            "Cmd": ["sh", "-c", f"cat ../../../../../../..{canary}/secret"]}).json["Id"]
        status, _, stream = api.hijack("POST", f"/exec/{exec_id}/start", {"Detach": False}, timeout=5)
        with stream:
            assert b"of the host" not in stream.read_all()


def test_a_symlink_as_working_folder_stays_inside(api, image, canary):
    name = image(symlink("out", f"/../../../..{canary}"))
    container = api.create(image=name, cmd=("sh", "-c", "ls; cat secret"), WorkingDir="/out/new", host={"NetworkMode": "none"})
    if api.post(f"/containers/{container}/start").status == 204:
        api.wait(container)
        assert b"of the host" not in api.get(f"/containers/{container}/logs?stdout=1&stderr=1").body


# Mount targets: CVE-2021-30465, CVE-2019-16884, CVE-2019-19921, CVE-2023-27561, CVE-2023-28642, CVE-2024-45310

@pytest.mark.parametrize("target", ["/link/inside", "/link", "/up/inside", "/chain/x"])
def test_a_symlinked_mount_target_stays_inside(api, image, canary, tmp_path, target):
    name = image(symlink("link", str(canary)), symlink("up", f"/../../../..{canary}"), symlink("chain", "link"))
    (tmp_path / "given").mkdir()
    container = api.create(image=name, cmd=("sh", "-c", f"touch {target}/made; ls -A {target}"),
                           host={"Binds": [f"{tmp_path}/given:{target}"], "NetworkMode": "none"})
    if api.post(f"/containers/{container}/start").status == 204:
        api.wait(container)
        assert sorted(os.listdir(tmp_path / "given")) == ["made"]


def test_a_tmpfs_on_a_symlink_stays_inside(api, image, canary):
    name = image(symlink("link", str(canary)))
    container = api.create(image=name, cmd=("touch", "/link/made"), host={"Tmpfs": {"/link": ""}, "NetworkMode": "none"})
    if api.post(f"/containers/{container}/start").status == 204:
        api.wait(container)


@pytest.mark.parametrize("where", ["proc", "sys", "dev"])
def test_the_kernel_s_folders_may_not_be_symlinks_out(api, image, canary, where):
    name = image(symlink(where, str(canary)), without=(where,))
    container = api.create(image=name, cmd=("sh", "-c", "cat /proc/self/status /sys/kernel/x; ls -ld /proc /sys /dev"), host={"NetworkMode": "none"})
    if api.post(f"/containers/{container}/start").status == 204:
        api.wait(container)
        assert b"of the host" not in api.get(f"/containers/{container}/logs?stdout=1&stderr=1").body


def test_proc_as_a_symlink_inside_does_not_lose_the_masks(api, image):
    name = image(symlink("proc", "other"), folder("other"), without=("proc",))
    container = api.create(image=name, cmd=("sh", "-c", "[ -w /other/sysrq-trigger ] && echo writable; head -c 1 /other/kcore | wc -c"),
                           host={"NetworkMode": "none"})
    if api.post(f"/containers/{container}/start").status == 204:
        api.wait(container)
        out = api.get(f"/containers/{container}/logs?stdout=1").body
        assert b"writable" not in out and b"1\n" not in out


def test_nothing_is_mounted_over_proc(api, tmp_path):
    for target in ("/proc", "/proc/sys", "/proc/self", "/proc/1/attr"):
        container = api.create(cmd=("true",), host={"Binds": [f"{tmp_path}:{target}"], "NetworkMode": "none"})
        reply = api.post(f"/containers/{container}/start")
        assert reply.status >= 400 and "proc" in reply.message, target


def test_a_volume_shared_with_a_racing_container_stays_inside(api, image, canary):
    """One container swaps a folder of a shared volume with a link to the outside while others mount below it
    (CVE-2021-30465), and make what is missing there (CVE-2024-45310)."""
    before = set(os.listdir("/"))
    volume = api.create(cmd=("sh", "-c", "mkdir /vol/d; while :; do mv /vol/d /vol/e; ln -s / /vol/d; rm /vol/d; mv /vol/e /vol/d; done 2>/dev/null"),
                        host={"NetworkMode": "none"}, Volumes={"/vol": {}})
    api.start(volume)
    for _ in range(8):
        container = api.create(cmd=("sh", "-c", f"cat /vol/d/sub{canary}/secret /vol/d{canary}/secret"), Volumes={"/vol/d/sub": {}},
                               host={"VolumesFrom": [volume], "NetworkMode": "none"})
        if api.post(f"/containers/{container}/start").status == 204:
            api.wait(container)
            assert b"of the host" not in api.get(f"/containers/{container}/logs?stdout=1").body
        api.delete(f"/containers/{container}?force=1&v=1")
    assert set(os.listdir("/")) == before
    api.delete(f"/containers/{volume}?force=1&v=1")


# Masked paths and the console through links: CVE-2025-31133, CVE-2025-52565, CVE-2025-52881

def test_null_and_console_of_the_image_are_not_used(api, image, canary):
    name = image(folder("dev"), symlink("dev/null", "/proc/sys/kernel/core_pattern"), symlink("dev/console", "/proc/sysrq-trigger"),
                 symlink("dev/pts", str(canary)), without=("dev",))
    before = open("/proc/sys/kernel/core_pattern").read()
    container = api.create(image=name, cmd=("sh", "-c", "stat -c '%F %t %T' /dev/null; echo x >/proc/kcore; cat /proc/kcore | wc -c"),
                           Tty=True, host={"NetworkMode": "none"})
    api.start(container)
    api.wait(container)
    out = api.get(f"/containers/{container}/logs?stdout=1").body
    assert b"character special file 1 3" in out
    assert open("/proc/sys/kernel/core_pattern").read() == before


def test_writes_to_proc_during_start_cannot_be_sent_elsewhere(api, image):
    """The image brings a `/proc/sys` of its own, by a link: the setting goes to the container's kernel or nowhere."""
    name = image(symlink("proc", "/fake"), folder("fake"), folder("fake/sys"), folder("fake/sys/net"), folder("fake/sys/net/ipv4"),
                 entry("fake/sys/net/ipv4/ip_default_ttl", b"64\n"), without=("proc",))
    before = open("/proc/sys/net/ipv4/ip_default_ttl").read()
    container = api.create(image=name, cmd=("cat", "/fake/sys/net/ipv4/ip_default_ttl"), host={"Sysctls": {"net.ipv4.ip_default_ttl": "70"}})
    if api.post(f"/containers/{container}/start").status == 204:
        api.wait(container)
        assert api.get(f"/containers/{container}/logs?stdout=1").body[8:] == b"64\n"
    assert open("/proc/sys/net/ipv4/ip_default_ttl").read() == before


# The files beside the root: hosts, hostname, resolv.conf

@pytest.mark.parametrize("name", ["hosts", "hostname", "resolv.conf"])
def test_name_files_as_links_do_not_reach_the_host(api, image, canary, name):
    made = image(symlink(f"etc/{name}", str(canary / "secret")))
    container = api.create(image=made, cmd=("sh", "-c", f"cat /etc/{name}; echo changed >/etc/{name}"))
    if api.post(f"/containers/{container}/start").status == 204:
        api.wait(container)
        assert b"of the host" not in api.get(f"/containers/{container}/logs?stdout=1").body


def test_passwd_as_a_link_does_not_name_users_of_the_host(api, image, tmp_path):
    (tmp_path / "passwd").write_text("stolen:x:0:0::/:/bin/sh\n")
    name = image(symlink("etc/passwd", f"/../../../..{tmp_path}/passwd"), without=("etc/passwd",))
    container = api.create(image=name, cmd=("id",), User="stolen")
    assert api.post(f"/containers/{container}/start").status >= 400


def test_a_huge_passwd_is_an_error_not_a_crash(api, image):
    name = image(entry("etc/passwd", b"x" * (20 << 20)), without=("etc/passwd",))
    container = api.create(image=name, cmd=("id",), User="somebody")
    assert api.post(f"/containers/{container}/start").status >= 400


def test_passwd_as_a_device_or_pipe_does_not_hang(api, image):
    for kind, device in ((tarfile.FIFOTYPE, (0, 0)), (tarfile.CHRTYPE, (1, 5))):
        name = image(entry("etc/passwd", kind=kind, device=device), entry("etc/group", kind=kind, device=device),
                     without=("etc/passwd", "etc/group"))
        container = api.create(image=name, cmd=("true",), User="somebody")
        assert api.post(f"/containers/{container}/start", timeout=15).status >= 400


def test_the_engine_s_socket_is_not_reachable(api, engine):
    out = api.output(cmd=("sh", "-c", f"ls {engine.socket} {engine.run_root}; cat /proc/net/unix | grep -c {os.path.basename(engine.folder)}"))[1]
    assert out.strip() == b"0"


def test_an_abstract_socket_of_the_host_is_not_reachable(api):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind("\0canary-socket")
        listener.listen()
        assert b"canary-socket" not in api.output(cmd=("cat", "/proc/net/unix"))[1]


def test_setuid_programs_gain_nothing_with_no_new_privileges(api, image, busybox_tar):
    with tarfile.open(busybox_tar) as archive:
        program = archive.extractfile("./bin/busybox").read()
    name = image(entry("busybox-su", program, mode=0o4755))
    # busybox drops the privilege itself for most applets; the status file tells what the kernel gave.
    cmd = ("/busybox-su", "grep", "Uid", "/proc/self/status")
    out = api.output(image=name, cmd=cmd, User="1000", host={"SecurityOpt": ["no-new-privileges"]})[1].split()
    assert out[1:] == [b"1000"] * 4
