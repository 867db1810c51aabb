#!/usr/bin/env python3
"""Checks the walls of the house (see ARCHITECTURE.md): what Package.swift declares and what the sources import.

Every rule is a function from a House to sentences about what is wrong; an empty list is a pass. Tests/Scripts tests them."""
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass, field

# From the ground up. A target may depend on its own plane and on those before it.
PLANES = ["System", "Base", "Linux", "Wire", "Image", "Runtime", "Network", "Registry", "Engine", "Remote", "Apps",
          "Executables"]
PORTABLE_PLANES = {"Base", "Wire", "Registry", "Remote", "Apps"}
# In planes that are not portable as a whole.
PORTABLE_TARGETS = {"martlet", "martlet-registry", "hello", "ImageBuilder"}
# The one room of the Remote plane that knows both sides: it joins the engine to the listeners.
JOINS_BOTH_SIDES = {"Daemon"}
KERNEL = {"CLinux", "LinuxSystem", "Cgroups", "Netlink"}
HTTP_SERVERS = {"HTTPServer", "RemoteAPI", "Hummingbird", "HummingbirdCore", "NIOHTTP1", "NIOHTTP2", "NIOWebSocket"}
# What an HTTP client's answers are made of: registries are asked over it.
HTTP_CLIENT_TYPES = {"NIOHTTP1"}
SHIM, SHIM_PLANES = "martlet-shim", {"Base", "Linux", "Runtime"}
BARE_PLANES = {"Base", "Linux", "Wire", "Image", "Runtime"}
# Libraries whose interface is made of Foundation's types; who uses them may import FoundationEssentials, nothing more.
FORCES_FOUNDATION = {"GRDB"}
FOUNDATIONS = {"Foundation", "FoundationEssentials", "FoundationInternationalization", "FoundationNetworking",
               "FoundationXML"}
C_LIBRARIES = {"Glibc", "Musl", "Darwin", "WinSDK", "Android"}
C_LIBRARY_PLANES, C_LIBRARY_TARGETS = {"Linux"}, {"HostSystem"}
# The standard library has no wall clock: one file per reason, and each reason in docs/workarounds.md.
C_LIBRARY_FILES = {"Sources/Base/Primitives/Timestamp+Clock.swift"}
STANDARD = {"Swift", "Synchronization", "_Concurrency", "RegexBuilder", "Dispatch", "os"} | FOUNDATIONS | C_LIBRARIES
SIBLINGS_APART = {"Engine": "Engine"}  # in plane X only target Y may know the others
LONGEST_FILE = 700

IMPORT = re.compile(
    r"^\s*(?:#if\s.*|@\w+(?:\([^)]*\))?\s+)*(?:(?:public|package|internal|fileprivate|private)\s+)?"
    r"(?:@\w+(?:\([^)]*\))?\s+)*import\s+"
    r"(?:(?:typealias|struct|class|enum|protocol|actor|let|var|func)\s+)?([A-Za-z_]\w*)")
# Written apart, so that this file does not find itself.
UNFINISHED = re.compile(r"\b(?:TO" r"DO|FIX" r"ME|X" r"XX)\b")
THIS_MACHINE = re.compile(r"(?:^|[^A-Za-z0-9_.])/(?:wo" r"rk|fa" r"rm)/")
REGISTRY_HOSTS = re.compile(r"\b(?:deb\.deb" r"ian\.org|pypi\.o" r"rg|files\.pythonh" r"osted\.org|npmjs\.o" r"rg)\b")
TEXT_SUFFIXES = (".swift", ".c", ".h", ".py", ".sh", ".md", ".service", ".modulemap", ".txt", ".json", ".yml")


@dataclass
class Target:
    name: str
    path: str
    dependencies: set = field(default_factory=set)  # targets of this package
    products: set = field(default_factory=set)  # products of other packages
    is_test: bool = False
    imports: list = field(default_factory=list)  # (module, "file:line")

    @property
    def plane(self):
        parts = self.path.split("/")
        return parts[1] if parts[0] == "Sources" and len(parts) > 1 else ""


class House:
    def __init__(self, targets):
        self.targets = {target.name: target for target in targets}

    @property
    def shipped(self):
        return [target for target in self.targets.values() if not target.is_test]

    def reach(self, name):
        """Everything that `name` depends on, directly or not: targets and products."""
        seen, todo = set(), [name]
        while todo:
            target = self.targets.get(todo.pop())
            if target:
                new = (target.dependencies | target.products) - seen
                seen |= new
                todo.extend(new)
        return seen


def is_portable(target):
    if target.name in JOINS_BOTH_SIDES:
        return False
    return target.plane in PORTABLE_PLANES or target.name in PORTABLE_TARGETS


def wall_1_portable_stays_portable(house):
    for target in house.shipped:
        if is_portable(target):
            for found in sorted(house.reach(target.name) & KERNEL):
                yield f"{target.name} is portable and reaches {found}"


def wall_2_engine_knows_no_http_server(house):
    if "Engine" not in house.targets:
        return
    for name in sorted({"Engine"} | house.reach("Engine")):
        target = house.targets.get(name)
        if not target:
            continue
        servers = HTTP_SERVERS - (HTTP_CLIENT_TYPES if target.plane == "Registry" else set())
        for found in sorted((target.dependencies | target.products) & servers):
            yield f"{name} is the engine or under it and depends on {found}"
        for module, where in target.imports:
            if module in servers:
                yield f"{where}: {name} is the engine or under it and imports {module}"


