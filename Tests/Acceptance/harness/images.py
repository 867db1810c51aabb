"""Images and root file systems made in memory."""
import hashlib
import io
import json
import tarfile


def entry(name, data=b"", kind=tarfile.REGTYPE, link="", mode=0o644, uid=0, gid=0, mtime=0, pax=None, device=(0, 0)):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode, info.uid, info.gid, info.mtime = kind, link, mode, uid, gid, mtime
    info.size = len(data) if kind == tarfile.REGTYPE else 0
    info.devmajor, info.devminor = device
    info.pax_headers = pax or {}
    return info, data


def folder(name, mode=0o755, **more):
    return entry(name, kind=tarfile.DIRTYPE, mode=mode, **more)


def symlink(name, target):
    return entry(name, kind=tarfile.SYMTYPE, link=target, mode=0o777)


def hardlink(name, target, **more):
    return entry(name, kind=tarfile.LNKTYPE, link=target, **more)


def tar(*entries):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def with_busybox(busybox_tar, *entries, without=()):
    """The busybox root file system with more entries behind it and without some paths, as a plain tar."""
    out = io.BytesIO()
    with tarfile.open(busybox_tar) as source, tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as archive:
        for info in source:
            name = info.name.removeprefix("./")
            if not any(name == path or name.startswith(path + "/") for path in without):
                archive.addfile(info, source.extractfile(info) if info.isreg() else None)
        for info, data in entries:
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def digest(data):
    return hashlib.sha256(data).hexdigest()


def config(layers, **more):
    return json.dumps({"architecture": "amd64", "os": "linux", "created": "2020-01-02T03:04:05Z", "config": more,
                       "rootfs": {"type": "layers", "diff_ids": ["sha256:" + digest(layer) for layer in layers]},
                       "history": [{"created": "2020-01-02T03:04:05Z", "created_by": f"layer {n}"}
                                   for n, _ in enumerate(layers)]}).encode()


def docker_archive(tag, layers, **more):
    """What `docker save` writes since 1.10."""
    image = config(layers, **more)
    entries, names = [], []
    for layer in layers:
        names.append(digest(layer) + "/layer.tar")
        entries.append(entry(names[-1], layer))
    manifest = [{"Config": digest(image) + ".json", "RepoTags": [tag] if tag else None, "Layers": names}]
    return tar(*entries, entry(digest(image) + ".json", image), entry("manifest.json", json.dumps(manifest).encode()))


def oci_layout(tag, layers, **more):
    image = config(layers, **more)

    def blob(kind, data):
        return {"mediaType": f"application/vnd.oci.image.{kind}", "digest": "sha256:" + digest(data), "size": len(data)}

    manifest = json.dumps({"schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json",
                           "config": blob("config.v1+json", image),
                           "layers": [blob("layer.v1.tar", layer) for layer in layers]}).encode()
    index = {"schemaVersion": 2, "manifests": [
        blob("manifest.v1+json", manifest) | {"annotations": {"io.containerd.image.name": "docker.io/library/" + tag,
                                                              "org.opencontainers.image.ref.name": tag.split(":")[-1]}}]}
    blobs = [entry("blobs/sha256/" + digest(data), data) for data in (image, manifest, *layers)]
    return tar(entry("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'), entry("index.json", json.dumps(index).encode()), *blobs)


def old_archive(tag, layers):
    """What `docker save` wrote before 1.10: a folder a layer, tied by parent ids."""
    entries, parent = [], None
    for number, layer in enumerate(layers):
        name = digest(b"%d" % number + layer)
        image = {"id": name, "created": "2015-05-07T10:00:00Z", "architecture": "amd64", "os": "linux",
                 "container_config": {"Cmd": ["/bin/sh", "-c", f"layer {number}"]}, "config": {"Cmd": ["/bin/sh"]}}
        if parent:
            image["parent"] = parent
        entries += [folder(name), entry(name + "/VERSION", b"1.0"), entry(name + "/json", json.dumps(image).encode()),
                    entry(name + "/layer.tar", layer)]
        parent = name
    repository, version = tag.split(":")
    return tar(*entries, entry("repositories", json.dumps({repository: {version: parent}}).encode()))
