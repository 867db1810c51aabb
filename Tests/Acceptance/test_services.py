"""`docker service` of 1.7's and 1.8's experimental builds, and what today's clients find in its place."""
import re
import time

import pytest

from harness.rawhttp import Api
from harness.waiting import eventually

IDLE = ("busybox", "sleep", "1000")


def resolves(cli, container, name):
    """The address by which a container knows a name; empty when it doesn't."""
    result = cli("exec", container, "ping", "-c", "1", "-W", "2", name)
    found = re.search(r"^PING \S+ \(([\d.]+)\)", result.text)
    return found[1] if result.status == 0 and found else ""


def address(cli, container, network):
    return cli.ok("inspect", "-f", f'{{{{(index .NetworkSettings.Networks "{network}").IPAddress}}}}', container)


def networks(cli, container):
    return set(cli.ok("inspect", "-f", "{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}", container).split())


def rows(cli, *flags):
    """Of `service ls`: (name, network, who stands behind)."""
    head, *lines = cli.ok("service", "ls", *flags).splitlines()
    assert re.split(r"\s{2,}", head) == ["SERVICE ID", "NAME", "NETWORK", "PROVIDER"]
    return [tuple((re.split(r"\s{2,}", line.strip()) + [""])[1:4]) for line in lines]


@pytest.fixture
def foo(ours, engine):
    ours.ok("network", "create", "foo")
    yield "foo"
    for service in Api(engine.socket, "v1.20").get("/services").json:
        for backend in Api(engine.socket, "v1.20").get(f"/services/{service['id']}/backend").json:
            Api(engine.socket, "v1.20").delete(f"/services/{service['id']}/backend/{backend['id']}")
        Api(engine.socket, "v1.20").delete(f"/services/{service['id']}")


def test_publish_and_unpublish(ours, foo):
    service = ours.ok("service", "publish", "my-service.foo")
    assert re.fullmatch("[0-9a-f]{64}", service)
    assert rows(ours) == [("my-service", "foo", "")]
    assert ours.ok("service", "ls", "-q") == service[:12] and ours.ok("service", "ls", "-q", "--no-trunc") == service
    assert ours.ok("service", "ls", "-q", "--net", "foo") == service[:12] and ours.ok("service", "ls", "-q", "--net", "bridge") == ""
    assert ours.ok("service", "info", "my-service.foo") == f"Service Id: {service}\n\tName: my-service\n\tNetwork: foo"
    assert ours.ok("service", "unpublish", "my-service.foo") == "" and rows(ours) == []
    assert "not found on network foo" in ours.fails("service", "info", "my-service.foo").complaint


def test_a_container_is_known_by_its_service(ours, foo):
    ours.ok("run", "-d", "--name", "asker", "--net", "foo", *IDLE)
    backend = ours.ok("run", "-d", "--name", "backend", *IDLE)
    ours.ok("service", "publish", "db.foo")
    assert resolves(ours, "asker", "db") == ""
    assert ours.ok("service", "attach", "backend", "db.foo") == ""
    assert rows(ours) == [("db", "foo", backend[:12])]
    assert resolves(ours, "asker", "db") == address(ours, "backend", "foo") != ""
    assert networks(ours, "backend") == {"bridge", "foo"}
    ours.ok("restart", "-t", "0", "backend")
    assert resolves(ours, "asker", "db") == address(ours, "backend", "foo") != ""
    assert ours.ok("service", "detach", "backend", "db.foo") == ""
    assert resolves(ours, "asker", "db") == "" and networks(ours, "backend") == {"bridge"}
    assert rows(ours) == [("db", "foo", "")]


def test_one_that_is_on_the_network_stays_there(ours, foo):
    ours.ok("run", "-d", "--name", "asker", "--net", "foo", *IDLE)
    ours.ok("run", "-d", "--name", "member", "--net", "foo", *IDLE)
    ours.ok("service", "publish", "db.foo"), ours.ok("service", "attach", "member", "db.foo")
    assert resolves(ours, "asker", "db") == resolves(ours, "asker", "member") != ""
    ours.ok("service", "detach", "member", "db.foo")
    assert resolves(ours, "asker", "db") == "" and resolves(ours, "asker", "member") != ""
    assert networks(ours, "member") == {"foo"}


