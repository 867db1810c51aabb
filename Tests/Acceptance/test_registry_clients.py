"""Other people's clients: skopeo copies images in and out, by tag and by digest."""
import json
import subprocess

import pytest

from harness.registry import digest


def skopeo(*words):
    done = subprocess.run(["skopeo", "--insecure-policy", *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=120)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout


@pytest.fixture(scope="module")
def layout(busybox_tar, tmp_path_factory):
    """An OCI layout with the test's image."""
    folder = tmp_path_factory.mktemp("layout")
    with open(busybox_tar, "rb") as file:
        layer = file.read()
    config = json.dumps({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["sh"]}, "rootfs": {
        "type": "layers", "diff_ids": [digest(subprocess.run(["gzip", "-dc"], input=layer, check=True,
                                                             stdout=subprocess.PIPE).stdout)]}}).encode()
    manifest = json.dumps({
        "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": digest(config), "size": len(config)},
        "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar+gzip", "digest": digest(layer), "size": len(layer)}],
    }).encode()
    (folder / "blobs/sha256").mkdir(parents=True)
    for blob in (layer, config, manifest):
        (folder / "blobs/sha256" / digest(blob)[7:]).write_bytes(blob)
    (folder / "oci-layout").write_text('{"imageLayoutVersion":"1.0.0"}')
    (folder / "index.json").write_text(json.dumps({"schemaVersion": 2, "manifests": [{
        "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": digest(manifest), "size": len(manifest),
        "annotations": {"org.opencontainers.image.ref.name": "v1"}}]}))
    return folder, digest(manifest)


def test_in_and_out_by_tag_and_by_digest(registry, layout, tmp_path):
    folder, name = layout
    place = f"docker://127.0.0.1:{registry.port}/skopeo/app"
    skopeo("copy", "--dest-tls-verify=false", f"oci:{folder}:v1", place + ":v1")
    assert json.loads(skopeo("inspect", "--tls-verify=false", place + ":v1"))["Digest"] == name
    for number, reference in enumerate((":v1", "@" + name)):
        target = tmp_path / str(number)
        skopeo("copy", "--src-tls-verify=false", place + reference, f"oci:{target}:out")
        index = json.loads((target / "index.json").read_text())
        assert index["manifests"][0]["digest"] == name
    assert json.loads(skopeo("list-tags", "--tls-verify=false", place))["Tags"] == ["v1"]


def test_from_repository_to_repository_and_away(registry, layout):
    folder, name = layout
    base = f"docker://127.0.0.1:{registry.port}/skopeo"
    skopeo("copy", "--dest-tls-verify=false", f"oci:{folder}:v1", base + "/first:v1")
    skopeo("copy", "--src-tls-verify=false", "--dest-tls-verify=false", base + "/first:v1", base + "/second:v2")
    assert json.loads(skopeo("inspect", "--tls-verify=false", base + "/second:v2"))["Digest"] == name
    skopeo("copy", "--format", "v2s2", "--src-tls-verify=false", "--dest-tls-verify=false", base + "/first:v1", base + "/docker:v1")
    raw = json.loads(skopeo("inspect", "--raw", "--tls-verify=false", base + "/docker:v1"))
    assert raw["mediaType"] == "application/vnd.docker.distribution.manifest.v2+json"
    skopeo("delete", "--tls-verify=false", base + "/second:v2")
    assert registry.get("/v2/skopeo/second/manifests/v2", Accept="*/*").status == 404
