"""The embedded name server of networks of one's own, asked by real resolvers inside containers."""
import socket
import struct
import threading

import pytest

from harness.waiting import eventually


def lookup(cli, container, name, kind="a"):
    """The addresses that a container's nslookup finds, by busybox's own resolver."""
    result = cli("exec", container, "nslookup", f"-type={kind}", name)
    lines = result.text.splitlines()
    # The first pair is the server's own.
    return sorted(line.split(": ", 1)[1] for line in lines[2:] if line.startswith("Address"))


class Upstream:
    """A name server outside: answers every A question with 192.0.2.53."""

    def __init__(self, address):
        self.sockets = [socket.socket(socket.AF_INET, kind) for kind in (socket.SOCK_DGRAM, socket.SOCK_STREAM)]
        self.sockets[1].setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for one in self.sockets:
            one.bind((address, 53))
            one.settimeout(0.1)
        self.sockets[1].listen()
        self.asked, self.open = [], True
        self.threads = [threading.Thread(target=work) for work in (self.datagrams, self.streams)]
        for thread in self.threads:
            thread.start()

    def answer(self, query):
        end = query.index(b"\0", 12) + 5
        kind = struct.unpack("!H", query[end - 4:end - 2])[0]
        self.asked.append((query[12:end - 5], kind))
        record = b"\xc0\x0c\0\x01\0\x01\0\0\0\x3c\0\x04\xc0\0\x02\x35" if kind == 1 else b""
        return query[:2] + b"\x81\x80\0\x01" + struct.pack("!H", 1 if record else 0) + b"\0\0\0\0" + query[12:end] + record

    def datagrams(self):
        while self.open:
            try:
                query, peer = self.sockets[0].recvfrom(4096)
                self.sockets[0].sendto(self.answer(query), peer)
            except TimeoutError:
                pass

    def streams(self):
        while self.open:
            try:
                peer, _ = self.sockets[1].accept()
                with peer:
                    size = struct.unpack("!H", peer.recv(2))[0]
                    answer = self.answer(peer.recv(size))
                    peer.sendall(struct.pack("!H", len(answer)) + answer)
            except (TimeoutError, struct.error):
                pass

    def close(self):
        self.open = False
        for thread, one in zip(self.threads, self.sockets):
            thread.join()
            one.close()


@pytest.fixture
def pair(cli):
    """Two containers on a network of both families."""
    cli.ok("network", "create", "--ipv6", "--subnet", "10.92.0.0/24", "--subnet", "fd92::/64", "web")
    cli.ok("run", "-d", "--name", "server", "--network", "web", "--network-alias", "www", "--hostname", "box", "busybox", "sleep", "300")
    cli.ok("run", "-d", "--name", "client", "--network", "web", "busybox", "sleep", "300")
    return cli


def test_resolver_file(pair):
    text = pair.ok("exec", "client", "cat", "/etc/resolv.conf")
    assert "nameserver 127.0.0.11" in text and "ndots:0" in text


def test_names(pair):
    short = pair.ok("inspect", "-f", "{{.Id}}", "server")[:12]
    for name in ("server", "www", "WWW", short, "server.web", "box"):
        assert lookup(pair, "client", name) == ["10.92.0.2"], name
    assert lookup(pair, "client", "server", "aaaa") == ["fd92::2"]
    assert pair("exec", "client", "ping", "-c", "1", "-W", "2", "www").status == 0
    assert pair("exec", "client", "nslookup", "-type=a", "nobody.web").status != 0


def test_reverse(pair):
    text = pair("exec", "client", "nslookup", "10.92.0.2").text
    assert "server.web" in text
    assert "server.web" in pair("exec", "client", "nslookup", "fd92::2").text


def test_names_come_and_go(pair):
    pair.ok("run", "-d", "--name", "second", "--network", "web", "--network-alias", "www", "busybox", "sleep", "300")
    assert lookup(pair, "client", "www") == ["10.92.0.2", "10.92.0.4"]
    # Each is the first one sometimes. (The C library sorts what it gets, nslookup does not.)
    firsts = {pair.ok("exec", "client", "sh", "-c", "nslookup -type=a www | grep Address | sed -n 2p").split()[-1] for _ in range(24)}
    assert firsts == {"10.92.0.2", "10.92.0.4"}
    pair.ok("stop", "-t", "0", "second")
    assert lookup(pair, "client", "www") == ["10.92.0.2"]
    pair.ok("rename", "server", "other")
    assert lookup(pair, "client", "other") == ["10.92.0.2"] and lookup(pair, "client", "server.web") == []
    pair.ok("network", "disconnect", "web", "other")
    assert lookup(pair, "client", "other.web") == []
    pair.ok("network", "connect", "--alias", "again", "web", "other")
    assert len(lookup(pair, "client", "again")) == 1