def test_the_last_of_several_takes_it_off_the_network(ours, foo):
    ours.ok("run", "-d", "--name", "asker", "--net", "foo", *IDLE)
    ours.ok("run", "-d", "--name", "backend", *IDLE)
    for name in ("one", "two"):
        ours.ok("service", "publish", name + ".foo"), ours.ok("service", "attach", "backend", name + ".foo")
    ours.ok("service", "detach", "backend", "one.foo")
    assert resolves(ours, "asker", "one") == "" and resolves(ours, "asker", "two") != ""
    ours.ok("service", "detach", "backend", "two.foo")
    assert networks(ours, "backend") == {"bridge"}


def test_one_that_does_not_run_has_the_name_when_it_does(ours, foo):
    ours.ok("run", "-d", "--name", "asker", "--net", "foo", *IDLE)
    ours.ok("create", "--name", "later", *IDLE)
    ours.ok("service", "publish", "db.foo"), ours.ok("service", "attach", "later", "db.foo")
    assert resolves(ours, "asker", "db") == ""
    ours.ok("start", "later")
    assert resolves(ours, "asker", "db") == address(ours, "later", "foo") != ""


def test_what_is_in_use_is_kept(ours, foo):
    ours.ok("run", "-d", "--name", "backend", *IDLE), ours.ok("run", "-d", "--name", "other", *IDLE)
    service = ours.ok("service", "publish", "db.foo")
    assert "service endpoint with name db already exists" in ours.fails("service", "publish", "db.foo").complaint
    assert "has active endpoints" in ours.fails("network", "rm", "foo").complaint
    assert "foo" not in ours.ok("network", "prune", "-f")
    ours.ok("service", "attach", "backend", "db.foo")
    for second in ("backend", "other"):
        assert "a container has already joined" in ours.fails("service", "attach", second, "db.foo").complaint
    refused = ours.fails("service", "unpublish", "db.foo")
    assert f"service with name db id {service} has active containers" in refused.complaint and refused.status == 1
    assert "invalid container id" in ours.fails("service", "detach", "other", "db.foo").complaint
    ours.ok("service", "detach", "backend", "db.foo")
    assert "no container is attached" in ours.fails("service", "detach", "backend", "db.foo").complaint
    ours.ok("service", "unpublish", "db.foo"), ours.ok("network", "rm", "foo")


def test_a_container_that_goes_frees_its_service(ours, foo):
    ours.ok("service", "publish", "db.foo")
    for leave in (("rm", "-f", "backend"), ("network", "disconnect", "foo", "backend")):
        ours.ok("run", "-d", "--name", "backend", *IDLE)
        ours.ok("service", "attach", "backend", "db.foo")
        ours.ok(*leave)
        assert rows(ours) == [("db", "foo", "")]


def test_names_and_networks_that_are_none(ours, foo):
    for word in ("db", "db.bridge"):
        assert "network bridge resolves no names" in ours.fails("service", "publish", word).complaint
    assert "Resource not found: Network" in ours.fails("service", "publish", "db.nowhere").complaint
    assert "invalid name: -x" in ours.fails("service", "publish", "--", "-x.foo").complaint
    assert "Network nowhere does not exist" in ours.fails("service", "info", "db.nowhere").complaint
    ours.ok("run", "-d", "--name", "hosted", "--net", "host", *IDLE)
    ours.ok("service", "publish", "db.foo")
    assert "cannot be connected" in ours.fails("service", "attach", "hosted", "db.foo").complaint
    assert rows(ours) == [("db", "foo", "")]


def test_run_as_a_service(ours, foo):
    ours.ok("run", "-d", "--name", "asker", "--net", "foo", *IDLE)
    backend = ours.ok("run", "-d", "--name", "backend", "--publish-service", "db.foo", *IDLE)
    assert rows(ours) == [("db", "foo", backend[:12])] and networks(ours, "backend") == {"foo"}
    assert resolves(ours, "asker", "db") == address(ours, "backend", "foo")
    result = ours.fails("run", "-d", "--name", "second", "--publish-service", "db.foo", *IDLE)
    assert result.status == 125 and "a container has already joined" in result.complaint
    assert set(ours.ok("ps", "-a", "--format", "{{.Names}}").split()) == {"asker", "backend"}
    ours.ok("rm", "-f", "backend")
    ours.ok("run", "-d", "--name", "second", "--publish-service", "db.foo", *IDLE)
    assert resolves(ours, "asker", "db") == address(ours, "second", "foo")


