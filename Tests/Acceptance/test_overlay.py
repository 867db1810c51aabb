"""Overlay networks: two engines, each on a host of its own (a network namespace), that share an etcd."""
import os
import signal
import subprocess
import threading

import pytest

from conftest import CLIENTS
from harness import host
from harness.cluster import STORE, Wire
from harness.waiting import eventually

SERVER = ("sh", "-c", "while :; do hostname | nc -l -p 80; done")


@pytest.fixture
def wire():
    wire = Wire()
    try:
        wire.start_etcd()
        yield wire
    finally:
        wire.end()


class Cluster:
    def __init__(self, wire, new_engine, client_for, *flags, client="martlet"):
        self.wire = wire
        self.engines, self.clients = [], []
        for _ in range(2):
            namespace = wire.add_host()
            engine = new_engine(f"--cluster-store=etcd://{STORE}:2379/test", "--cluster-advertise=up0:2375", *flags,
                                namespace=namespace)
            self.engines.append(engine)
            self.clients.append(client_for(engine, client))
        self.addresses = [wire.address(engine.namespace) for engine in self.engines]

    def network(self, number, name):
        """As one engine knows it, or nothing."""
        reply = self.engines[number].api.get(f"/networks/{name}")
        return reply.json if reply.status == 200 else None

    def create(self, *words):
        """Makes a network on the first engine, and waits until the second has it."""
        self.clients[0].ok("network", "create", "-d", "overlay", *words)
        return eventually(lambda: self.network(1, words[-1]), what="the network on the other engine")

    def address(self, number, container, network):
        return self.engines[number].api.inspect(container)["NetworkSettings"]["Networks"][network]["IPAddress"]

    def clean(self):
        for engine in self.engines:
            if engine.process is None:
                engine.start()
            engine.remove_containers()
        for engine in self.engines:
            engine.remove_networks()
        eventually(lambda: not [key for key in self.wire.keys() or ["?"] if "/engines/" not in key],
                   what="an empty store")


@pytest.fixture
def make_cluster(wire, new_engine, client_for):
    made = []

    def make(*flags, **more):
        made.append(Cluster(wire, new_engine, client_for, *flags, **more))
        return made[-1]

    yield make
    for cluster in made:
        cluster.clean()


@pytest.fixture
def cluster(make_cluster):
    return make_cluster()


def ask(client, container, address, tries=20):
    """What the server at an address calls itself; nothing when it is not reached."""
    script = f"for i in $(seq {tries}); do nc -w 1 {address} 80 </dev/null && exit 0; sleep 0.2; done; exit 1"
    return client("exec", container, "sh", "-c", script).text.strip()


def ping(client, container, address):
    return client("exec", container, "ping", "-c", "1", "-W", "2", address).status == 0


