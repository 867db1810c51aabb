"""`docker network` and its API: networks of one's own, containers on several of them, and what keeps them apart."""
import ipaddress
import json
import os
import subprocess
import threading

import pytest

from harness import host
from harness.waiting import eventually

SERVER = ("sh", "-c", "while :; do echo served | nc -l -p 80; done")


def reach(client, container, address, port=80, tries=5):
    """What a container gets from a TCP server, or nothing."""
    script = f"for i in $(seq {tries}); do nc -w 1 {address} {port} </dev/null && exit 0; sleep 0.2; done; exit 1"
    return client("exec", container, "sh", "-c", script)


def address(api, container, network):
    return api.inspect(container)["NetworkSettings"]["Networks"][network]["IPAddress"]


def test_the_three_that_are_always_there(api):
    networks = {entry["Name"]: entry for entry in api.get("/networks").json}
    assert {"bridge", "host", "none"} <= set(networks)
    assert [networks[name]["Driver"] for name in ("bridge", "host", "none")] == ["bridge", "host", "null"]
    assert all(len(entry["Id"]) == 64 and entry["Scope"] == "local" for entry in networks.values())
    for name in ("bridge", "host", "none"):
        reply = api.delete(f"/networks/{name}")
        assert reply.status == 403 and reply.json["message"] == f"{name} is a pre-defined network and cannot be removed"
        reply = api.post("/networks/create", {"Name": name})
        assert reply.status == 403 and reply.json["message"] == f"operation is not permitted on predefined {name} network"


def test_create_inspect_remove(api):
    reply = api.post("/networks/create", {"Name": "mine", "Labels": {"a": "b"}, "Options": {"note": "1"}, "Internal": True, "Attachable": True,
                                          "IPAM": {"Config": [{"Subnet": "10.91.0.0/24", "IPRange": "10.91.0.128/25", "Gateway": "10.91.0.9",
                                                               "AuxiliaryAddresses": {"printer": "10.91.0.200"}}]}})
    assert reply.status == 201 and set(reply.json) == {"Id", "Warning"} and reply.json["Warning"] == ""
    identity = reply.json["Id"]
    for name in ("mine", identity, identity[:12]):
        network = api.get(f"/networks/{name}").json
        assert network["Id"] == identity and network["Driver"] == "bridge" and network["Internal"] and network["Attachable"]
    assert network["IPAM"] == {"Driver": "default", "Options": None, "Config": [
        {"Subnet": "10.91.0.0/24", "IPRange": "10.91.0.128/25", "Gateway": "10.91.0.9", "AuxiliaryAddresses": {"printer": "10.91.0.200"}}]}
    assert network["Labels"] == {"a": "b"} and network["Options"] == {"note": "1"} and network["Containers"] == {}
    assert network["EnableIPv4"] and not network["EnableIPv6"] and not network["ConfigOnly"] and network["ConfigFrom"] == {"Network": ""}
    again = api.post("/networks/create", {"Name": "mine"})
    assert again.status == 409 and again.json["message"] == "network with name mine already exists"
    assert api.delete("/networks/mine").status == 204
    gone = api.delete("/networks/mine")
    assert gone.status == 404 and gone.json["message"] == "network mine not found"
    assert not os.path.exists(f"/sys/class/net/br-{identity[:12]}")


