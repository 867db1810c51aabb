"""`COPY --link` and `ADD --link`: a layer that knows nothing of what it lies on (the Dockerfile reference, "COPY --link")."""
import gzip
import io
import os
import tarfile

import pytest

from harness.building import Building
from harness.waiting import eventually

FILES = {"a": "copied", "d/one": "1", "d/two": "2"}


def layers(building, image):
    return building.inspect(image)["RootFS"]["Layers"]


def rebased(building, instructions, files, **more):
    """The same instructions on two bases of which the second is another: the results."""
    return [building(f"FROM busybox\nRUN echo {base} > /base\n{instructions}", files, **more) for base in ("one", "two")]


def test_another_base_gets_the_same_layer(building):
    first, second = rebased(building, "COPY --link d /x/\nCOPY --link --chown=5:6 a /y/\nENV A=b\n", FILES)
    assert layers(building, first.image)[-2:] == layers(building, second.image)[-2:]
    assert layers(building, first.image)[:-2] != layers(building, second.image)[:-2]
    # The base and the ENV are made; the copies are not.
    assert second.stream.count("Using cache") == 2 and first.stream.count("Using cache") == 0
    files = building.files(second.image)
    assert (files["base"], files["x/one"], files["y/a"]) == (b"two\n", b"1", b"copied")
    assert building.owners(second.image)["y/a"] == (5, 6)
    assert building.ok("FROM busybox\nRUN echo two > /base\nCOPY --link d /x/\nCOPY --link --chown=5:6 a /y/\nENV A=b\n", FILES) == \
        second.image


def test_without_link_it_does_not(building):
    _, second = rebased(building, "COPY d /x/\n", FILES)
    assert second.stream.count("Using cache") == 0


@pytest.mark.parametrize("change, files", [
    ("COPY --link d /z/\n", FILES), ("COPY --link --chmod=600 d /x/\n", FILES), ("COPY d /x/\n", FILES),
    ("WORKDIR /w\nCOPY --link d x/\n", FILES), ("COPY --link d /x/\n", {**FILES, "d/one": "other"}),
    ("ADD --link d /x/\n", FILES),
])
def test_another_step_is_another_layer(building, change, files):
    building.ok("FROM busybox\nRUN echo one > /base\nCOPY --link d /x/\n", FILES)
    assert building("FROM busybox\nRUN echo two > /base\n" + change, files).stream.count("Using cache") == 0


def test_the_cache_can_be_left_out(building):
    building.ok("FROM busybox\nRUN echo one > /base\nCOPY --link d /x/\n", FILES)
    again = building("FROM busybox\nRUN echo two > /base\nCOPY --link d /x/\n", FILES, query="nocache=1")
    assert again.image and "Using cache" not in again.stream


def test_links_of_the_base_are_not_followed(building):
    image = building.ok("FROM busybox\nRUN mkdir /real && ln -s real /way && ln -s real/x /file\n"
                        "COPY --link a /way/x\nCOPY --link a /file\nRUN test ! -e /real/x && test ! -L /way && cat /way/x /file\n", FILES)
    members = building.members(image)
    assert members["way"][0].isdir() and members["file"][1] == b"copied" and "real/x" not in members


def test_a_folder_of_the_base_is_one_by_a_final_slash(building):
    files = building.files(building.ok("FROM busybox\nRUN mkdir /have && touch /have/old\nCOPY --link a /have/\n", FILES))
    assert files["have/old"] == b"" and files["have/a"] == b"copied"
    result = building("FROM busybox\nRUN mkdir /have && touch /have/old\nCOPY --link a /have\nRUN cat /have\n", FILES)
    assert "copied" in result.stream


def test_names_of_owners_can_not_be_looked_up(building):
    assert "can't find user nobody" in building("FROM busybox\nCOPY --link --chown=nobody a /x\n", FILES).error


def test_stages_scratch_and_archives(building):
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        info = tarfile.TarInfo("in/side")
        info.size = 1
        tar.addfile(info, io.BytesIO(b"x"))
    files = {**FILES, "t.tgz": gzip.compress(archive.getvalue())}
    result = building("FROM busybox AS make\nRUN echo made > /made\nFROM scratch\nCOPY --link --from=make /made /bin/\n"
                      "ADD --link t.tgz /t/\nCOPY --link <<EOF /doc\ntext\nEOF\n", files)
    found = building.files(result.image)
    assert (found["bin/made"], found["t/in/side"], found["doc"]) == (b"made\n", b"x", b"text\n"), result


def test_parents_and_history_are_those_of_every_step(building):
    image = building.ok("FROM busybox\nRUN echo one > /base\nCOPY --link a /x\nCMD x\n", FILES)
    rows = building.api.get(f"/images/{image}/history").json
    assert [row["CreatedBy"].split()[3] for row in rows[:2]] == ["CMD", "COPY"] and "--link file:" in rows[1]["CreatedBy"]
    assert building.inspect(rows[0]["Id"])["Parent"] == rows[1]["Id"] and building.inspect(rows[1]["Id"])["Parent"] == rows[2]["Id"]
    assert rows[1]["Size"] == 6


def stored(building):
    folder = building.engine.root + "/overlay"
    return {name for name in os.listdir(folder) if not name.startswith(".")}


def test_copies_after_a_failed_command_leave_nothing(building):
    before = stored(building)
    result = building("FROM busybox\nRUN sleep 1; false\nCOPY --link d /x/\nCOPY --link a /y\n", FILES, query="forcerm=1")
    assert "returned a non-zero code: 1" in result.error and "COPY" not in result.stream, result
    eventually(lambda: stored(building) == before, what="nothing is left of the copies")


def test_copies_that_are_the_same_share_what_they_make(building):
    copies = "COPY --link d /x/\n" * 3
    # Without it the new folder may be of another second.
    epoch = 'buildargs={"SOURCE_DATE_EPOCH":"1700000000"}'
    image = building.ok(f"FROM busybox\nRUN sleep 1\n{copies}RUN cat /x/one /x/two > /both\n", FILES, query=epoch)
    assert len(set(layers(building, image)[-4:-1])) == 1 and building.files(image)["both"] == b"12"


def test_copies_before_their_turn_are_those_of_their_place(building):
    image = building.ok("FROM busybox AS other\nRUN sleep 1; echo late > /late\nFROM busybox\nARG N=a\nWORKDIR /w\nRUN sleep 1\n"
                        "COPY --link $N x\nENV N=d/one\nWORKDIR v\nCOPY --link $N x\nCOPY --link --from=other /late .\n"
                        "COPY --link d/two /w/x\nRUN cat /w/x /w/v/x late > /all\n", FILES)
    assert building.files(image)["all"] == b"21late\n"


@pytest.mark.parametrize("driver", ["overlay", "vfs"])
def test_a_layer_outlives_the_one_it_was_taken_from(new_engine, driver):
    """Files that two layers share are still there, and of the same digest, when one of them is gone and after a restart."""
    engine = new_engine("-s", driver)
    building = Building(engine)
    first, second = rebased(building, "COPY --link d /x/\n", FILES, tag=None)
    for image in (first.image, building.inspect(first.image)["Parent"]):
        assert engine.api.delete(f"/images/{image}?force=1").status in (200, 404)
    engine.restart()
    files = building.files(second.image)
    assert files["x/one"] == b"1" and files["base"] == b"two\n"
    saved = engine.api.get(f"/images/{second.image}/get", timeout=60).body
    building.clean()
    assert engine.api.post("/images/load", saved, headers={"Content-Type": "application/x-tar"}).status == 200
    assert building.files(second.image)["x/two"] == b"2"
    building.clean()
