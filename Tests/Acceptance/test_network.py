"""The bridge, published ports, network modes and the name files. All traffic stays between this host and its containers."""
import ipaddress
import re
import socket
import time

import pytest

from harness import host
from harness.waiting import eventually

SERVER = ("sh", "-c", "while :; do echo served | nc -l -p 80; done")


def say(address, port, seconds=10):
    """What a TCP server says; tried until it answers."""
    def attempt():
        try:
            with socket.create_connection((address, port), 2) as connection:
                connection.settimeout(2)
                return connection.recv(100)
        except OSError:
            return b""
    return eventually(attempt, seconds, what=f"an answer from {address}:{port}")


def free_port(kind=socket.SOCK_STREAM):
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def test_addresses_come_from_the_bridge(cli, engine):
    network = ipaddress.ip_interface(engine.network).network
    cli.ok("run", "-d", "--name", "one", "busybox", "sleep", "100")
    found = cli.ok("inspect", "-f", "{{.NetworkSettings.IPAddress}} {{.NetworkSettings.Gateway}} {{.NetworkSettings.IPPrefixLen}} {{.NetworkSettings.MacAddress}}", "one").split()
    assert ipaddress.ip_address(found[0]) in network and found[1] == engine.gateway and found[2] == "24"
    inside = cli.ok("exec", "one", "sh", "-c", "ip -4 addr show eth0; ip route; cat /sys/class/net/eth0/address")
    assert f"inet {found[0]}/24" in inside and f"default via {engine.gateway} dev eth0" in inside and found[3] in inside


def test_addresses_are_used_again(api):
    seen = set()
    for _ in range(3):
        container = api.run(cmd=("sleep", "100"))
        seen.add(api.inspect(container)["NetworkSettings"]["IPAddress"])
        api.delete(f"/containers/{container}?force=1")
    assert len(seen) <= 3
    container = api.create(cmd=("true",))
    settings = api.inspect(container)["NetworkSettings"]
    assert settings["IPAddress"] == "" and settings["Ports"] == {}