@pytest.mark.parametrize("body, status, message", [
    ({"Name": ""}, 400, "invalid network name"),
    ({"Name": "a/b"}, 400, "invalid network name"),
    ({"Name": " a"}, 400, "invalid network name"),
    ({"Name": "x", "Driver": "weave"}, 404, "could not find plugin weave in v1 plugin registry: plugin not found"),
    ({"Name": "x", "Driver": "host"}, 403, 'only one instance of "host" network is allowed'),
    ({"Name": "x", "IPAM": {"Config": [{"Subnet": "10.91.0.0/33"}]}}, 400, "invalid subnet 10.91.0.0/33"),
    ({"Name": "x", "IPAM": {"Config": [{"Subnet": "10.91.0.0/24", "Gateway": "10.92.0.1"}]}}, 400, "doesn't contain this address"),
    ({"Name": "x", "IPAM": {"Config": [{"Subnet": "10.91.0.0/24", "IPRange": "10.91.0.0/16"}]}}, 400, "doesn't contain ip-range"),
    ({"Name": "x", "IPAM": {"Config": [{"Gateway": "10.92.0.1"}]}}, 400, "needs a subnet"),
    ({"Name": "x", "IPAM": {"Driver": "dhcp"}}, 400, "invalid IPAM driver dhcp"),
    ({"Name": "x", "Options": {"com.docker.network.bridge.name": "a name"}}, 400, "invalid bridge name"),
    ({"Name": "x", "Options": {"com.docker.network.driver.mtu": "12"}}, 400, "invalid value 12"),
    ({"Name": "x", "ConfigOnly": True}, 501, "configuration-only networks are not supported yet"),
    ({"Name": "x", "Driver": "overlay"}, 403, 'datastore for scope "global" is not initialized'),
    ({"Name": "x", "Driver": "ipvlan"}, 501, "driver ipvlan are not supported yet"),
])
def test_what_is_refused(api, body, status, message):
    before = host.links()
    reply = api.post("/networks/create", body)
    assert reply.status == status and message in reply.json["message"], reply
    assert host.links() == before and len(api.get("/networks").json) == 3


def test_overlaps_name_both(api):
    assert api.post("/networks/create", {"Name": "first", "IPAM": {"Config": [{"Subnet": "10.91.0.0/16"}]}}).status == 201
    reply = api.post("/networks/create", {"Name": "second", "IPAM": {"Config": [{"Subnet": "10.91.7.0/24"}]}})
    assert reply.status == 403 and "network second (10.91.7.0/24) overlaps network first (10.91.0.0/16)" in reply.json["message"]
    # Two that choose for themselves never do.
    subnets = []
    for name in ("third", "fourth"):
        assert api.post("/networks/create", {"Name": name}).status == 201
        subnets.append(ipaddress.ip_network(api.get(f"/networks/{name}").json["IPAM"]["Config"][0]["Subnet"]))
    assert not subnets[0].overlaps(subnets[1])


def test_filters(api):
    api.post("/networks/create", {"Name": "alpha", "Labels": {"tier": "one"}})
    api.post("/networks/create", {"Name": "beta", "Labels": {"tier": "two"}})
    container = api.run(cmd=("sleep", "100"), host={"NetworkMode": "beta"})

    def names(**filters):
        reply = api.get("/networks?filters=" + json.dumps(filters, separators=(",", ":")))
        assert reply.status == 200, reply
        return {entry["Name"] for entry in reply.json}
    assert names(name=["alp"]) == {"alpha"} and names(type=["custom"]) == {"alpha", "beta"}
    assert names(type=["builtin"]) == {"bridge", "host", "none"} and names(driver=["null"]) == {"none"}
    assert names(label=["tier=one"]) == {"alpha"} and names(label=["tier"]) == {"alpha", "beta"}
    assert names(dangling=["true"]) == {"alpha"} and "alpha" not in names(dangling=["false"])
    assert names(id=[api.get("/networks/alpha").json["Id"][:20]]) == {"alpha"} and names(scope=["global"]) == set()
    assert api.get('/networks?filters={"nonsense":["1"]}').status == 400
    assert [entry["Id"] for entry in api.get('/containers/json?filters={"network":["beta"]}').json] == [container]


def test_the_age_of_the_client_counts(api, old_api):
    assert old_api.get("/networks").status == 404
    assert "EnableIPv4" not in api.get("/networks/bridge", version="v1.47").json
    assert api.get("/networks/bridge", version="v1.21").json["Name"] == "bridge"


