"""kill -9 in the middle of storms of run, connect, disconnect and rm: nothing is leaked, lost or given twice."""
import json
import os
import random
import subprocess
import threading
import time

from harness import host
from harness.waiting import eventually

# A few in every run; more are asked for by name.
ROUNDS = int(os.environ.get("NETWORK_CRASHES", "12"))
SUBNETS = {"red": "10.97.0.0/24", "blue": "10.98.0.0/24"}


class Storm:
    """Threads that do what comes to mind, whatever is refused or cut off."""

    def __init__(self, engine, seed):
        self.engine, self.ends = engine, False
        self.threads = [threading.Thread(target=self.work, args=(random.Random(seed * 100 + n),)) for n in range(4)]
        for thread in self.threads:
            thread.start()

    def work(self, chance):
        api = self.engine.api
        while not self.ends:
            try:
                self.step(api, chance, api.get("/containers/json?all=1").json)
            except (OSError, ValueError, TypeError, AssertionError, KeyError):
                time.sleep(0.02)

    @staticmethod
    def step(api, chance, known):
        kind = chance.randrange(10)
        if kind < 4 and len(known) < 24:
            mode = chance.choice(["red", "blue", "bridge"])
            ports = {"PortBindings": {"80/tcp": [{"HostPort": ""}]}} if chance.random() < 0.4 else {}
            api.run(cmd=("sleep", "1000"), host={"NetworkMode": mode, **ports})
        elif known:
            container = chance.choice(known)["Id"]
            if kind < 6:
                api.post(f"/networks/{chance.choice(list(SUBNETS))}/connect", {"Container": container})
            elif kind < 8:
                api.post(f"/networks/{chance.choice(list(SUBNETS))}/disconnect", {"Container": container})
            elif kind < 9:
                api.delete(f"/containers/{container}?force=1")
            else:
                api.post(f"/containers/{container}/restart?t=0")

    def end(self):
        self.ends = True
        for thread in self.threads:
            thread.join()


def endpoints(engine):
    """What inspect tells of every running container's networks, checked against what is really inside."""
    found = []
    for row in engine.api.get("/containers/json").json:
        told = engine.api.inspect(row["Id"])
        if not told["State"]["Running"]:
            continue
        addresses = {name: entry["IPAddress"] for name, entry in told["NetworkSettings"]["Networks"].items()}
        inside = subprocess.run(["nsenter", f"--net={told['NetworkSettings']['SandboxKey']}", "ip", "-j", "-4", "addr"],
                                stdout=subprocess.PIPE, check=True).stdout
        real = sorted(entry["local"] for link in json.loads(inside) for entry in link["addr_info"] if link["ifname"] != "lo")
        assert real == sorted(addresses.values()), (real, told["NetworkSettings"]["Networks"])
        found += [(name, address) for name, address in addresses.items()]
    return found


def check(engine):
    found = endpoints(engine)
    assert len({address for _, address in found}) == len(found), f"given twice: {sorted(found)}"
    for name in SUBNETS:
        network = engine.api.get(f"/networks/{name}").json
        told = {entry["IPv4Address"].partition("/")[0] for entry in network["Containers"].values()}
        assert told == {address for other, address in found if other == name}
        # Links of the network's bridge: one for each endpoint, and those that wait in the pool.
        ports = len(host.bridge_ports("br-" + network["Id"][:12]))
        assert len(told) <= ports <= len(told) + 4, (name, len(told), ports)
    published = {port["PublicPort"] for row in engine.api.get("/containers/json").json for port in row["Ports"] if "PublicPort" in port}
    table = subprocess.run(["nft", "-j", "list", "map", "inet", "martlet_" + engine.bridge, "published"], stdout=subprocess.PIPE, check=True).stdout
    elements = next(entry["map"].get("elem", []) for entry in json.loads(table)["nftables"] if "map" in entry)
    lost = published ^ {element[0]["concat"][1] for element in elements}
    owners = [(row["Id"][:12], row["Status"], row["HostConfig"], row["Ports"]) for row in engine.api.get("/containers/json").json
              if any(port.get("PublicPort") in lost for port in row["Ports"])]
    assert not lost, (lost, owners, engine.log(20))


def test_kills_in_storms(new_engine):
    engine = new_engine()
    for name, subnet in SUBNETS.items():
        assert engine.api.post("/networks/create", {"Name": name, "IPAM": {"Config": [{"Subnet": subnet}]}}).status == 201
    for number in range(ROUNDS):
        storm = Storm(engine, int(os.environ.get("SEED", "0")) * 1000 + number)
        time.sleep(random.Random(number).uniform(0.3, 2.0))
        engine.kill()
        storm.ends = True
        storm.end()
        engine.start()
        # A container whose start was cut off may still be on its way to the end.
        eventually(lambda: not [row for row in engine.api.get("/containers/json?all=1").json if row["State"] in ("removing", "restarting")])
        check(engine)
    engine.remove_containers()
    assert all(engine.api.delete(f"/networks/{name}").status == 204 for name in SUBNETS)


def test_networks_cut_off_in_the_making(new_engine):
    engine = new_engine(busybox=False)
    for number in range(ROUNDS):
        def make(which):
            for serial in range(100):
                try:
                    engine.api.post("/networks/create", {"Name": f"n{number}-{which}-{serial}"})
                    if serial % 2:
                        engine.api.delete(f"/networks/n{number}-{which}-{serial - 1}")
                except (OSError, ValueError):
                    return
        makers = [threading.Thread(target=make, args=(which,)) for which in range(3)]
        for maker in makers:
            maker.start()
        time.sleep(random.Random(number).uniform(0.05, 0.5))
        engine.kill()
        for maker in makers:
            maker.join()
        engine.start()
        networks = [entry for entry in engine.api.get("/networks").json if entry["Name"].startswith("n")and entry["Name"] != "none"]
        bridges = {"br-" + entry["Id"][:12] for entry in networks}
        assert {name for name in host.links() - engine.links_before if name.startswith("br-")} == bridges
        subnets = [entry["IPAM"]["Config"][0]["Subnet"] for entry in networks]
        assert len(set(subnets)) == len(subnets)
        assert engine.api.post("/networks/prune").status == 200
