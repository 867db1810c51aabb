"""`docker build --squash`: what was built is one layer on the base."""
import io
import json
import tarfile


STEPS = ("FROM busybox\nRUN echo gone > /gone && echo kept > /kept\nRUN rm /gone /bin/ls && echo more >> /kept\n"
         "ENV A=b\nCMD cat /kept\n")


def history(building, image):
    return building.inspect(image), building.api.get(f"/images/{image}/history").json


def config(building, image):
    archive = tarfile.open(fileobj=io.BytesIO(building.api.get(f"/images/{image}/get", timeout=60).body))
    return json.load(archive.extractfile(json.load(archive.extractfile("manifest.json"))[0]["Config"]))


def test_one_layer_for_all_that_was_built(building):
    image = building.ok(STEPS, query="squash=1", tag="small:1")
    base, built = building.inspect("busybox"), building.inspect(image)
    assert built["RepoTags"] == ["small:1"] and built["Config"]["Env"][-1] == "A=b"
    assert built["RootFS"]["Layers"][:-1] == base["RootFS"]["Layers"] and len(built["RootFS"]["Layers"]) == len(base["RootFS"]["Layers"]) + 1
    # What came and went is not there, what went of the base is told.
    assert sorted(building.layers(image)[-1]) == ["bin", "bin/.wh.ls", "kept"]
    assert building.files(image)["kept"] == b"kept\nmore\n"


def test_the_history_is_as_docker_writes_it(building):
    plain = building.ok(STEPS)
    image = building.ok(STEPS, query="squash=1")
    base, before, after = (config(building, name) for name in ["busybox", plain, image])
    count = len(base["history"])
    assert after["history"][:count] == base["history"]
    for old, new in zip(before["history"][count:], after["history"][count:-1], strict=True):
        assert new == old | {"empty_layer": True}
    last = after["history"][-1]
    assert last == {"created": after["created"], "comment": f"merge {plain} to {building.inspect('busybox')['Id']}"}
    same = {key for key in before if before[key] == after[key]}
    assert set(before) - same == {"created", "history", "rootfs"} and set(before) == set(after)


def test_the_steps_stay_as_cache(building):
    plain = building.ok(STEPS)
    again = building(STEPS, query="squash=1")
    assert again.stream.count("Using cache") == 4 and again.image not in (None, plain)
    assert f"Successfully built {again.image[7:19]}" in again.stream
    # What was squashed is not taken for one of its steps.
    assert building.ok(STEPS) == plain


def test_on_nothing(building):
    steps = "FROM scratch\nCOPY a /a\nCOPY b /b\n"
    image = building.ok(steps, {"a": "1", "b": "2"}, query="squash=1")
    assert building.layers(image) == [["a", "b"]]
    assert config(building, image)["history"][-1]["comment"].startswith("create new from sha256:")
    assert building.layers(building.ok("FROM scratch\nCOPY a /a\n", {"a": "1"}, query="squash=1")) == [["a"]]
    # Its config says the same as that step's, but it is none.
    step = building.ok("FROM scratch\nCOPY a /a\n", {"a": "1"})
    assert len(config(building, step)["history"]) == 1


def test_a_stage_is_the_base(building):
    image = building.ok("FROM busybox AS one\nRUN echo 1 > /one\nFROM one\nRUN echo 2 > /two\nRUN echo 3 > /three\n", query="squash=1")
    assert len(building.layers(image)) == len(building.inspect("busybox")["RootFS"]["Layers"]) + 2
    assert building.layers(image)[-2:] == [["one"], ["three", "two"]]


def test_nothing_to_squash(building):
    base = building.inspect("busybox")
    for steps in ["FROM busybox\n", "FROM busybox\nENV A=b\n"]:
        image = building.ok(steps, query="squash=1")
        assert image != base["Id"] and building.inspect(image)["RootFS"] == base["RootFS"]
        assert config(building, image)["history"][-1]["empty_layer"]


def test_clients(building, ours, py, tmp_path, client_for, engine):
    (tmp_path / "Dockerfile").write_text(STEPS)
    ours.ok("build", "--squash", "-t", "squashed:ours", tmp_path, timeout=60)
    image, _ = py.images.build(path=str(tmp_path), squash=True, tag="squashed:py")
    for name in ["squashed:ours", "squashed:py"]:
        assert len(building.layers(name)) == len(building.layers("busybox")) + 1
        assert ours.ok("run", "--rm", name) == "kept\nmore"
    assert image.id == building.inspect("squashed:py")["Id"]
    # Docker's client sends the flag to experimental engines only.
    assert "experimental" in client_for(engine, "docker28").fails("build", "--squash", tmp_path).complaint


def test_nothing_stays_of_an_image_that_is_only_fetched(building, ours, tmp_path):
    (tmp_path / "Dockerfile").write_text(STEPS)
    plain = building.ok(STEPS)
    before = {image["Id"] for image in building.api.get("/images/json?all=1").json}
    ours.ok("build", "--squash", "-o", f"type=docker,dest={tmp_path}/out.tar", "-t", "squashed:out", tmp_path, timeout=60)
    assert {image["Id"] for image in building.api.get("/images/json?all=1").json} == before and plain in before
    assert ours.ok("load", "-i", f"{tmp_path}/out.tar") == "Loaded image: squashed:out"
    assert ours.ok("run", "--rm", "squashed:out") == "kept\nmore"


def test_the_same_to_the_bit(building):
    images = {building.ok(STEPS, query='squash=1&nocache=1&buildargs={"SOURCE_DATE_EPOCH":"1700000000"}') for _ in range(2)}
    assert len(images) == 1