def test_a_running_container_learns_names_with_its_first_network(cli):
    cli.ok("network", "create", "web")
    cli.ok("run", "-d", "--name", "server", "--network", "web", "busybox", "sleep", "300")
    cli.ok("run", "-d", "--name", "late", "busybox", "sleep", "300")
    assert "127.0.0.11" not in cli.ok("exec", "late", "cat", "/etc/resolv.conf")
    cli.ok("network", "connect", "web", "late")
    assert "127.0.0.11" in cli.ok("exec", "late", "cat", "/etc/resolv.conf")
    assert len(lookup(cli, "late", "server")) == 1


def test_links_are_names_of_one_container(cli):
    cli.ok("network", "create", "web")
    cli.ok("run", "-d", "--name", "server", "--network", "web", "busybox", "sleep", "300")
    cli.ok("run", "-d", "--name", "client", "--network", "web", "--link", "server:db", "busybox", "sleep", "300")
    assert len(lookup(cli, "client", "db")) == 1
    cli.ok("run", "-d", "--name", "other", "--network", "web", "busybox", "sleep", "300")
    assert lookup(cli, "other", "db.web") == []


def test_other_questions_are_passed_on(cli):
    cli.ok("network", "create", "--subnet", "10.92.0.0/24", "web")
    upstream = Upstream("10.92.0.1")
    try:
        cli.ok("run", "-d", "--name", "client", "--network", "web", "--dns", "10.92.0.1", "busybox", "sleep", "300")
        assert lookup(cli, "client", "www.example.org") == ["192.0.2.53"]
        assert lookup(cli, "client", "client") == ["10.92.0.2"]
        assert all(b"client" not in name for name, _ in upstream.asked)
    finally:
        upstream.close()


def test_internal_networks_pass_nothing_on(cli):
    cli.ok("network", "create", "--internal", "--subnet", "10.92.0.0/24", "closed")
    upstream = Upstream("10.92.0.1")
    try:
        cli.ok("run", "-d", "--name", "client", "--network", "closed", "--dns", "10.92.0.1", "busybox", "sleep", "300")
        assert lookup(cli, "client", "client") == ["10.92.0.2"]
        assert lookup(cli, "client", "www.example.org") == [] and upstream.asked == []
    finally:
        upstream.close()


def test_port_53_is_the_containers_own(cli):
    cli.ok("network", "create", "web")
    cli.ok("run", "-d", "--name", "client", "--network", "web", "busybox", "sleep", "300")
    cli.ok("exec", "-d", "client", "nc", "-l", "-p", "53", "-e", "echo", "mine")
    def mine():
        return cli("exec", "client", "sh", "-c", "nc -w 1 $(hostname -i) 53 </dev/null").text.strip() == "mine"
    eventually(mine, what="the container's own port 53")
    assert len(lookup(cli, "client", "client")) == 1


def test_nobody_else_reaches_it(cli):
    cli.ok("network", "create", "--subnet", "10.92.0.0/24", "web")
    cli.ok("run", "-d", "--name", "server", "--network", "web", "busybox", "sleep", "300")
    cli.ok("run", "-d", "--name", "client", "--network", "web", "busybox", "sleep", "300")
    listening = cli.ok("exec", "server", "sh", "-c", "netstat -lntu")
    ports = [line.split()[3] for line in listening.splitlines() if line.startswith(("tcp", "udp"))]
    assert ports and all(place.startswith("127.0.0.11:") for place in ports)
    assert cli("exec", "client", "nslookup", "-type=a", "server", "10.92.0.2").status != 0


def test_names_after_the_daemon_was_killed(new_engine, client_for):
    engine = new_engine()
    cli = client_for(engine)
    cli.ok("network", "create", "--subnet", "10.95.0.0/24", "kept")
    cli.ok("run", "-d", "--name", "server", "--network", "kept", "--network-alias", "www", "busybox", "sleep", "300")
    cli.ok("run", "-d", "--name", "client", "--network", "kept", "busybox", "sleep", "300")
    for end in (engine.kill, engine.stop):
        end()
        engine.start()
        assert lookup(cli, "client", "www") == ["10.95.0.2"] and lookup(cli, "client", "client") == ["10.95.0.3"]


def test_a_flood_in_one_container_does_not_keep_others_waiting(cli, api):
    cli.ok("network", "create", "web")
    cli.ok("run", "-d", "--name", "quiet", "--network", "web", "busybox", "sleep", "300")
    cli.ok("run", "-d", "--name", "loud", "--network", "web", "busybox", "sh", "-c",
           "while :; do head -c 60000 /dev/urandom | nc -u -w 1 127.0.0.11 53; done & while :; do nslookup loud >/dev/null; done")
    for _ in range(5):
        assert len(lookup(cli, "quiet", "loud")) == 1
        assert api.get("/_ping", version="", timeout=2).status == 200