def test_containers_on_a_network(cli, api):
    cli.ok("network", "create", "--subnet", "10.92.0.0/24", "--subnet", "fd92::/64", "--ipv6", "web")
    cli.ok("run", "-d", "--name", "server", "--network", "web", "--ip", "10.92.0.50", "--ip6", "fd92::50", "busybox", *SERVER)
    cli.ok("run", "-d", "--name", "client", "--net", "web", "busybox", "sleep", "100")
    cli.ok("run", "-d", "--name", "stranger", "busybox", "sleep", "100")
    assert reach(cli, "client", "10.92.0.50").text.strip() == "served" and reach(cli, "client", "fd92::50").text.strip() == "served"
    assert reach(cli, "stranger", "10.92.0.50", tries=1).status != 0
    settings = api.inspect("server")["NetworkSettings"]
    found = settings["Networks"]["web"]
    assert found["IPAddress"] == "10.92.0.50" and found["IPPrefixLen"] == 24 and found["Gateway"] == "10.92.0.1"
    assert found["GlobalIPv6Address"] == "fd92::50" and found["GlobalIPv6PrefixLen"] == 64 and found["IPv6Gateway"] == "fd92::1"
    assert found["IPAMConfig"] == {"IPv4Address": "10.92.0.50", "IPv6Address": "fd92::50"}
    # The fields at the top are the default network's.
    assert settings["IPAddress"] == "" and set(settings["Networks"]) == {"web"}
    shown = api.get("/networks/web").json["Containers"]
    assert {entry["Name"] for entry in shown.values()} == {"server", "client"}
    server = next(entry for entry in shown.values() if entry["Name"] == "server")
    assert server["IPv4Address"] == "10.92.0.50/24" and server["IPv6Address"] == "fd92::50/64" and server["MacAddress"] == found["MacAddress"]
    refused = cli("network", "rm", "web")
    assert refused.status == 1 and "network web has active endpoints" in refused.complaint
    for name in ("server", "client"):
        cli.ok("rm", "-f", name)
    assert cli.ok("network", "rm", "web") == "web"


def test_connect_and_disconnect(cli, api):
    cli.ok("network", "create", "--subnet", "10.92.0.0/24", "one")
    cli.ok("network", "create", "--subnet", "10.93.0.0/24", "two")
    cli.ok("run", "-d", "--name", "box", "--network", "one", "-p", "127.0.0.1::80", "busybox", *SERVER)
    cli.ok("run", "-d", "--name", "peer", "--network", "two", "busybox", "sleep", "100")
    cli.ok("network", "connect", "--ip", "10.93.0.77", "two", "box")
    assert reach(cli, "peer", "10.93.0.77").text.strip() == "served"
    inside = cli.ok("exec", "box", "sh", "-c", "ip -4 addr; ip route; cat /etc/hosts")
    assert "10.92.0.2/24" in inside and "10.93.0.77/24" in inside and "default via 10.92.0.1 dev eth0" in inside
    assert "10.93.0.77\t" in inside and "eth1" in inside
    twice = cli("network", "connect", "two", "box")
    assert twice.status == 1 and "endpoint with name box already exists in network two" in twice.complaint
    cli.ok("network", "disconnect", "one", "box")
    inside = cli.ok("exec", "box", "sh", "-c", "ip -4 addr; ip route; cat /etc/hosts")
    assert "10.92.0.2" not in inside and "default via 10.93.0.1 dev eth1" in inside
    missing = cli("network", "disconnect", "one", "box")
    assert missing.status == 1 and "is not connected to the network one" in missing.complaint
    # The published port has moved with the default route.
    port = int(cli.ok("port", "box", "80").rpartition(":")[2])
    from test_network import say
    assert say("127.0.0.1", port) == b"served\n"
    # What was changed holds for the next run.
    cli.ok("restart", "-t", "0", "box")
    assert set(api.inspect("box")["NetworkSettings"]["Networks"]) == {"two"} and address(api, "box", "two") == "10.93.0.77"
    cli.ok("stop", "-t", "0", "box")
    cli.ok("network", "connect", "one", "box")
    cli.ok("start", "box")
    assert address(api, "box", "one").startswith("10.92.0.") and address(api, "box", "two") == "10.93.0.77"


def test_a_container_on_no_network_is_enclosed(cli, api):
    cli.ok("run", "-d", "--name", "box", "busybox", "sleep", "100")
    cli.ok("network", "disconnect", "bridge", "box")
    assert api.inspect("box")["NetworkSettings"]["Networks"] == {}
    assert "eth0" not in cli.ok("exec", "box", "ip", "link")
    cli.ok("restart", "-t", "0", "box")
    assert "eth0" not in cli.ok("exec", "box", "ip", "link")
    cli.ok("network", "connect", "bridge", "box")
    assert "eth0" in cli.ok("exec", "box", "ip", "link")