def test_the_host_answers_and_containers_reach_each_other(cli, engine):
    cli.ok("run", "-d", "--name", "server", "busybox", *SERVER)
    address = cli.ok("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "server")
    assert say(address, 80) == b"served\n"
    assert cli("run", "--rm", "busybox", "ping", "-c", "1", "-W", "2", engine.gateway).status == 0
    assert cli.ok("run", "--rm", "busybox", "sh", "-c",
                  f"for i in 1 2 3 4 5; do nc -w 2 {address} 80 </dev/null && break; sleep 0.2; done") == "served"


def test_published_port_from_everywhere(cli, engine):
    port = free_port()
    cli.ok("run", "-d", "--name", "server", "-p", f"{port}:80", "busybox", *SERVER)
    assert say("127.0.0.1", port) == b"served\n"
    assert say(engine.gateway, port) == b"served\n"
    out = cli.ok("run", "--rm", "busybox", "sh", "-c",
                 f"for i in 1 2 3 4 5; do nc -w 2 {engine.gateway} {port} </dev/null && break; sleep 0.2; done")
    assert out == "served"
    cli.ok("stop", "-t", "0", "server")

    def refused():
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            return True
    eventually(refused, what="the port to close")


def test_a_random_port_on_one_address(cli):
    cli.ok("run", "-d", "--name", "server", "-p", "127.0.0.1::80", "busybox", *SERVER)
    address, port = cli.ok("port", "server", "80").split(":")
    assert address == "127.0.0.1" and say(address, int(port)) == b"served\n"


def test_publish_all(cli):
    cli.ok("run", "-d", "--name", "server", "-P", "--expose", "80", "--expose", "81-82", "busybox", *SERVER)
    ports = cli.ok("port", "server").splitlines()
    assert {line.split()[0] for line in ports} == {"80/tcp", "81/tcp", "82/tcp"}
    port = next(line.rpartition(":")[2] for line in ports if line.startswith("80/tcp"))
    assert say("127.0.0.1", int(port)) == b"served\n"


def test_udp(cli, program):
    port = free_port(socket.SOCK_DGRAM)
    cli.ok("run", "-d", "--name", "server", "-p", f"127.0.0.1:{port}:53/udp", "-v", f"{program('udpecho')}:/udpecho:ro",
           "busybox", "/udpecho", "53")

    def attempt():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.settimeout(0.5)
            sender.sendto(b"?", ("127.0.0.1", port))
            try:
                return sender.recv(100)
            except OSError:
                return b""
    assert eventually(attempt, what="a datagram") == b"datagram\n"


def test_ranges(cli):
    first = 46200
    cli.ok("run", "-d", "--name", "rr", "-p", f"127.0.0.1:{first}-{first + 2}:80-82", "busybox", "sleep", "100")
    assert set(cli.ok("port", "rr").splitlines()) == {f"{80 + n}/tcp -> 127.0.0.1:{first + n}" for n in range(3)}
    assert f"127.0.0.1:{first + 1}->81/tcp" in cli.ok("ps")


def test_ranges_of_equal_numbers_are_shown_as_one(cli):
    cli.ok("run", "-d", "-p", "127.0.0.1:46205-46207:46205-46207", "busybox", "sleep", "100")
    assert "127.0.0.1:46205-46207->46205-46207/tcp" in cli.ok("ps")


def test_a_port_is_given_once(cli, api):
    port = free_port()
    cli.ok("run", "-d", "--name", "first", "-p", f"127.0.0.1:{port}:80", "busybox", "sleep", "100")
    result = cli.fails("run", "-d", "--name", "second", "-p", f"127.0.0.1:{port}:80", "busybox", "sleep", "100")
    assert f"Bind for 127.0.0.1:{port} failed: port is already allocated to container first" in result.complaint
    assert api.inspect("second")["State"]["Running"] is False
    cli.ok("rm", "-f", "first")
    cli.ok("start", "second")


def test_a_port_that_a_program_of_the_host_has(cli):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        port = listener.getsockname()[1]
        result = cli.fails("run", "-d", "--name", "cc", "-p", f"127.0.0.1:{port}:80", "busybox", "sleep", "100")
        assert str(port) in result.complaint
    assert cli.ok("ps", "-q") == ""


@pytest.mark.parametrize("flag", ["99999:80", "80:99999", "x:80", "1.2.3:80:80", "80/sideways"])
def test_bad_ports(cli, flag):
    result = cli.fails("run", "-d", "-p", flag, "busybox", "true")
    assert result.complaint and cli.ok("ps", "-aq") == ""


def test_none_has_only_a_loopback(cli):
    out = cli.ok("run", "--rm", "--net", "none", "busybox", "sh", "-c", "ls /sys/class/net; cat /proc/net/dev | wc -l; ping -c 1 127.0.0.1 >/dev/null && echo up")
    assert out.split() == ["lo", "3", "up"] or set(out.split()) >= {"lo", "up"} and "eth0" not in out


def test_host_shares_the_host_s(cli):
    import os
    assert cli.ok("run", "--rm", "--net", "host", "busybox", "readlink", "/proc/self/ns/net") == os.readlink("/proc/self/ns/net")
    assert cli.ok("run", "--rm", "--net", "host", "busybox", "hostname") == socket.gethostname()


def test_container_shares_another_s(cli):
    cli.ok("run", "-d", "--name", "owner", "-h", "owner-host", "busybox", "sleep", "100")
    theirs = cli.ok("exec", "owner", "sh", "-c", "readlink /proc/self/ns/net; cat /etc/hosts /etc/resolv.conf; cat /etc/hostname")
    ours = cli.ok("run", "--rm", "--net", "container:owner", "busybox", "sh", "-c",
                  "readlink /proc/self/ns/net; cat /etc/hosts /etc/resolv.conf; cat /etc/hostname")
    assert theirs == ours


def test_container_mode_wants_a_running_one(cli):
    cli.ok("create", "--name", "owner", "busybox", "true")
    assert "cannot join network of a non running container" in cli.fails("run", "--name", "joins", "--net", "container:owner", "busybox", "true").complaint
    assert cli.fails("run", "--net", "container:nobody", "busybox", "true").status != 0


def test_name_files(cli):
    cli.ok("run", "-d", "--name", "nn", "-h", "web", "busybox", "sleep", "100")
    address = cli.ok("inspect", "-f", "{{.NetworkSettings.IPAddress}}", "nn")
    hosts = cli.ok("exec", "nn", "cat", "/etc/hosts")
    for wanted in (rf"^{re.escape(address)}\s+web$", r"^127\.0\.0\.1\s+localhost$",
                   r"^::1\s+localhost ip6-localhost ip6-loopback$", r"^fe00::\s*0?\s+ip6-localnet$",
                   r"^ff02::1\s+ip6-allnodes$", r"^ff02::2\s+ip6-allrouters$"):
        assert re.search(wanted, hosts, re.M), (wanted, hosts)
    resolv = cli.ok("exec", "nn", "cat", "/etc/resolv.conf")
    assert "nameserver" in resolv and not re.search(r"nameserver (127\.|::1)", resolv)


def test_mac_address(cli):
    assert cli.ok("run", "--rm", "--mac-address", "02:42:ac:11:00:99", "busybox", "cat", "/sys/class/net/eth0/address") == "02:42:ac:11:00:99"


def test_an_unknown_network_is_named(cli):
    result = cli.fails("run", "--net", "no-such-net", "busybox", "true")
    assert "no-such-net" in result.complaint


def test_restart_gives_the_ports_again(cli):
    cli.ok("run", "-d", "--name", "server", "-p", "127.0.0.1:46311:80", "busybox", *SERVER)
    for _ in range(3):
        cli.ok("restart", "-t", "0", "server")
    assert say("127.0.0.1", 46311) == b"served\n"


def test_rules_go_with_the_container(api, engine):
    container = api.run(cmd=("sleep", "100"), ExposedPorts={"80/tcp": {}},
                        host={"PortBindings": {"80/tcp": [{"HostIp": "127.0.0.1", "HostPort": "46444"}]}})
    address = api.inspect(container)["NetworkSettings"]["IPAddress"]
    assert address in host.nft_ruleset() or "46444" in host.nft_ruleset()
    api.delete(f"/containers/{container}?force=1")
    eventually(lambda: "46444" not in host.nft_ruleset(), what="the rules to go")


def test_ports_are_known_when_start_returns(api):
    container = api.run(cmd=("sleep", "100"), ExposedPorts={"80/tcp": {}}, host={"PortBindings": {"80/tcp": [{"HostPort": ""}]}})
    bindings = api.inspect(container)["NetworkSettings"]["Ports"]["80/tcp"]
    assert bindings[0]["HostIp"] == "0.0.0.0" and 1024 <= int(bindings[0]["HostPort"]) <= 65535


def test_not_more_containers_than_addresses(new_engine):
    engine = new_engine(bridge_network="10.251.77.1/29")
    started = [engine.api.create(cmd=("sleep", "100")) for _ in range(6)]
    replies = [engine.api.post(f"/containers/{container}/start") for container in started]
    assert [reply.status for reply in replies[:5]] == [204] * 5
    assert replies[5].status >= 400 and "no available" in replies[5].message.lower()
    engine.api.delete(f"/containers/{started[0]}?force=1")
    eventually(lambda: engine.api.post(f"/containers/{started[5]}/start").status == 204, what="the address to be free")