def wall_3_shim_is_small(house):
    for name in sorted(house.reach(SHIM)):
        target = house.targets.get(name)
        if target is None or target.plane not in SHIM_PLANES:
            yield f"{SHIM} reaches {name}, which is not in {', '.join(sorted(SHIM_PLANES))}"


def wall_4_foundation_and_libc(house):
    for target in house.shipped:
        forced = bool(target.products & FORCES_FOUNDATION)
        for module, where in target.imports:
            if module in FOUNDATIONS - {"FoundationEssentials"}:
                yield f"{where}: imports {module}; shipped code has FoundationEssentials at most"
            elif module == "FoundationEssentials" and target.plane in BARE_PLANES and not forced:
                yield f"{where}: imports {module}; {target.plane} does without"
            elif module in C_LIBRARIES and not (
                    target.plane in C_LIBRARY_PLANES or target.name in C_LIBRARY_TARGETS
                    or where.split(":")[0] in C_LIBRARY_FILES):
                yield f"{where}: imports {module}; only the Linux plane and HostSystem may"


def arrows_point_down(house):
    for target in house.shipped:
        if target.plane not in PLANES:
            yield f"{target.name}: {target.path} is in no known plane"
            continue
        for name in sorted(target.dependencies):
            other = house.targets.get(name)
            if other and other.plane in PLANES and PLANES.index(other.plane) > PLANES.index(target.plane):
                yield f"{target.name} ({target.plane}) depends upwards on {name} ({other.plane})"


def siblings_do_not_know_each_other(house):
    for target in house.shipped:
        owner = SIBLINGS_APART.get(target.plane)
        if owner and target.name != owner:
            for name in sorted(target.dependencies):
                other = house.targets.get(name)
                if other and other.plane == target.plane:
                    yield f"{target.name} depends on its sibling {name}; only {owner} may know both"


def imports_are_declared(house):
    for target in house.targets.values():
        known = target.dependencies | target.products | STANDARD | {target.name}
        if target.is_test:
            known |= {"Testing", "XCTest"}
        for module, where in target.imports:
            if module in house.targets and module not in known:
                yield f"{where}: {target.name} imports {module} and does not declare it in Package.swift"


RULES = [wall_1_portable_stays_portable, wall_2_engine_knows_no_http_server, wall_3_shim_is_small,
         wall_4_foundation_and_libc, arrows_point_down, siblings_do_not_know_each_other, imports_are_declared]


def imports_of(text):
    """(module, line) of every import in Swift source; comments are not imports."""
    inside = False
    for number, line in enumerate(text.splitlines(), 1):
        if inside:
            inside = "*/" not in line
            continue
        if line.lstrip().startswith("/*"):
            inside = "*/" not in line
            continue
        found = IMPORT.match(line)
        if found:
            yield found.group(1), number


def words_of(path, text):
    """What may stand in no file of the project."""
    for number, line in enumerate(text.splitlines(), 1):
        for pattern, what in ((UNFINISHED, "unfinished work"), (THIS_MACHINE, "a path of one machine"),
                              (REGISTRY_HOSTS, "a package registry's host")):
            if pattern.search(line):
                yield f"{path}:{number}: {what}: {line.strip()[:100]}"


def read_house(root):
    package = json.loads(subprocess.run(["swift", "package", "dump-package"], cwd=root, check=True,
                                        stdout=subprocess.PIPE).stdout)
    targets = []
    for entry in package["targets"]:
        target = Target(entry["name"], entry.get("path") or f"Sources/{entry['name']}", is_test=entry["type"] == "test")
        for dependency in entry["dependencies"]:
            if "product" in dependency:
                target.products.add(dependency["product"][0])
            else:
                target.dependencies.add((dependency.get("byName") or dependency.get("target"))[0])
        for path in files_below(root, target.path, (".swift",)):
            with open(os.path.join(root, path), encoding="utf-8") as file:
                target.imports += [(module, f"{path}:{line}") for module, line in imports_of(file.read())]
        targets.append(target)
    return House(targets)


def files_below(root, folder, suffixes):
    for directory, folders, names in os.walk(os.path.join(root, folder)):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in sorted(names):
            if name.endswith(suffixes):
                yield os.path.relpath(os.path.join(directory, name), root)


def project_files(root):
    """Paths that git knows or would know, so that what is built or ignored is not read."""
    listed = subprocess.run(["git", "ls-files", "--cached", "--others", "--exclude-standard"], cwd=root,
                            stdout=subprocess.PIPE, text=True)
    names = listed.stdout.splitlines() if listed.returncode == 0 else files_below(root, ".", TEXT_SUFFIXES)
    return [name for name in names if name.endswith(TEXT_SUFFIXES) or os.path.basename(name) in ("Makefile", "run")]


def main(root):
    problems = []
    house = read_house(root)
    for rule in RULES:
        problems += list(rule(house))
    for path in project_files(root):
        try:
            with open(os.path.join(root, path), encoding="utf-8") as file:
                text = file.read()
        except (FileNotFoundError, UnicodeDecodeError):
            continue
        problems += list(words_of(path, text))
        if path.startswith("Sources/") and text.count("\n") > LONGEST_FILE:
            problems.append(f"{path}: {text.count(chr(10))} lines; past {LONGEST_FILE} a file is split")
    for problem in problems:
        print(f"check-walls: {problem}")
    print(f"check-walls: {len(house.shipped)} targets, {len(RULES)} rules, {len(problems)} problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
