"""What a hostile container, and a hostile neighbour on the wire, can't do."""
import json
import subprocess

from harness.lan import HOST, HOST6
from test_network import SERVER, free_port, say
from test_networks import reach


def neighbours(device):
    """What the host believes of who has which address on a link."""
    out = subprocess.run(["ip", "-j", "neigh", "show", "dev", device], stdout=subprocess.PIPE, check=True).stdout
    return {entry["dst"]: entry.get("lladdr") for entry in json.loads(out or b"[]")}


def datagrams(cli, container):
    """How many came for ports at which nobody listens."""
    lines = [line.split() for line in cli.ok("exec", container, "cat", "/proc/net/snmp").splitlines() if line.startswith("Udp:")]
    return int(dict(zip(*lines))["NoPorts"])


def test_spoofing_stays_on_its_own_bridge(cli, api, program):
    cli.ok("network", "create", "--ipv6", "--subnet", "10.94.0.0/24", "--subnet", "fd00:94::/64", "red")
    cli.ok("network", "create", "--ipv6", "--subnet", "10.95.0.0/24", "--subnet", "fd00:95::/64", "blue")
    cli.ok("run", "-d", "--name", "victim", "--network", "blue", "busybox", *SERVER)
    mount = ("-v", f"{program('spoof')}:/spoof:ro")
    for name, network in (("peer", "blue"), ("attacker", "red")):
        cli.ok("run", "-d", "--name", name, "--network", network, *mount, "busybox", "sleep", "100")
    victim = api.inspect("victim")["NetworkSettings"]["Networks"]["blue"]
    peer = api.inspect("peer")["NetworkSettings"]["Networks"]["blue"]
    assert say(victim["IPAddress"], 80) == b"served\n"
    bridges = {name: "br-" + api.get(f"/networks/{name}").json["Id"][:12] for name in ("red", "blue")}
    with open(f"/sys/class/net/{bridges['red']}/address") as file:
        gateway = file.read().strip()
    before = datagrams(cli, "victim")
    claims = (victim["MacAddress"], victim["IPAddress"], victim["GlobalIPv6Address"], gateway, peer["IPAddress"])
    cli.ok("exec", "attacker", "/spoof", "eth0", *claims)
    # The host goes on to find the victim where it is, and so does its neighbour.
    assert neighbours(bridges["blue"])[victim["IPAddress"]] == victim["MacAddress"]
    assert victim["IPAddress"] not in neighbours(bridges["red"]) and victim["GlobalIPv6Address"] not in neighbours(bridges["red"])
    assert say(victim["IPAddress"], 80) == b"served\n"
    assert reach(cli, "peer", "victim").text.strip() == "served"
    assert datagrams(cli, "victim") == before
    # What a neighbour sends does arrive: those datagrams were stopped, not lost.
    cli.ok("exec", "peer", "/spoof", "eth0", *claims[:2], "fd00:95::99", *claims[3:])
    assert datagrams(cli, "victim") > before


def test_a_port_is_reached_at_its_address_alone(cli, engine, api, lan):
    port, other = free_port(), free_port()
    cli.ok("run", "-d", "--name", "inner", "-p", f"127.0.0.1:{port}:80", "busybox", *SERVER)
    cli.ok("run", "-d", "--name", "outer", "-p", f"{HOST}:{other}:80", "busybox", *SERVER)
    address = api.inspect("inner")["NetworkSettings"]["IPAddress"]
    assert say("127.0.0.1", port) == b"served\n"
    assert lan.ask(HOST, other) == "served\n"
    # From the wire: not at the host's address, not by a route to its loop-back, nor by one to the container.
    assert lan.ask(HOST, port, patience=2) == "" and lan.ask(HOST6, port, patience=2) == ""
    lan("ip", "route", "add", engine.network.rsplit(".", 1)[0] + ".0/24", "via", HOST)
    lan("sysctl", "-qw", "net.ipv4.conf.all.route_localnet=1")
    lan("ip", "route", "add", "127.0.0.0/8", "via", HOST)
    assert lan.ask("127.0.0.1", port, patience=2) == ""
    assert lan.ask(address, 80, patience=2) == "" and lan.ask(engine.gateway, port, patience=2) == ""
    # Nor at another of the host's addresses, nor by another container.
    assert lan.ask(engine.gateway, other, patience=2) == ""
    refused = cli("run", "--rm", "busybox", "sh", "-c", f"nc -w 2 {engine.gateway} {port} </dev/null; nc -w 2 {engine.gateway} {other} </dev/null")
    assert refused.status != 0 and refused.text == ""


def test_rules_of_others_are_left_alone(cli, lan):
    """A firewall with rules of its own: they stay as they are, and what they forbid stays forbidden."""
    table = f"mtown{lan.link}"
    subprocess.run(["nft", "-f", "-"], check=True, text=True, input=f"""
        table inet {table} {{
            chain forward {{
                type filter hook forward priority -10; policy accept;
                iifname "{lan.link}" tcp dport 81 drop
            }}
        }}
        """)

    def rules():
        return subprocess.run(["nft", "list", "table", "inet", table], stdout=subprocess.PIPE, check=True).stdout
    before = rules()
    try:
        port, closed = free_port(), free_port()
        cli.ok("run", "-d", "-p", f"{port}:80", "-p", f"{closed}:81", "busybox", "sh", "-c",
               "while :; do echo closed | nc -l -p 81; done & while :; do echo served | nc -l -p 80; done")
        assert lan.ask(HOST, port) == "served\n"
        assert say("127.0.0.1", closed) == b"closed\n"
        assert lan.ask(HOST, closed, patience=2) == ""
        assert rules() == before
    finally:
        subprocess.run(["nft", "delete", "table", "inet", table], check=True)
