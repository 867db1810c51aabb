"""The same context on two machines, at two times: with SOURCE_DATE_EPOCH the images are the same to the bit."""
import gzip
import os
import time

from harness import images
from harness.building import Building

EPOCH = 1600000000
DOCKERFILE = """\
FROM base:1 AS make
RUN mkdir /out && date > /tmp/now && echo made > /out/made && ln /out/made /out/again && chmod 4755 /out/made
FROM base:1
ARG WHO=nobody
ENV A=b
WORKDIR /app/deep
COPY --from=make /out /out
COPY --chown=5:6 tree tree
COPY --link tree /linked
ADD archive.tar.gz /in
RUN echo "$WHO" > /who; rm /app/deep/tree/gone; mkfifo /pipe
LABEL l=m
CMD ["true"]
"""


def plain(busybox_tar):
    with open(busybox_tar, "rb") as file:
        return gzip.decompress(file.read())


def write(folder, order):
    """The same files, made in another order and at another time."""
    folder.mkdir()
    files = {"Dockerfile": DOCKERFILE, "tree/a": "A", "tree/b/c": "C", "tree/gone": "G"}
    for name in sorted(files, reverse=order):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(files[name])
        os.utime(folder / name, (1650000000 + order, 1650000000 + order))
    (folder / "archive.tar.gz").write_bytes(gzip.compress(images.tar(images.entry("packed", b"P", uid=7, mtime=1500000000)), mtime=0))
    return folder


def test_the_same_to_the_bit(new_engine, client_for, busybox_tar, tmp_path):
    found = []
    for number in (0, 1):
        engine = new_engine(busybox=False)
        base = images.docker_archive("base:1", [plain(busybox_tar)], Cmd=["sh"])
        assert engine.api.post("/images/load", base).status == 200
        context = write(tmp_path / str(number), number)
        client_for(engine, ["martlet", "docker28"][number]).ok(
            "build", "-t", "made:1", "--build-arg", f"SOURCE_DATE_EPOCH={EPOCH}", context, timeout=60)
        found.append((engine, Building(engine).inspect("made:1"), engine.api.get("/images/made:1/get").body))
        time.sleep(1.1)  # whatever takes the time of its making shows
    (first, one, left), (second, other, right) = found
    assert one["Id"] == other["Id"]
    assert one["RootFS"] == other["RootFS"] and one["Created"] == other["Created"] == "2020-09-13T12:26:40Z"
    assert left == right
    members = Building(first).members("made:1")
    assert members["app/deep/tree/a"][0].mtime == members["out/made"][0].mtime == members["who"][0].mtime == EPOCH
    assert members["in/packed"][0].mtime == 1500000000  # what is older stays
