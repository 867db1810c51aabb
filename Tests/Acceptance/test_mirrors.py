"""Mirrors of Docker Hub: each piece that one doesn't give, and each that is wrong, comes from the next endpoint."""
import pytest

from harness.distribution import name_of
from harness.hostile import HostileRegistry
from test_images import progress
from test_pull import pull, small


@pytest.fixture
def mirrors():
    found = HostileRegistry(), HostileRegistry()
    yield found
    for mirror in found:
        mirror.stop()


@pytest.fixture
def hub_engine(new_engine, mirrors):
    flags = [flag for mirror in mirrors for flag in ("--registry-mirror", f"http://{mirror.host}")]
    return new_engine(*flags, busybox=False)


def put(mirrors, name, image):
    for mirror in mirrors:
        mirror.put(f"library/{name}", "latest", image)


def refuse(status):
    return lambda handler, _: handler.refuse(status, "UNKNOWN", "not today")


def break_off(handler, data):
    handler.send_response(200)
    handler.send_header("Content-Length", str(len(data)))
    handler.end_headers()
    handler.wfile.write(data[:len(data) // 2])
    handler.wfile.flush()
    handler.close_connection = True


def pulled(engine, name, image):
    told = progress(pull(engine.api, f"{name}&tag=latest"))
    assert told[-1] == {"status": f"Status: Downloaded newer image for {name}:latest"}, told
    assert engine.api.get(f"/images/{name}/json").json["Id"] == image.id


def test_a_mirror_that_fails_on_a_piece_gives_way_for_it(hub_engine, mirrors):
    """Nobody waits for another try: all of it takes seconds."""
    first, second = mirrors
    for name, trouble in ("absent", refuse(404)), ("ill", refuse(500)), ("broken", break_off):
        image = small(name)
        put(mirrors, name, image)
        missing = name_of(image.layers[1])

        def rule(handler, path, missing=missing, trouble=trouble, data=image.layers[1]):
            if not path.endswith(missing):
                return False
            trouble(handler, data)
            return True
        first.rules.append(rule)
        pulled(hub_engine, name, image)
        assert first.asked(missing) and second.asked(missing), name
        if name != "broken":
            assert not second.asked(name_of(image.layers[0])), "what the mirror gives comes from there"
            assert not second.asked(f"{name}/manifests/")


def test_a_mirror_that_fails_on_the_config_gives_way(hub_engine, mirrors):
    image = small("config")
    put(mirrors, "config", image)
    mirrors[0].rules.append(lambda handler, path: path.endswith(image.id) and (handler.reply(500) or True))
    pulled(hub_engine, "config", image)


def test_a_mirror_with_wrong_bytes_gives_way(hub_engine, mirrors):
    image = small("lies")
    put(mirrors, "lies", image)
    wrong = name_of(image.layers[1])
    mirrors[0].blobs[wrong] = image.layers[1][:1] + bytes(len(image.layers[1]) - 1)
    pulled(hub_engine, "lies", image)


def test_a_mirror_with_another_manifest_gives_way(hub_engine, mirrors):
    """Layers that are what they are named, under a config that names others."""
    image, forged, other = small("diff", 1), small("diff", 1), small("other", 1)
    forged.layers = other.layers
    forged.document["layers"] = other.document["layers"]
    forged.seal()
    mirrors[0].put("library/diff", "latest", forged)
    mirrors[1].put("library/diff", "latest", image)
    pulled(hub_engine, "diff", image)
