"""What an archive of `docker save` says about its image: the configuration, the history, and the tree that its layers give."""
import hashlib
import io
import json
import tarfile

KINDS = {tarfile.REGTYPE: "file", tarfile.AREGTYPE: "file", tarfile.DIRTYPE: "folder", tarfile.SYMTYPE: "link",
         tarfile.FIFOTYPE: "pipe", tarfile.CHRTYPE: "character device", tarfile.BLKTYPE: "block device"}


class SavedImage:
    def __init__(self, archive):
        with tarfile.open(fileobj=io.BytesIO(archive)) as outer:
            manifest, = json.load(outer.extractfile("manifest.json"))
            document = json.load(outer.extractfile(manifest["Config"]))
            self.layers = [outer.extractfile(_target(outer, name)).read() for name in manifest["Layers"]]
        self.config = document.get("config") or {}
        self.history = document.get("history") or []
        self.tree = {}
        for layer in self.layers:
            apply(self.tree, layer)


def _target(outer, name):
    """podman's layers are links within the archive."""
    member = outer.getmember(name)
    while member.issym():
        member = outer.getmember(member.linkname.split("/")[-1])
    return member


def apply(tree, layer):
    """Puts a layer upon a tree: path -> (kind, mode, uid, gid, content or target)."""
    with tarfile.open(fileobj=io.BytesIO(layer)) as archive:
        members = [(entry.name.removeprefix("./").rstrip("/"), entry) for entry in archive]
        for path, _ in members:
            parent, _, name = path.rpartition("/")
            if name == ".wh..wh..opq":
                drop(tree, parent, itself=False)
            elif name.startswith(".wh."):
                drop(tree, f"{parent}/{name[4:]}".lstrip("/"))
        for path, entry in members:
            if path in ("", ".") or path.rpartition("/")[2].startswith(".wh."):
                continue
            if not entry.isdir():
                drop(tree, path)
            if entry.islnk():
                tree[path] = tree[entry.linkname.removeprefix("./").lstrip("/")]
                continue
            content = entry.linkname if entry.issym() else ""
            if entry.isreg():
                content = hashlib.sha256(archive.extractfile(entry).read()).hexdigest()
            mode = 0o777 if entry.issym() else entry.mode & 0o7777
            tree[path] = (KINDS[entry.type], oct(mode), entry.uid, entry.gid, content)


def drop(tree, path, itself=True):
    for known in [known for known in tree if known.startswith(path + "/") or itself and known == path]:
        del tree[known]
