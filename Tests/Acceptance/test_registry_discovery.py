"""Finding content (OCI distribution-spec 1.1, "Content Discovery"): tags, repositories, referrers."""
import json
import re

import pytest

from harness.registry import CONFIG, INDEX, MANIFEST, descriptor, digest, image

SIGNATURE, BILL = "application/vnd.example.signature", "application/vnd.example.sbom"


def follow(reply):
    """The path of the next page; None at the end."""
    link = reply.headers["Link"]
    if link is None:
        return None
    return re.fullmatch(r'<(?:https?://[^/]+)?(/[^>]*)>; rel="next"', link)[1]


@pytest.fixture(scope="module")
def tags(our_registry):
    names = ["a", "b", "c", "d", "e", "v1.10", "v1.9", "Z", "_x", "0"]
    for name in names:
        our_registry.push_image("find/tags", name)
    return sorted(names)


def test_tags_are_listed_in_order(our_registry):
    # Distribution 2.8 is older than this rule of the specification.
    for name in ("one", "two", "three"):
        our_registry.push_image("find/few", name)
    reply = our_registry.get("/v2/find/few/tags/list")
    assert (reply.status, reply.json) == (200, {"name": "find/few", "tags": ["one", "three", "two"]})


def test_tags_come_in_pages(our_registry, tags):
    found, path = [], "/v2/find/tags/tags/list?n=3"
    while path:
        reply = our_registry.get(path)
        assert reply.status == 200 and 0 < len(reply.json["tags"]) <= 3
        found += reply.json["tags"]
        path = follow(reply)
    assert found == tags


def test_pages_of_tags_at_their_edges(our_registry, tags):
    path = "/v2/find/tags/tags/list"
    exact = our_registry.get(f"{path}?n={len(tags)}")
    assert exact.json["tags"] == tags and exact.headers["Link"] is None
    none = our_registry.get(path + "?n=0")
    assert (none.status, none.json["tags"], none.headers["Link"]) == (200, [], None)
    assert our_registry.get(path + "?last=c").json["tags"] == [tag for tag in tags if tag > "c"]
    assert our_registry.get(path + "?last=bb&n=1").json["tags"] == ["c"]
    assert our_registry.get(path + "?last=zzz").json["tags"] == []


@pytest.mark.parametrize("n", ["-1", "x", "1.5", "99999999999999999999"])
def test_a_page_size_that_is_none_is_refused(our_registry, tags, n):
    reply = our_registry.get(f"/v2/find/tags/tags/list?n={n}")
    assert (reply.status, reply.code) == (400, "PAGINATION_NUMBER_INVALID")


def test_tags_of_a_repository_that_is_not_there(registry):
    reply = registry.get("/v2/find/nowhere/tags/list")
    assert (reply.status, reply.code) == (404, "NAME_UNKNOWN")


def test_repositories_are_listed_part_by_part(new_registry):
    expected = ["a", "a/b", "a/b/c", "a-b", "a0", "b/c"]
    listed = {}
    for kind in ("martlet", "distribution"):
        server = new_registry(kind=kind)
        for name in reversed(expected):
            server.push_image(name, "v1")
        listed[kind] = server.get("/v2/_catalog").json["repositories"]
        found, path = [], "/v2/_catalog?n=2"
        while path:
            reply = server.get(path)
            found += reply.json["repositories"]
            path = follow(reply)
        assert found == expected
    assert listed == {"martlet": expected, "distribution": expected}


def test_an_empty_catalogue_and_too_large_a_page(new_registry):
    server = new_registry(catalog={"maxentries": 5})
    assert server.get("/v2/_catalog").json == {"repositories": []}
    assert server.get("/v2/_catalog?n=5").status == 200
    reply = server.get("/v2/_catalog?n=6")
    assert (reply.status, reply.code) == (400, "PAGINATION_NUMBER_INVALID")


