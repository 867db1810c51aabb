"""A neighbour on the wire: a network namespace that is another host, joined to this one by a cable."""
import os
import subprocess

# Addresses for documentation (RFC 5737, RFC 3849).
HOST, NEIGHBOUR = "198.51.100.1", "198.51.100.2"
HOST6, NEIGHBOUR6 = "2001:db8:9::1", "2001:db8:9::2"

ASK = """import socket, sys, time
words = sys.argv[3].encode() if len(sys.argv) > 3 else b""
for _ in range(10):
    try:
        with socket.create_connection((sys.argv[1], int(sys.argv[2])), 1) as peer:
            peer.sendall(words)
            found = peer.recv(65536)
            try:  # a server that says no more need not hang up
                while found and (piece := peer.recv(65536)):
                    found += piece
            except TimeoutError:
                pass
            sys.stdout.write(found.decode(errors="replace"))
            break
    except OSError as problem:
        last = problem
        time.sleep(0.2)
"""


def ip(*words):
    subprocess.run(["ip", *words], check=True)


class Lan:
    def __init__(self):
        self.link, self.name = f"mtl{os.getpid() % 100000}", f"mtlan{os.getpid()}"
        ip("netns", "add", self.name)
        ip("link", "add", self.link, "type", "veth", "peer", "name", "eth0", "netns", self.name)
        inner = ("-n", self.name)
        for where, device, address, address6 in (((), self.link, HOST, HOST6), (inner, "eth0", NEIGHBOUR, NEIGHBOUR6)):
            ip(*where, "link", "set", device, "up")
            ip(*where, "addr", "add", address + "/24", "dev", device)
            ip(*where, "-6", "addr", "add", address6 + "/64", "dev", device, "nodad")

    def __call__(self, *words):
        """What a command prints that is run on the neighbour."""
        return subprocess.run(["ip", "netns", "exec", self.name, *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True).stdout

    def ask(self, address, port, words="", patience=12):
        """What a TCP server answers the neighbour to these words; empty when it does not within `patience` seconds."""
        return self("timeout", str(patience), "python3", "-c", ASK, address, str(port), words)

    def close(self):
        subprocess.run(["ip", "link", "delete", self.link])
        ip("netns", "delete", self.name)
