"""What an engine can leave on a host, counted."""
import json
import os
import re
import subprocess


def mounts_below(folder):
    found = []
    with open("/proc/self/mountinfo") as file:
        for line in file:
            path = line.split()[4].encode().decode("unicode_escape")
            if path == folder or path.startswith(folder + "/"):
                found.append(path)
    return found


def cgroups_named(name):
    """Folders below a cgroup parent of that name, in any hierarchy; the parent itself does not count."""
    found = []
    for top in hierarchies():
        parent = os.path.join(top, name.lstrip("/"))
        for directory, folders, _ in os.walk(parent):
            found += [os.path.join(directory, folder) for folder in folders]
    return found


def remove_cgroup_parent(name):
    for top in hierarchies():
        try:
            os.rmdir(os.path.join(top, name.lstrip("/")))
        except OSError:
            pass


def hierarchies():
    with open("/proc/self/mountinfo") as file:
        for line in file:
            fields, _, rest = line.partition(" - ")
            if rest.split()[0] in ("cgroup", "cgroup2"):
                yield fields.split()[4]


def cgroup_file(parent, container, controller, name):
    """The text of a control file of a container, in v1 or v2."""
    for top in hierarchies():
        path = os.path.join(top, parent.lstrip("/"), container, name)
        if os.path.exists(path) and (controller in os.path.basename(top).split(",") or os.path.basename(top) == "cgroup"):
            with open(path) as file:
                return file.read().strip()
    raise AssertionError(f"no {name} of {container} in any {controller} hierarchy")


def links(namespace=None):
    """Names of links, of this host or of a network namespace that stands for another."""
    if namespace is None:
        return set(os.listdir("/sys/class/net"))
    return {link["ifname"] for link in ip_json(namespace, "link")}


def ip_json(namespace, *words):
    done = subprocess.run(["ip", "-n", namespace, "-json", *words], stdout=subprocess.PIPE, text=True, check=True)
    return [entry for entry in json.loads(done.stdout or "[]") if entry]


def bridge_ports(bridge, namespace=None):
    if namespace is not None:
        return {link["ifname"] for link in ip_json(namespace, "link") if link.get("master") == bridge}
    try:
        return set(os.listdir(f"/sys/class/net/{bridge}/brif"))
    except OSError:
        return set()


def nft_tables(namespace=None):
    place = ["ip", "netns", "exec", namespace] if namespace else []
    done = subprocess.run([*place, "nft", "list", "tables"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.splitlines())


def nft_ruleset():
    return subprocess.run(["nft", "list", "ruleset"], stdout=subprocess.PIPE, text=True, check=True).stdout


def processes_with(text):
    """{pid: command line} of the processes whose command line or cgroup has `text` in it."""
    found = {}
    for name in os.listdir("/proc"):
        if not name.isdigit() or int(name) == os.getpid():
            continue
        try:
            with open(f"/proc/{name}/cmdline", "rb") as file:
                words = file.read().replace(b"\0", b" ").decode(errors="replace")
            with open(f"/proc/{name}/cgroup") as file:
                groups = file.read()
        except OSError:
            continue
        if text in words or re.search(re.escape(text) + r"(/|$)", groups, re.M):
            found[int(name)] = words.strip()
    return found


def own_memory(pid):
    """KiB of a process that nobody shares."""
    with open(f"/proc/{pid}/smaps_rollup") as file:
        return sum(int(line.split()[1]) for line in file if line.startswith("Private_Dirty:"))


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def private_kib(pid):
    total = 0
    with open(f"/proc/{pid}/smaps_rollup") as file:
        for line in file:
            if line.startswith("Private_"):
                total += int(line.split()[1])
    return total
