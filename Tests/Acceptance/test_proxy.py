"""Ports that the kernel can't translate: IPv6 in front of IPv4, `::1`, and a host whose firewall is not to be touched."""
import os
import signal
import socket

import pytest

from harness import host
from harness.waiting import eventually
from test_network import SERVER, free_port, say


def proxies(engine):
    return [pid for pid, words in host.processes_with("martlet_" + engine.bridge).items() if "martlet-shim proxy" in words]


def answers(address, port):
    try:
        with socket.create_connection((address, port), 1) as connection:
            return connection.recv(10) != b""
    except OSError:
        return False


def test_ipv6_in_front_of_ipv4(cli, engine):
    port = free_port()
    cli.ok("run", "-d", "--name", "server", "-p", f"[::1]:{port}:80", "busybox", *SERVER)
    assert say("::1", port) == b"served\n"
    assert cli.ok("port", "server").strip() == f"80/tcp -> [::1]:{port}"
    assert f"[::1]:{port}->80/tcp" in cli.ok("ps")
    assert len(proxies(engine)) == 1 and not answers("127.0.0.1", port)
    cli.ok("stop", "-t", "0", "server")
    assert not answers("::1", port)
    eventually(lambda: not proxies(engine), what="the end of the proxy's process")
    cli.ok("start", "server")
    assert say("::1", port) == b"served\n"


def test_everywhere_by_both_families(cli, engine):
    """Translated where that works, passed on where it does not; one process for all the ports."""
    cli.ok("network", "create", "--ipv6", "both")
    first, second = free_port(), free_port()
    cli.ok("run", "-d", "--name", "server", "--network", "both", "-p", f"{first}:80", "-p", f"{second}:80", "busybox", *SERVER)
    for address in ("127.0.0.1", "::1"):
        for port in (first, second):
            assert say(address, port) == b"served\n"
    assert len(proxies(engine)) == 1
    # The container's other address, when it goes to another network.
    cli.ok("network", "create", "--ipv6", "aaa")
    cli.ok("network", "connect", "aaa", "server")
    cli.ok("network", "disconnect", "both", "server")
    for address in ("127.0.0.1", "::1"):
        assert say(address, first) == b"served\n"


def test_without_a_firewall(new_engine, client_for, program):
    engine = new_engine("--iptables=false")
    cli = client_for(engine)
    tcp, udp = free_port(), free_port(socket.SOCK_DGRAM)
    cli.ok("run", "-d", "--name", "server", "-p", f"127.0.0.1:{tcp}:80", "-p", f"127.0.0.1:{udp}:53/udp", "-v",
           f"{program('udpecho')}:/udpecho:ro", "busybox", "sh", "-c", "/udpecho 53 & while :; do echo served | nc -l -p 80; done")
    assert not [name for name in host.nft_tables() if name.endswith(engine.bridge)]
    assert say("127.0.0.1", tcp) == b"served\n"

    def datagram():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.settimeout(0.5)
            sender.sendto(b"?", ("127.0.0.1", udp))
            try:
                return sender.recv(100)
            except OSError:
                return b""
    assert eventually(datagram, what="a datagram") == b"datagram\n"


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_it_outlives_the_daemon(new_engine, client_for, end):
    engine = new_engine()
    cli = client_for(engine)
    port = free_port()
    cli.ok("run", "-d", "--name", "server", "-p", f"[::1]:{port}:80", "busybox", *SERVER)
    before = proxies(engine)
    getattr(engine, end)()
    assert say("::1", port) == b"served\n" and proxies(engine) == before
    engine.start()
    assert say("::1", port) == b"served\n" and proxies(engine) == before
    # One that was killed comes back with the next daemon.
    os.kill(before[0], signal.SIGKILL)
    engine.kill()
    engine.start()
    assert say("::1", port) == b"served\n" and len(proxies(engine)) == 1
    cli.ok("rm", "-f", "server")
    assert not proxies(engine)


def test_switched_off(new_engine, client_for):
    engine = new_engine("--userland-proxy=false")
    cli = client_for(engine)
    failed = cli("run", "-d", "-p", "[::1]::80", "busybox", "true")
    assert failed.status == 125 and "needs the user-land proxy, which is switched off" in failed.complaint
    cli.ok("run", "-d", "-p", "127.0.0.1::80", "busybox", "true")
