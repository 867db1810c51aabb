"""--link: environment, names, and what happens to them when the other container changes."""
import re

from test_networks import SERVER, reach


def hosts(cli, container):
    return cli.ok("exec", container, "cat", "/etc/hosts").splitlines()


def ip(api, container):
    return api.inspect(container)["NetworkSettings"]["IPAddress"]


def test_environment(ours, api):
    """The table of Docker 1.6's userguide/dockerlinks, and `links/links.go`."""
    ours.ok("run", "-d", "--name", "db", "-e", "PASS=secret", "-e", "ODD=a=b", "-e", "HOME=/x", "--expose", "5432", "--expose", "53/udp",
            "--expose", "53/tcp", "--expose", "8000-8002", "busybox", "sleep", "100")
    address = ip(api, "db")
    found = dict(line.split("=", 1) for line in
                 ours.ok("run", "--rm", "--name", "web", "--link", "db:my-db", "busybox", "env").splitlines() if line.startswith("MY_DB"))
    expected = {"MY_DB_PORT": f"tcp://{address}:53", "MY_DB_NAME": "/web/my-db", "MY_DB_ENV_PASS": "secret"}
    for port, kind in ((53, "tcp"), (53, "udp"), (5432, "tcp"), (8000, "tcp"), (8001, "tcp"), (8002, "tcp")):
        base = f"MY_DB_PORT_{port}_{kind.upper()}"
        expected |= {base: f"{kind}://{address}:{port}", base + "_ADDR": address, base + "_PORT": str(port), base + "_PROTO": kind}
    base = "MY_DB_PORT_8000_TCP"
    expected |= {base + "_START": f"tcp://{address}:8000", base + "_END": f"tcp://{address}:8002",
                 base + "_PORT_START": "8000", base + "_PORT_END": "8002"}
    assert found == expected


def test_names(cli, api):
    target = cli.ok("run", "-d", "--name", "db", "busybox", *SERVER)
    cli.ok("run", "-d", "--name", "web", "--link", "db:database", "busybox", "sleep", "100")
    assert f"{ip(api, 'db')}\tdatabase {target[:12]} db" in hosts(cli, "web")
    assert reach(cli, "web", "database").text.strip() == "served"
    assert api.inspect("web")["HostConfig"]["Links"] == ["/db:/web/database"]
    assert api.inspect("web/database")["Id"] == target
    row = next(entry for entry in api.get("/containers/json").json if entry["Id"] == target)
    assert row["Names"] == ["/db", "/web/database"]


def test_the_target_moves(cli, api):
    cli.ok("run", "-d", "--name", "db", "busybox", *SERVER)
    cli.ok("run", "-d", "--name", "web", "--link", "db", "--link", "db:db2", "busybox", "sleep", "100")
    before = ip(api, "db")
    cli.ok("stop", "-t", "0", "db")
    cli.ok("run", "-d", "--name", "squatter", "busybox", "sleep", "100")
    cli.ok("start", "db")
    after = ip(api, "db")
    if before == after:  # the address was free again
        cli.ok("stop", "-t", "0", "db")
        cli.ok("run", "-d", "busybox", "sleep", "100")
        cli.ok("start", "db")
        after = ip(api, "db")
    assert reach(cli, "web", "db").text.strip() == "served"
    lines = [line for line in hosts(cli, "web") if re.search(r"\tdb2? ", line + " ")]
    assert len(lines) == 2 and all(line.startswith(after + "\t") for line in lines)


def test_apart_but_for_links(new_engine, client_for):
    engine = new_engine("--icc=false")
    cli = client_for(engine)
    cli.ok("run", "-d", "--name", "db", "--expose", "80", "busybox", *SERVER)
    cli.ok("run", "-d", "--name", "web", "--link", "db", "busybox", "sleep", "100")
    cli.ok("run", "-d", "--name", "stranger", "busybox", "sleep", "100")
    assert reach(cli, "web", "db").text.strip() == "served"
    assert reach(cli, "stranger", ip(engine.api, "db"), tries=1).status != 0
    cli.ok("exec", "-d", "db", "nc", "-l", "-p", "81", "-e", "echo", "other")
    assert reach(cli, "web", "db", port=81, tries=1).status != 0
    # A daemon that comes back knows what is open.
    engine.kill()
    engine.start()
    assert reach(cli, "web", "db").text.strip() == "served"
    cli.ok("rm", "--link", "web/db")
    assert reach(cli, "web", ip(engine.api, "db"), tries=1).status != 0
    assert not [line for line in hosts(cli, "web") if "\tdb" in line]
    assert engine.api.inspect("web")["HostConfig"]["Links"] is None
    cli.ok("inspect", "db")


def test_removal(cli, api):
    cli.ok("run", "-d", "--name", "db", "busybox", "sleep", "100")
    cli.ok("run", "-d", "--name", "web", "--link", "db", "busybox", "sleep", "100")
    own = cli("rm", "--link", "db")
    assert own.status == 1 and "cannot remove the default name of the container" in own.complaint
    missing = cli("rm", "--link", "web/other")
    assert missing.status == 1
    cli.ok("rm", "-f", "db")
    assert api.inspect("web")["HostConfig"]["Links"] is None
    cli.ok("restart", "-t", "0", "web")


def test_what_is_refused(cli, api):
    cli.ok("create", "--name", "stopped", "busybox", "true")
    failed = cli("run", "--name", "web", "--link", "stopped:db", "busybox", "true")
    assert failed.status == 125 and "Cannot link to a non running container: /stopped AS /web/db" in failed.complaint
    reply = api.post("/containers/create", {"Image": "busybox", "Cmd": ["true"], "HostConfig": {"Links": ["nobody:x"]}})
    assert reply.status == 400 and "could not get container for nobody" in reply.json["message"].lower()
    cli.ok("run", "-d", "--name", "onhost", "--net", "host", "busybox", "sleep", "100")
    reply = api.post("/containers/create", {"Image": "busybox", "Cmd": ["true"], "HostConfig": {"Links": ["onhost:x"]}})
    assert reply.status == 400 and "can't be used with links" in reply.json["message"]
    cli.ok("run", "-d", "--name", "other", "busybox", "sleep", "100")
    reply = api.post("/containers/create", {"Image": "busybox", "Cmd": ["true"], "HostConfig": {"Links": ["other:x", "stopped:x"]}})
    assert reply.status == 409


def test_restart_policies_follow_links(new_engine, client_for):
    engine = new_engine("--live-restore=false")
    cli = client_for(engine)
    cli.ok("run", "-d", "--restart", "always", "--name", "db", "busybox", "sleep", "1000")
    cli.ok("run", "-d", "--restart", "always", "--name", "web", "--link", "db", "busybox", "sleep", "1000")
    engine.stop()
    engine.start()
    from harness.waiting import eventually
    eventually(lambda: all(engine.api.inspect(name)["State"]["Running"] for name in ("db", "web")), what="both to run")