def test_run_makes_the_network(ours, foo):
    ours.ok("run", "-d", "--name", "first", "--publish-service", "telnet.production", *IDLE)
    ours.ok("run", "-d", "--name", "second", "--publish-service", "web.production.bridge", *IDLE)
    assert {name for name, network, _ in rows(ours) if network == "production"} == {"telnet", "web"}
    assert resolves(ours, "second", "telnet") == address(ours, "first", "production") != ""
    refused = ours.fails("run", "-d", "--net", "foo", "--publish-service", "db.foo", *IDLE)
    assert "conflicting options: publishing a service and network mode" in refused.complaint


def test_they_outlive_the_engine(new_engine, client_for):
    engine = new_engine()
    ours = client_for(engine)
    ours.ok("network", "create", "foo")
    ours.ok("run", "-d", "--name", "asker", "--net", "foo", *IDLE)
    ours.ok("run", "-d", "--name", "backend", *IDLE)
    ours.ok("service", "publish", "free.foo")
    ours.ok("service", "publish", "db.foo"), ours.ok("service", "attach", "backend", "db.foo")
    before = ours.ok("service", "ls", "--no-trunc")
    for end in (engine.stop, engine.kill):
        end()
        engine.start()
        assert ours.ok("service", "ls", "--no-trunc") == before
        assert eventually(lambda: resolves(ours, "asker", "db")) == address(ours, "backend", "foo")
    ours.ok("service", "detach", "backend", "db.foo")
    assert networks(ours, "backend") == {"bridge"}
    ours.ok("rm", "-f", "asker", "backend")
    ours.ok("service", "unpublish", "db.foo"), ours.ok("service", "unpublish", "free.foo"), ours.ok("network", "rm", "foo")


def test_a_crash_leaves_a_service_attached_or_free(new_engine, client_for):
    engine = new_engine()
    ours = client_for(engine)
    old = Api(engine.socket, "v1.20")
    ours.ok("network", "create", "foo")
    backend = ours.ok("run", "-d", "--name", "backend", *IDLE)
    service = ours.ok("service", "publish", "db.foo")
    for round in range(8):
        process = ours.popen(*(("service", "detach") if old.get(f"/services/{service}/backend").json else ("service", "attach")), "backend", "db.foo")
        time.sleep(0.004 * round)
        engine.kill()
        process.communicate()
        engine.start()
        attached = old.get(f"/services/{service}/backend").json
        settings = engine.api.inspect(backend)["NetworkSettings"]["Networks"].get("foo")
        assert bool(attached) == bool(settings and "db" in settings["Aliases"])
        # It takes up what it was for.
        if attached:
            ours.ok("service", "detach", "backend", "db.foo")
        ours.ok("service", "attach", "backend", "db.foo")
    ours.ok("rm", "-f", "backend"), ours.ok("service", "unpublish", "db.foo"), ours.ok("network", "rm", "foo")


def test_the_version_says_which_services_are_meant(api, engine, foo):
    old = Api(engine.socket, "v1.23")
    reply = old.post("/services", {"name": "db", "network_name": "foo"})
    assert reply.status == 201 and re.fullmatch('"[0-9a-f]{64}"\n', reply.text)
    service = reply.json
    assert old.get("/services").json == [{"name": "db", "id": service, "network": "foo"}]
    assert old.get(f"/services/{service}").json == {"name": "db", "id": service, "network": "foo"}
    assert old.get(f"/services?partial-id={service[:6]}").json and not old.get("/services?name=other").json
    assert old.get("/services?name=a&network=b").status == 400
    assert old.get(f"/services/{service}/backend").json == [] and old.get("/services/nobody").status == 404
    for refused in ({"name": "x", "network_name": "foo", "exposed_ports": [{"Proto": 6, "Port": 80}]},):
        assert old.post("/services", refused).status == 501
    for version in ("v1.24", "v1.50"):
        today = Api(engine.socket, version)
        for method, path in (("GET", "/services"), ("GET", f"/services/{service}"), ("DELETE", f"/services/{service}"),
                             ("POST", "/services/create"), ("POST", f"/services/{service}/update?version=1")):
            reply = today.request(method, path, {} if method == "POST" else None)
            assert reply.status == 503 and reply.message.startswith("This node is not a swarm manager."), (method, path)
        assert today.post("/services", {"name": "db"}).status == 404
    assert old.delete(f"/services/{service}").status == 200


def test_swarm_modes_commands_are_others(cli):
    words = "is not supported yet" if cli.is_ours else "This node is not a swarm manager"
    assert words in cli.fails("service", "create", "busybox").complaint
    assert words in cli.fails("service", "inspect", "x").complaint