@pytest.mark.parametrize("client", CLIENTS)
def test_two_hosts_one_network(make_cluster, client):
    cluster = make_cluster(client=client)
    one, two = cluster.clients
    seen = cluster.create("--subnet", "10.88.0.0/24", "--label", "tier=front", "web")
    assert (seen["Scope"], seen["Driver"], seen["Labels"]) == ("global", "overlay", {"tier": "front"})
    assert seen["Id"] == cluster.network(0, "web")["Id"]
    assert seen["IPAM"]["Config"][0]["Subnet"] == "10.88.0.0/24"
    assert "web" in two.ok("network", "ls", "--filter", "driver=overlay")
    one.ok("run", "-d", "--name", "left", "--hostname", "left", "--network", "web", "-p", "18080:80", "busybox", *SERVER)
    two.ok("run", "-d", "--name", "right", "--hostname", "right", "--network", "web", "--network-alias", "db", "busybox",
           *SERVER)
    left, right = cluster.address(0, "left", "web"), cluster.address(1, "right", "web")
    assert {left, right} == {"10.88.0.2", "10.88.0.3"}
    # Both ways, by address, by name and by alias.
    assert ping(one, "left", right) and ping(two, "right", left)
    assert ask(one, "left", right) == "right" and ask(two, "right", left) == "left"
    assert ask(one, "left", "db") == "right" and ask(two, "right", "left") == "left"
    assert ping(one, "left", "right.web")
    # The way out is another link.
    links = one.ok("exec", "left", "ip", "-o", "-4", "addr", "show")
    assert f"eth0    inet {left}/24" in links and "eth1 " in links
    assert "default via" in one.ok("exec", "left", "ip", "route") and "dev eth1" in one.ok("exec", "left", "ip", "route")
    assert "mtu 1450" in one.ok("exec", "left", "ip", "link", "show", "eth0")
    assert ping(one, "left", STORE)
    reply = cluster.wire.outside("busybox", "nc", "-w", "2", cluster.addresses[0], "18080", stdin=subprocess.DEVNULL)
    assert reply.stdout.strip() == "left", reply.stdout
    # Each engine shows its own containers, and the others' too.
    shown = cluster.network(1, "web")["Containers"]
    assert sorted((entry["Name"], entry["IPv4Address"]) for entry in shown.values()) == [
        ("left", left + "/24"), ("right", right + "/24")]
    # In use elsewhere it stays.
    two.ok("rm", "-f", "right")
    refused = two.fails("network", "rm", "web")
    assert "network web has active endpoints" in refused.complaint and 'name:"left"' in refused.complaint, refused
    assert cluster.network(0, "web") and cluster.network(1, "web")
    eventually(lambda: ask(one, "left", right, tries=1) == "", what="the end of the other's endpoint")
    one.ok("rm", "-f", "left")
    eventually(lambda: two("network", "rm", "web").status == 0, what="the removal")
    eventually(lambda: cluster.network(0, "web") is None, what="the removal on the other engine")
    for engine in cluster.engines:
        assert not [name for name in host.links(engine.namespace) if name.startswith("vx-")]


def test_connect_and_rename_while_it_runs(cluster):
    one, two = cluster.clients
    cluster.create("late")
    one.ok("run", "-d", "--name", "left", "busybox", *SERVER)
    two.ok("run", "-d", "--name", "right", "--network", "late", "busybox", "sleep", "1000")
    before = one.ok("exec", "left", "ip", "-o", "link")
    one.ok("network", "connect", "late", "left")
    assert ping(two, "right", "left")
    # The default bridge leads out already, and goes on to.
    assert ping(one, "left", STORE)
    one.ok("rename", "left", "other")
    eventually(lambda: ping(two, "right", "other"), what="the new name")
    one.ok("network", "disconnect", "late", "other")
    assert one.ok("exec", "other", "ip", "-o", "link") == before
    eventually(lambda: not ping(two, "right", "other"), what="the end of the name")


