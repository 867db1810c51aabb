"""`make install`, `make uninstall` and the demo, as a new user runs them."""
import os
import subprocess

from harness import host
from harness.engine import TOP


def make(*words, **variables):
    done = subprocess.run(["make", "-C", TOP, *words, *(f"{key}={value}" for key, value in variables.items())],
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    assert done.returncode == 0, done.stdout
    return done.stdout


def everything_below(folder):
    return {os.path.relpath(os.path.join(top, name), folder) for top, _, names in os.walk(folder) for name in names}


def test_install_and_uninstall(tmp_path):
    make("install", PREFIX="/opt/m", DESTDIR=tmp_path)
    installed = everything_below(tmp_path)
    assert {"opt/m/bin/martlet", "opt/m/bin/martletd", "opt/m/bin/martlet-shim", "opt/m/bin/docker", "opt/m/bin/dockerd",
            "opt/m/bin/martlet-registry", "opt/m/bin/registry",
            "opt/m/share/martlet/images/hello-world.tar", "opt/m/lib/systemd/system/martlet.service"} <= installed
    unit = (tmp_path / "opt/m/lib/systemd/system/martlet.service").read_text()
    assert "ExecStart=/opt/m/bin/martletd" in unit and "@" not in unit
    make("uninstall", PREFIX="/opt/m", DESTDIR=tmp_path)
    assert everything_below(tmp_path) == set()


def test_install_leaves_another_docker_alone(tmp_path):
    (tmp_path / "opt/m/bin").mkdir(parents=True)
    (tmp_path / "opt/m/bin/docker").write_text("somebody else's")
    assert "left alone" in make("install", PREFIX="/opt/m", DESTDIR=tmp_path)
    make("uninstall", PREFIX="/opt/m", DESTDIR=tmp_path)
    assert everything_below(tmp_path) == {"opt/m/bin/docker"}


def test_an_installed_engine_finds_its_parts(new_engine, tmp_path, client_for):
    make("install", PREFIX="/opt/m", DESTDIR=tmp_path)
    engine = new_engine(start=False)
    command = engine.command
    engine.command = lambda *more: [f"{tmp_path}/opt/m/bin/martletd", *command(*more)[1:]]
    engine.start()
    assert "Hello from Martlet!" in client_for(engine).ok("run", "--rm", "hello-world")


def test_the_demo():
    done = subprocess.run([TOP + "/scripts/demo.sh"], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=120)
    assert done.returncode == 0, done.stdout[-3000:]
    assert "served from a container" in done.stdout and "no mount, no bridge, no firewall table, no cgroup, no process" in done.stdout
    assert not [path for path in host.mounts_below("/tmp") if "martlet-demo" in path]


def test_the_images_are_made_the_same_each_time(tmp_path):
    for name in ("one", "two"):
        subprocess.run([TOP + "/scripts/make-busybox.sh", tmp_path / f"{name}.tar.gz"], check=True)
        subprocess.run([TOP + "/scripts/make-image.sh", "x", "/usr/bin/busybox", tmp_path / f"{name}.tar"], check=True)
    for kind in ("tar", "tar.gz"):
        assert (tmp_path / f"one.{kind}").read_bytes() == (tmp_path / f"two.{kind}").read_bytes()


def test_setup_has_nothing_left_to_do():
    done = subprocess.run([TOP + "/scripts/setup.sh"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120)
    assert (done.returncode, done.stdout) == (0, "")
