"""The default bridge with IPv6, and another host on the wire: a network namespace."""
import subprocess

import pytest

from harness.lan import HOST6, NEIGHBOUR6, ip
from test_network import SERVER


@pytest.fixture
def started(new_engine, client_for):
    engine = new_engine("--ipv6", "--fixed-cidr-v6", "2001:db8:1::/64")
    cli = client_for(engine)
    cli.ok("run", "-d", "--name", "web", "-p", "18087:80", "busybox", *SERVER)
    address = engine.api.inspect("web")["NetworkSettings"]["GlobalIPv6Address"]
    return engine, cli, address


def test_addresses(started):
    engine, cli, address = started
    settings = engine.api.inspect("web")["NetworkSettings"]
    mac = settings["MacAddress"].split(":")
    # The last 48 bits are the link's address.
    assert address == "2001:db8:1::" + ":".join((mac[n] + mac[n + 1]).lstrip("0") or "0" for n in (0, 2, 4))
    assert settings["IPv6Gateway"] == "fe80::1" and settings["GlobalIPv6PrefixLen"] == 64
    assert settings["LinkLocalIPv6Address"].startswith("fe80::42:") and settings["LinkLocalIPv6PrefixLen"] == 64
    shown = cli.ok("exec", "web", "sh", "-c", "ip -6 addr show eth0; ip -6 route")
    assert f"{address}/64" in shown and "default via fe80::1 dev eth0" in shown
    bridge = subprocess.run(["ip", "-6", "addr", "show", engine.bridge], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert "fe80::1/64" in bridge
    cli.ok("run", "-d", "--name", "other", "busybox", "sleep", "100")
    assert cli("exec", "other", "ping", "-6", "-c", "1", "-W", "2", address).status == 0


def test_reached_by_a_route(started, lan):
    _, cli, address = started
    lan("ip", "-6", "route", "add", "2001:db8:1::/64", "via", HOST6)
    # The first packet may find the wire still coming up.
    assert cli("exec", "web", "ping", "-6", "-c", "4", "-W", "1", NEIGHBOUR6).status == 0
    assert lan.ask(address, 80) == "served\n"
    assert lan.ask(HOST6, 18087) == "served\n"
    # What is not published is not reached.
    cli.ok("exec", "-d", "web", "nc", "-l", "-p", "81", "-e", "echo", "secret")
    assert lan.ask(address, 81, patience=3) == ""


def test_neighbour_proxying(started, lan):
    """The neighbour takes the container to be on its own wire; the host answers for it (proxy_ndp)."""
    _, cli, address = started
    lan("ip", "-6", "route", "add", "2001:db8:1::/64", "dev", "eth0")
    with open(f"/proc/sys/net/ipv6/conf/{lan.link}/proxy_ndp", "w") as file:
        file.write("1")
    ip("-6", "neigh", "add", "proxy", address, "dev", lan.link)
    assert lan.ask(address, 80) == "served\n"


def test_what_does_not_go_together(new_engine):
    for flags, words in ((("--fixed-cidr-v6", "2001:db8:1::/64"), "need --ipv6"),
                         (("--ipv6", "--fixed-cidr-v6", "10.0.0.0/8"), "invalid CIDR address: 10.0.0.0/8"),
                         (("--ipv6", "--default-gateway-v6", "10.0.0.1"), "invalid default gateway: 10.0.0.1")):
        engine = new_engine(*flags, start=False)
        with pytest.raises(AssertionError, match="the engine left") as refused:
            engine.start()
        assert words in str(refused.value)
