"""Builds over plain HTTP, and what is in the images that come out."""
import base64
import io
import json
import os
import tarfile
import urllib.parse


class Built:
    def __init__(self, reply, messages):
        self.reply, self.messages = reply, messages
        self.stream = "".join(message.get("stream", "") for message in messages)
        self.error = next((message["error"] for message in messages if "error" in message), "")
        if reply.status != 200:
            self.error = reply.text
        ids = [message["aux"]["ID"] for message in messages if "ID" in (message.get("aux") or {})]
        self.image = ids[-1] if ids and not self.error else None

    def __repr__(self):
        return f"<{self.reply.status} {self.image} error {self.error!r}\n{self.stream}>"


class Building:
    def __init__(self, engine):
        self.engine, self.api = engine, engine.api
        self.kept = {image["Id"] for image in self.api.get("/images/json?all=1").json}

    def tar(self, dockerfile, files={}):
        """`files`: bytes or text by name; a TarInfo with its content as a pair."""
        out = io.BytesIO()
        with tarfile.open(fileobj=out, mode="w") as archive:
            for name, content in {"Dockerfile": dockerfile, **files}.items():
                info = tarfile.TarInfo(name)
                info.mode, info.mtime = 0o644, 1700000000
                if isinstance(content, tuple):
                    change, content = content
                    change(info)
                data = content.encode() if isinstance(content, str) else content
                info.size = len(data) if info.isreg() else 0
                archive.addfile(info, io.BytesIO(data))
        return out.getvalue()

    def lines(self, reply):
        decoder, text, found = json.JSONDecoder(), reply.body.decode(errors="replace").strip(), []
        while text and reply.status == 200:
            value, end = decoder.raw_decode(text)
            found.append(value)
            text = text[end:].lstrip()
        return found

    def __call__(self, dockerfile, files={}, query="", tag=None, secrets=None, timeout=90):
        query = query + (f"&t={tag}" if tag else "")
        query = urllib.parse.quote(query, safe="=&:,.-_/%")
        headers = {"Content-Type": "application/x-tar"}
        if secrets:
            document = {name: base64.b64encode(value.encode()).decode() for name, value in secrets.items()}
            headers["X-Build-Secrets"] = base64.urlsafe_b64encode(json.dumps(document).encode()).decode()
        reply = self.api.post(f"/build?{query}", self.tar(dockerfile, files), headers=headers, timeout=timeout)
        return Built(reply, self.lines(reply))

    def ok(self, *args, **more):
        result = self(*args, **more)
        assert result.image, result
        return result.image

    def inspect(self, image):
        return self.api.get(f"/images/{image}/json").json

    def members(self, image):
        """Name and content of each file, later layers over earlier ones."""
        found = {}
        for layer in self.archives(image):
            for info, data in layer:
                name = info.name.strip("/").removeprefix("./")
                folder, _, base = name.rpartition("/")
                if base.startswith(".wh."):
                    found.pop((folder + "/" if folder else "") + base[4:], None)
                else:
                    found[name] = (info, data)
        return found

    def archives(self, image):
        archive = tarfile.open(fileobj=io.BytesIO(self.api.get(f"/images/{image}/get", timeout=120).body))
        manifest = json.load(archive.extractfile("manifest.json"))
        for name in manifest[0]["Layers"]:
            with tarfile.open(fileobj=archive.extractfile(name)) as layer:
                yield [(info, layer.extractfile(info).read() if info.isreg() else b"") for info in layer]

    def layers(self, image):
        return [[info.name.strip("/") for info, _ in layer] for layer in self.archives(image)]

    def files(self, image):
        return {name: data for name, (info, data) in self.members(image).items()}

    def owners(self, image):
        return {name: (info.uid, info.gid) for name, (info, _) in self.members(image).items()}

    def busybox(self):
        """A root file system as a tar."""
        return self._layer_of("busybox")

    def _layer_of(self, image):
        archive = tarfile.open(fileobj=io.BytesIO(self.api.get(f"/images/{image}/get", timeout=60).body))
        manifest = json.load(archive.extractfile("manifest.json"))
        return archive.extractfile(manifest[0]["Layers"][0]).read()

    def clean(self):
        """Takes away containers and images that were not there before."""
        self.engine.remove_containers()
        for _ in range(50):
            left = [image for image in self.api.get("/images/json?all=1").json if image["Id"] not in self.kept]
            if not left:
                return
            for image in left:
                for name in image["RepoTags"] or [image["Id"]]:
                    self.api.delete(f"/images/{name}?force=1")