@pytest.mark.parametrize("mode, network, status, message", [
    ("host", "mine", 400, "container sharing network namespace with another container or host cannot be connected"),
    ("none", "mine", 400, "with one of the networks in private (none) mode"),
    ("bridge", "host", 400, "container cannot be disconnected from host network or connected to host network"),
    ("bridge", "none", 400, "with one of the networks in private (none) mode"),
    ("bridge", "nowhere", 404, "network nowhere not found"),
])
def test_connections_that_make_no_sense(api, mode, network, status, message):
    api.post("/networks/create", {"Name": "mine"})
    container = api.run(cmd=("sleep", "100"), host={"NetworkMode": mode})
    reply = api.post(f"/networks/{network}/connect", {"Container": container})
    assert reply.status == status and message in reply.json["message"], reply


def test_addresses_of_ones_own_need_a_subnet_of_ones_own(api):
    api.post("/networks/create", {"Name": "mine"})
    container = api.create(cmd=("true",))
    reply = api.post("/networks/mine/connect", {"Container": container, "EndpointConfig": {"IPAMConfig": {"IPv4Address": "172.18.0.9"}}})
    assert reply.status == 400 and "only when connecting to networks with user configured subnets" in reply.json["message"]
    reply = api.post("/containers/create", {"Image": "busybox", "Cmd": ["true"], "NetworkingConfig": {"EndpointsConfig": {"bridge": {"IPAMConfig": {"IPv4Address": "172.17.0.9"}}}}})
    assert reply.status == 400 and "user specified IP address is supported on user defined networks only" in reply.json["message"]


def test_a_network_that_is_not_there_is_told_by_the_start(cli):
    failed = cli("run", "--name", "box", "--network", "nowhere", "busybox", "true")
    assert failed.status == 125 and "network nowhere not found" in failed.complaint
    assert "Created" in cli.ok("ps", "-a", "--filter", "name=box")