@pytest.fixture(scope="module")
def subject(our_registry):
    data = our_registry.push_image("find/refs", "v1")
    about = {"subject": descriptor(data, MANIFEST)}
    signature = json.dumps(image(artifactType=SIGNATURE, annotations={"by": "me"}, **about)).encode()
    old = json.dumps({**image(**about), "config": {**descriptor(b"{}", CONFIG), "mediaType": BILL}}).encode()
    index = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "artifactType": BILL, "manifests": [], **about}).encode()
    bare = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [], **about}).encode()
    for body, kind in ((signature, MANIFEST), (old, MANIFEST), (index, INDEX), (bare, INDEX)):
        our_registry.push_manifest("find/refs", digest(body), body, kind)
    return data, {"signature": signature, "old": old, "index": index, "bare": bare}


def test_referrers_are_an_index_of_descriptors(our_registry, subject):
    data, bodies = subject
    reply = our_registry.get(f"/v2/find/refs/referrers/{digest(data)}")
    assert (reply.status, reply.headers["Content-Type"]) == (200, INDEX)
    assert reply.json["schemaVersion"] == 2 and reply.json["mediaType"] == INDEX
    expected = [
        descriptor(bodies["signature"], MANIFEST, artifactType=SIGNATURE, annotations={"by": "me"}),
        descriptor(bodies["old"], MANIFEST, artifactType=BILL),
        descriptor(bodies["index"], INDEX, artifactType=BILL),
        descriptor(bodies["bare"], INDEX),
    ]
    assert sorted(reply.json["manifests"], key=str) == sorted(expected, key=str)


def test_referrers_by_type(our_registry, subject):
    data, bodies = subject
    reply = our_registry.get(f"/v2/find/refs/referrers/{digest(data)}?artifactType={BILL}")
    assert reply.headers["OCI-Filters-Applied"] == "artifactType"
    assert {entry["digest"] for entry in reply.json["manifests"]} == {digest(bodies["old"]), digest(bodies["index"])}


def test_many_large_referrers_come_in_pages(our_registry):
    data = our_registry.push_image("find/large", "v1")
    pushed = set()
    for number in range(5):
        about = json.dumps({"schemaVersion": 2, "mediaType": INDEX, "manifests": [], "artifactType": "a/b+c&d",
                            "annotations": {"n": f"{number}" + "x" * 1_500_000}, "subject": descriptor(data, MANIFEST)}).encode()
        our_registry.push_manifest("find/large", digest(about), about, INDEX)
        pushed.add(digest(about))
    for query in ("", "?artifactType=a%2Fb%2Bc%26d"):
        path, found = f"/v2/find/large/referrers/{digest(data)}{query}", []
        while path:
            reply = our_registry.get(path)
            assert reply.status == 200 and len(reply.body) < 5 << 20
            assert ("OCI-Filters-Applied" in reply.headers) == bool(query)
            found += [entry["digest"] for entry in reply.json["manifests"]]
            path = follow(reply)
        assert len(found) == 5 and set(found) == pushed


def test_nothing_refers_to_it(our_registry, subject):
    for path in (f"/v2/find/refs/referrers/{'sha256:' + '0' * 64}", f"/v2/find/nowhere/referrers/{digest(subject[0])}"):
        reply = our_registry.get(path)
        assert (reply.status, reply.json["manifests"]) == (200, [])
    reply = our_registry.get("/v2/find/refs/referrers/v1")
    assert (reply.status, reply.code) == (400, "DIGEST_INVALID")


def test_a_referrer_that_is_deleted_is_listed_no_more(our_registry):
    data = our_registry.push_image("find/gone", "v1")
    about = json.dumps(image(subject=descriptor(data, MANIFEST), artifactType=BILL)).encode()
    our_registry.push_manifest("find/gone", digest(about), about)
    path = f"/v2/find/gone/referrers/{digest(data)}"
    assert len(our_registry.get(path).json["manifests"]) == 1
    assert our_registry.delete(f"/v2/find/gone/manifests/{digest(about)}").status == 202
    assert our_registry.get(path).json["manifests"] == []
