"""The rules of scripts/check-walls.py on small houses, each with one thing wrong."""
import importlib.util
import pathlib
import sys

import pytest

PATH = pathlib.Path(__file__).resolve().parents[2] / "scripts" / "check-walls.py"
spec = importlib.util.spec_from_file_location("check_walls", PATH)
walls = importlib.util.module_from_spec(spec)
sys.modules["check_walls"] = walls
spec.loader.exec_module(walls)


def house(**changes):
    """A sound house in small; `changes` maps a target to what is to be added to it."""
    table = {
        "Primitives": ("Base", []), "HostSystem": ("Base", ["Primitives"]), "LinuxSystem": ("Linux", []),
        "CISAL": ("System", []), "APIModel": ("Wire", ["Primitives"]), "LayerFS": ("Image", ["LinuxSystem", "CISAL"]),
        "OCIRuntime": ("Runtime", ["Primitives", "LinuxSystem"]), "Volumes": ("Engine", ["LinuxSystem"]),
        "ContainerLogs": ("Engine", ["LinuxSystem"]),
        "Engine": ("Engine", ["APIModel", "LayerFS", "OCIRuntime", "Volumes", "ContainerLogs"]),
        "HTTPServer": ("Remote", ["Primitives"]), "RemoteAPI": ("Remote", ["APIModel", "HTTPServer"]),
        "Daemon": ("Remote", []), "DockerCLI": ("Apps", ["APIModel", "HostSystem"]), "martlet": ("Executables", ["DockerCLI"]),
        "martletd": ("Executables", ["Engine", "RemoteAPI"]), "martlet-shim": ("Executables", ["OCIRuntime"]),
    }
    targets = [walls.Target(name, f"Sources/{plane}/{name}", set(deps)) for name, (plane, deps) in table.items()]
    result = walls.House(targets)
    for name, change in changes.items():
        target = result.targets[name.replace("_", "-")]
        target.dependencies |= set(change.get("deps", ()))
        target.products |= set(change.get("products", ()))
        target.imports += [(module, f"{name}.swift:1") for module in change.get("imports", ())]
    return result


def problems(of):
    return [problem for rule in walls.RULES for problem in rule(of)]


def test_a_sound_house_has_no_problem():
    assert problems(house()) == []


@pytest.mark.parametrize("changes, words", [
    ({"DockerCLI": {"deps": ["LinuxSystem"]}}, "martlet is portable and reaches LinuxSystem"),
    ({"APIModel": {"deps": ["LinuxSystem"]}}, "DockerCLI is portable and reaches LinuxSystem"),
    ({"Engine": {"products": ["NIOHTTP1"]}}, "Engine is the engine or under it and depends on NIOHTTP1"),
    ({"Engine": {"products": ["NIOHTTP2"]}}, "Engine is the engine or under it and depends on NIOHTTP2"),
    ({"Volumes": {"imports": ["HummingbirdCore"]}}, "Volumes is the engine or under it and imports HummingbirdCore"),
    ({"martlet_shim": {"deps": ["APIModel"]}}, "martlet-shim reaches APIModel"),
    ({"OCIRuntime": {"deps": ["CISAL"]}}, "martlet-shim reaches CISAL"),
    ({"OCIRuntime": {"products": ["Logging"]}}, "martlet-shim reaches Logging"),
    ({"Engine": {"imports": ["Foundation"]}}, "imports Foundation; shipped code"),
    ({"APIModel": {"imports": ["FoundationEssentials"]}}, "imports FoundationEssentials; Wire does without"),
    ({"LayerFS": {"imports": ["Glibc"]}}, "imports Glibc; only the Linux plane"),
    ({"LinuxSystem": {"deps": ["APIModel"]}}, "LinuxSystem (Linux) depends upwards on APIModel (Wire)"),
    ({"Volumes": {"deps": ["ContainerLogs"]}}, "Volumes depends on its sibling ContainerLogs"),
    ({"DockerCLI": {"imports": ["Primitives"]}}, "DockerCLI imports Primitives and does not declare it"),
])
def test_each_rule_finds_what_it_is_for(changes, words):
    assert any(words in problem for problem in problems(house(**changes)))


@pytest.mark.parametrize("changes", [
    {"Engine": {"imports": ["FoundationEssentials"]}},
    {"LinuxSystem": {"imports": ["Glibc"]}},
    {"HostSystem": {"imports": ["Glibc"]}},
    {"LayerFS": {"products": ["GRDB"], "imports": ["FoundationEssentials"]}},
    {"RemoteAPI": {"products": ["NIOHTTP1"]}},
    {"Daemon": {"deps": ["Engine", "RemoteAPI", "LinuxSystem"]}},
])
def test_what_is_allowed_is_not_reported(changes):
    assert problems(house(**changes)) == []


@pytest.mark.parametrize("line, module", [
    ("import Glibc", "Glibc"), ("public import APIModel", "APIModel"), ("@testable import Engine", "Engine"),
    ("internal import struct Foundation.Data", "Foundation"), ("  @_spi(X) public import Y", "Y"),
    ("@preconcurrency internal import NIOCore", "NIOCore"),
])
def test_imports_are_read_in_every_form(line, module):
    assert list(walls.imports_of("let a = 1\n" + line)) == [(module, 2)]


def test_comments_are_not_imports():
    assert list(walls.imports_of("// import Foundation\n/* \nimport Foundation\n*/\n/// import X")) == []


@pytest.mark.parametrize("line", ["// TO" "DO: later", "let x = 1 // FIX" "ME", 'path = "/wo' 'rk/main"', "from pypi.o" "rg"])
def test_words_that_may_stand_nowhere(line):
    assert list(walls.words_of("a.swift", line))


@pytest.mark.parametrize("line", ["let todos = 1", 'path = "/var/work/x"', "a network/farm/y"])
def test_words_that_only_look_alike(line):
    assert not list(walls.words_of("a.swift", line))
