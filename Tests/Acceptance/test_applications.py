"""Servers that people run, from Debian's packages: reached from another host, by links and by name, over both families."""
import json
import re

import pytest

from conftest import import_image
from harness.client import Client
from harness.engine import Engine, settled
from harness.lan import HOST, HOST6, NEIGHBOUR
from harness.waiting import eventually

GET = "GET / HTTP/1.0\r\n\r\n"
REDIS = ("redis-server", "--bind", "*", "-::*", "--protected-mode", "no", "--save", "")


@pytest.fixture(scope="module")
def debian_engine(debian_tar):
    engine = Engine("--ipv6", "--fixed-cidr-v6", "2001:db8:1::/64").start()
    try:
        import_image(engine, debian_tar, "debian")
        yield engine
    finally:
        engine.finish()


@pytest.fixture(params=["martlet", "docker28"])
def docker(request, debian_engine):
    client = Client(request.param, debian_engine)
    yield client
    client.close()
    debian_engine.remove_containers()
    debian_engine.remove_networks()
    settled(debian_engine)


def answers(docker, container, *command):
    """What a command in a container prints, once it succeeds: servers take their time."""
    found = []

    def attempt():
        result = docker("exec", container, *command)
        found.append(result.text.strip())
        return result.status == 0
    eventually(attempt, 15, what=f"{' '.join(command)} in {container}")
    return found[-1]


def test_nginx_from_another_host(docker, lan):
    docker.ok("run", "-d", "--name", "web", "-p", "18080:80", "debian", "nginx", "-g", "daemon off;")
    for address in (HOST, HOST6):
        assert "Welcome to nginx!" in lan.ask(address, 18080, GET), address
    # It sees who asks, and not the host.
    log = answers(docker, "web", "cat", "/var/log/nginx/access.log")
    assert re.search(rf"^{re.escape(NEIGHBOUR)} - - ", log, re.MULTILINE), log


def test_a_link_passes_the_connection_string(docker):
    docker.ok("run", "-d", "--name", "db", "--expose", "6379", "debian", *REDIS)
    docker.ok("run", "-d", "--name", "app", "--link", "db:redis", "debian", "sleep", "1000")
    # As applications of the time built it: of the variables, and of the name.
    answers(docker, "app", "sh", "-c", 'redis-cli -u "redis:${REDIS_PORT#tcp:}/0" set greeting hello')
    assert answers(docker, "app", "redis-cli", "-u", "redis://redis:6379/0", "get", "greeting") == "hello"
    by_parts = 'redis-cli -h "$REDIS_PORT_6379_TCP_ADDR" -p "$REDIS_PORT_6379_TCP_PORT" get greeting'
    assert answers(docker, "app", "sh", "-c", by_parts) == "hello"


def test_names_over_both_families(docker, debian_engine):
    docker.ok("network", "create", "--ipv6", "--subnet", "10.93.0.0/24", "--subnet", "fd00:93::/64", "apps")
    docker.ok("run", "-d", "--name", "db", "--network", "apps", "--network-alias", "store", "debian", *REDIS)
    docker.ok("run", "-d", "--name", "app", "--network", "apps", "debian", "sleep", "1000")
    settings = debian_engine.api.inspect("db")["NetworkSettings"]["Networks"]["apps"]
    found = answers(docker, "app", "sh", "-c", "getent ahosts store | awk '{ print $1 }' | sort -u").split()
    assert sorted(found) == sorted([settings["IPAddress"], settings["GlobalIPv6Address"]])
    answers(docker, "app", "redis-cli", "-h", "store", "set", "greeting", "hello")
    for address in (settings["IPAddress"], settings["GlobalIPv6Address"]):
        assert answers(docker, "app", "redis-cli", "-h", address, "get", "greeting") == "hello"
    # A server in front of it: nginx refuses a configuration whose names it can't find.
    page = "server { listen 8080; location / { proxy_pass http://store:6379; } }"
    docker.ok("run", "-d", "--name", "front", "--network", "apps", "debian", "sh", "-c",
              f"echo '{page}' > /etc/nginx/sites-enabled/front; exec nginx -g 'daemon off;'")
    assert answers(docker, "front", "nginx", "-t") == ""


def test_restart_of_a_server_behind_a_link(docker, debian_engine):
    docker.ok("run", "-d", "--name", "db", "--expose", "6379", "debian", *REDIS)
    docker.ok("run", "-d", "--name", "app", "--link", "db", "debian", "sleep", "1000")
    assert answers(docker, "app", "redis-cli", "-h", "db", "ping") == "PONG"
    docker.ok("restart", "-t", "2", "db")
    assert answers(docker, "app", "redis-cli", "-h", "db", "ping") == "PONG"
    assert json.loads(docker.ok("inspect", "app"))[0]["State"]["Running"]
