"""The network tests of docker-py's own suite, from its source distribution (7.1.0 has none in it, 7.0.0 has)."""
import os
import shutil
import subprocess
import sys
import tarfile

# They make a swarm first.
WITHOUT = ("test_create_network_attachable", "test_create_network_ingress", "test_create_inspect_network_with_scope")
VERSION = "7.0.0"


def test_networks(new_engine, tmp_path):
    engine = new_engine()
    subprocess.run([sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", "docker", "-d", tmp_path,
                    f"docker=={VERSION}"], check=True)
    with tarfile.open(tmp_path / f"docker-{VERSION}.tar.gz") as archive:
        archive.extractall(tmp_path, filter="data")
    for tag in ("3.10", "latest"):
        assert engine.api.post(f"/images/busybox/tag?repo=alpine&tag={tag}").status == 201
    suite = tmp_path / f"docker-{VERSION}"
    # The library that is tested with is the one that is installed.
    shutil.rmtree(suite / "docker")
    # Its helpers import it for connections over ssh, which these tests don't make.
    (suite / "paramiko.py").write_text("")
    done = subprocess.run(
        [sys.executable, "-B", "-m", "pytest", "-p", "no:cacheprovider", "-q", "--tb=short", "-W", "ignore",
         "tests/integration/api_network_test.py", "tests/integration/models_networks_test.py", "-k",
         " and ".join(f"not {name}" for name in WITHOUT)],
        cwd=suite, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env=dict(os.environ, DOCKER_HOST=engine.url, PYTHONPATH=str(suite)))
    summary = done.stdout.strip().splitlines()[-1]
    assert done.returncode == 0 and "passed" in summary and "failed" not in summary and "skipped" not in summary, done.stdout[-4000:]