def test_internal_networks_reach_nothing(cli, engine):
    cli.ok("network", "create", "--internal", "--subnet", "10.92.0.0/24", "closed")
    cli.ok("run", "-d", "--name", "server", "--network", "closed", "-p", "46310:80", "busybox", *SERVER)
    cli.ok("run", "-d", "--name", "other", "busybox", *SERVER)
    assert reach(cli, "server", "10.92.0.2").text.strip() == "served"
    outside = cli.ok("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "other")
    assert reach(cli, "server", outside, tries=1).status != 0
    assert "default" not in cli.ok("exec", "server", "ip", "route")
    assert cli.ok("port", "server") == ""


def test_prune(cli, api):
    for name in ("used", "idle"):
        cli.ok("network", "create", name)
    cli.ok("create", "--network", "used", "busybox", "true")
    pruned = cli.ok("network", "prune", "-f")
    assert "idle" in pruned and "used" not in pruned
    assert {entry["Name"] for entry in api.get("/networks").json} == {"bridge", "host", "none", "used"}
    assert api.post("/networks/prune").json == {"NetworksDeleted": None}


def test_events(api):
    connection, stream = api.open("GET", '/events?filters={"type":["network"]}')
    network = api.post("/networks/create", {"Name": "mine"}).json["Id"]
    container = api.run(cmd=("sleep", "100"), host={"NetworkMode": "mine"})
    api.delete(f"/containers/{container}?force=1")
    api.delete("/networks/mine")
    events = [json.loads(stream.readline()) for _ in range(4)]
    connection.close()
    assert [event["Action"] for event in events] == ["create", "connect", "disconnect", "destroy"]
    assert all(event["Type"] == "network" and event["Actor"]["ID"] == network for event in events)
    assert events[0]["Actor"]["Attributes"] == {"name": "mine", "type": "bridge"}
    assert events[1]["Actor"]["Attributes"] == {"name": "mine", "type": "bridge", "container": container}


def test_macvlan(cli):
    cli.ok("network", "create", "-d", "macvlan", "--subnet", "10.94.0.0/24", "lan")
    cli.ok("run", "-d", "--name", "server", "--network", "lan", "busybox", *SERVER)
    cli.ok("run", "-d", "--name", "client", "--network", "lan", "busybox", "sleep", "100")
    assert reach(cli, "client", "10.94.0.2").text.strip() == "served"
    bad = cli("network", "create", "-d", "macvlan", "-o", "macvlan_mode=loud", "other")
    assert bad.status == 1 and "requested macvlan mode 'loud' is not valid" in bad.complaint


def test_networks_and_their_containers_survive_the_daemon(new_engine, client_for):
    engine = new_engine()
    cli = client_for(engine)
    cli.ok("network", "create", "--subnet", "10.95.0.0/24", "kept")
    cli.ok("run", "-d", "--name", "server", "--network", "kept", "busybox", *SERVER)
    before = engine.api.inspect("server")["NetworkSettings"]["Networks"]["kept"]
    engine.kill()
    engine.start()
    assert engine.api.inspect("server")["NetworkSettings"]["Networks"]["kept"] == before
    cli.ok("run", "-d", "--name", "client", "--network", "kept", "busybox", "sleep", "100")
    assert reach(cli, "client", "10.95.0.2").text.strip() == "served"
    assert address(engine.api, "client", "kept") == "10.95.0.3"
    cli.ok("network", "connect", "bridge", "client")
    assert engine.stop() == 0
    # As after the machine's restart: the row alone makes the bridge again.
    bridge = "br-" + before["NetworkID"][:12]
    engine.start()
    cli.ok("rm", "-f", "server", "client")
    engine.stop()
    subprocess.run(["ip", "link", "delete", bridge], check=True)
    engine.start()
    cli.ok("run", "--rm", "--network", "kept", "busybox", "ip", "addr", "show", "eth0")


def test_two_hundred_containers_get_two_hundred_addresses(api):
    """Started eight at a time: nothing lost, nothing doubled."""
    count = int(os.environ.get("MEMBERS", "60"))
    assert api.post("/networks/create", {"Name": "crowd", "IPAM": {"Config": [{"Subnet": "10.96.0.0/22"}]}}).status == 201
    todo, lock, failures = list(range(count)), threading.Lock(), []

    def work():
        while True:
            with lock:
                if not todo:
                    return
                todo.pop()
            try:
                api.run(cmd=("sleep", "300"), host={"NetworkMode": "crowd"})
            except Exception as problem:  # told below, by the thread that may fail the test
                failures.append(problem)
    workers = [threading.Thread(target=work) for _ in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures
    found = [entry["IPv4Address"] for entry in api.get("/networks/crowd").json["Containers"].values()]
    assert len(found) == count and len(set(found)) == count


@pytest.mark.parametrize("flags, words", [
    (("--network", "one", "--network", "two"), None),
    (("--network", "name=one,ip=10.92.0.9,alias=x"), None),
])
def test_several_networks_at_run(cli, api, flags, words):
    cli.ok("network", "create", "--subnet", "10.92.0.0/24", "one")
    cli.ok("network", "create", "two")
    cli.ok("run", "-d", "--name", "box", *flags, "busybox", "sleep", "100")
    networks = api.inspect("box")["NetworkSettings"]["Networks"]
    assert set(networks) == ({"one", "two"} if len(flags) == 4 else {"one"})
    if len(flags) == 2:
        assert networks["one"]["IPAddress"] == "10.92.0.9" and networks["one"]["Aliases"] == ["x"]
        assert networks["one"]["DNSNames"][:2] == ["box", "x"]


def test_docker_py(py):
    network = py.networks.create("pynet", driver="bridge", labels={"k": "v"}, check_duplicate=True)
    box = py.containers.run("busybox", ["sleep", "100"], detach=True)
    network.connect(box, aliases=["alias"])
    network.reload()
    assert [entry.id for entry in network.containers] == [box.id]
    assert [entry.name for entry in py.networks.list(names=["pynet"])] == ["pynet"]
    network.disconnect(box)
    box.remove(force=True)
    network.remove()
    assert py.networks.list(names=["pynet"]) == [] and py.networks.prune() == {"NetworksDeleted": None}