def test_addresses_are_given_once(cluster):
    cluster.create("--subnet", "10.89.0.0/24", "many")
    failures = []

    def start(number, turn):
        done = cluster.clients[number]("run", "-d", "--name", f"c{turn}", "--network", "many", "busybox", "sleep", "1000",
                                       timeout=60)
        if done.status != 0:
            failures.append(done)

    threads = [threading.Thread(target=start, args=(number, turn)) for number in range(2) for turn in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures, failures
    given = [cluster.address(number, f"c{turn}", "many") for number in range(2) for turn in range(10)]
    assert len(set(given)) == 20, sorted(given)
    # An address that another engine's container has is refused by name.
    refused = cluster.clients[1].fails("run", "--network", "many", "--ip", cluster.address(0, "c0", "many"), "busybox", "true")
    assert "Address already in use" in refused.complaint, refused
    assert ping(cluster.clients[0], "c0", cluster.address(1, "c9", "many"))


def test_a_killed_engine_comes_back(cluster):
    one, two = cluster.clients
    cluster.create("web")
    one.ok("run", "-d", "--name", "left", "--network", "web", "busybox", *SERVER)
    two.ok("run", "-d", "--name", "right", "--network", "web", "busybox", *SERVER)
    left = cluster.address(0, "left", "web")
    assert ask(two, "right", left)
    cluster.engines[0].kill()
    # Its container goes on, and is still known.
    assert ask(two, "right", left) and ask(two, "right", "left")
    two.ok("run", "-d", "--name", "more", "--network", "web", "busybox", *SERVER)
    cluster.engines[0].start()
    assert cluster.address(0, "left", "web") == left
    assert ask(one, "left", "more") and ask(two, "more", "left")
    refused = two.fails("network", "rm", "web")
    assert "has active endpoints" in refused.complaint
    # What ended while nobody looked is taken back.
    pid = cluster.engines[0].api.inspect("left")["State"]["Pid"]
    cluster.engines[0].kill()
    two.ok("rm", "-f", "more", "right")
    os.kill(pid, signal.SIGKILL)
    cluster.engines[0].start()
    eventually(lambda: not [key for key in cluster.wire.keys() if "/endpoints/" in key], what="an end of all endpoints")


def test_an_engine_is_killed_among_starts(cluster):
    """Whatever it was at: the store has the endpoints of what runs afterwards, no more and no less."""
    cluster.create("--subnet", "10.93.0.0/24", "web")
    for round in range(3):
        def start(number, turn):
            cluster.clients[number]("run", "-d", "--name", f"r{round}c{turn}", "--network", "web", "busybox", "sleep", "1000",
                                    timeout=60)

        threads = [threading.Thread(target=start, args=(number, turn)) for number in range(2) for turn in range(6)]
        for thread in threads:
            thread.start()
        threads[round * 2].join()
        cluster.engines[0].kill()
        for thread in threads:
            thread.join()
        cluster.engines[0].start()
        given = {}
        for engine in cluster.engines:
            for entry in engine.api.get("/containers/json").json:
                endpoint = entry["NetworkSettings"]["Networks"]["web"]
                assert given.setdefault(endpoint["IPAddress"], endpoint["EndpointID"]) == endpoint["EndpointID"]
        keys = cluster.wire.keys()
        assert {key.rpartition("/")[2] for key in keys if "/endpoints/" in key} == set(given.values())
        assert {key.rpartition("/")[2] for key in keys if "/addresses/" in key} == set(given)
        assert len(given) >= 6


def test_without_the_store_traffic_goes_on(cluster):
    one, two = cluster.clients
    cluster.create("web")
    one.ok("run", "-d", "--name", "left", "--network", "web", "busybox", *SERVER)
    two.ok("run", "-d", "--name", "right", "--network", "web", "busybox", *SERVER)
    left = cluster.address(0, "left", "web")
    cluster.wire.stop_etcd()
    assert ask(two, "right", left) and ask(two, "right", "left")
    for words in (("network", "create", "-d", "overlay", "more"), ("run", "--network", "web", "busybox", "true")):
        refused = one.fails(*words)
        assert f"cluster store etcd://{STORE}:2379 is not reached" in refused.complaint, refused
    # Even a new daemon keeps what runs.
    cluster.engines[0].kill()
    cluster.engines[0].start(seconds=30)
    assert ask(two, "right", left) and ask(one, "left", cluster.address(1, "right", "web"))
    two.ok("rm", "-f", "right")
    cluster.wire.start_etcd()
    eventually(lambda: one("network", "create", "-d", "overlay", "more").status == 0, 30, what="the connection")
    eventually(lambda: cluster.network(1, "more"), 30, what="the network on the other engine")
    keys = eventually(lambda: [key for key in cluster.wire.keys() if "/endpoints/" in key], what="endpoints")
    assert len(keys) == 1
    one.ok("run", "-d", "--name", "again", "--network", "web", "busybox", *SERVER)


def test_an_engine_that_is_gone_for_good(make_cluster):
    cluster = make_cluster("--cluster-store-opt", "discovery.ttl=5")
    one, two = cluster.clients
    cluster.create("--subnet", "10.90.0.0/24", "web")
    one.ok("run", "-d", "--name", "left", "--network", "web", "busybox", *SERVER)
    two.ok("run", "-d", "--name", "right", "--network", "web", "busybox", *SERVER)
    eventually(lambda: len(cluster.network(0, "web")["Containers"]) == 2)
    cluster.wire.set_link(cluster.engines[1].namespace, "down")
    eventually(lambda: len(cluster.network(0, "web")["Containers"]) == 1, 30, what="the end of its endpoints")
    # When it comes back after all, its containers are known again, and with them a network that was removed meanwhile.
    eventually(lambda: one("network", "disconnect", "web", "left").status == 0)
    one.ok("network", "rm", "web")
    cluster.wire.set_link(cluster.engines[1].namespace, "up")
    eventually(lambda: len((cluster.network(0, "web") or {"Containers": ""})["Containers"]) == 1, 60, what="its endpoints")
    one.ok("network", "connect", "web", "left")
    assert ask(one, "left", "right") and ask(two, "right", "left")


def test_internal_and_ipv6(cluster):
    one, two = cluster.clients
    cluster.create("--internal", "--ipv6", "--subnet", "10.91.0.0/24", "--subnet", "fd91::/64", "inner")
    one.ok("run", "-d", "--name", "left", "--network", "inner", "busybox", *SERVER)
    two.ok("run", "-d", "--name", "right", "--network", "inner", "busybox", *SERVER)
    right = cluster.engines[1].api.inspect("right")["NetworkSettings"]["Networks"]["inner"]["GlobalIPv6Address"]
    assert right.startswith("fd91::") and ping(one, "left", right) and ping(one, "left", "right")
    assert "eth1" not in one.ok("exec", "left", "ip", "-o", "link")
    assert not ping(one, "left", STORE)


def test_what_is_refused(cluster):
    one, two = cluster.clients
    api = cluster.engines[1].api
    cluster.create("--subnet", "10.92.0.0/24", "--opt", "com.docker.network.driver.overlay.vxlanid_list=300",
                   "--opt", "com.docker.network.driver.mtu=1400", "web")
    for body, status, message in (
            ({"Name": "web"}, 409, "network with name web already exists"),
            ({"Name": "x", "IPAM": {"Config": [{"Subnet": "10.92.0.128/25"}]}}, 403, "overlaps network web (10.92.0.0/24)"),
            ({"Name": "x", "Options": {"com.docker.network.driver.overlay.vxlanid_list": "300"}}, 403,
             "VXLAN id 300 is used by network web"),
            ({"Name": "x", "Options": {"com.docker.network.driver.overlay.vxlanid_list": "1,2"}}, 400, "invalid value 1,2"),
            ({"Name": "x", "Options": {"encrypted": ""}}, 501, "option encrypted is not supported yet"),
            ({"Name": "x", "Options": {"com.docker.network.bridge.name": "b"}}, 400, "is not supported")):
        reply = api.post("/networks/create", {"Driver": "overlay", **body})
        assert reply.status == status and message in reply.json["message"], (body, reply)
    two.ok("run", "-d", "--name", "right", "--network", "web", "busybox", "sleep", "1000")
    assert "mtu 1400" in two.ok("exec", "right", "ip", "link", "show", "eth0")
    tunnel = [link for link in host.ip_json(cluster.engines[1].namespace, "-d", "link", "show", "type", "vxlan")]
    assert [(link["linkinfo"]["info_data"]["id"], link["linkinfo"]["info_data"]["port"]) for link in tunnel] == [(300, 4789)]
    # A second network of one's own choice takes neither number nor subnet.
    seen = cluster.create("next")
    assert seen["Options"]["com.docker.network.driver.overlay.vxlanid_list"] == "256"
    assert seen["IPAM"]["Config"][0]["Subnet"] == "10.0.0.0/24"
