#!/usr/bin/env python3
"""Writes docs/cli.md from the client's own help, and checks that every relative link in the documents leads somewhere."""
import os
import re
import subprocess
import sys

TOP = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]+)(?:#[^)]*)?\)")


def help_of(*words):
    done = subprocess.run([os.path.join(TOP, "bin", "docker"), *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          stdin=subprocess.DEVNULL, env={"HOME": "/root", "PATH": os.environ["PATH"]}, timeout=20)
    return done.stdout.decode().strip("\n")


def commands(text):
    """The names in the list that follows `Commands:` in the general help."""
    _, _, listing = text.partition("Commands:")
    return [match.group(1) for match in re.finditer(r"^ {2,4}([a-z][a-z-]*) {2,}\S", listing, re.M)]


def command_page():
    general = help_of("--help")
    names = commands(general)
    if not names:
        sys.exit("make-docs: the client's help lists no commands")
    parts = ["# The client's commands", "Written by `make docs` from the client's own help.", f"```\n{general}\n```"]
    for name in names:
        parts += [f"## {name}", f"```\n{help_of(name, '--help')}\n```"]
    return "\n\n".join(parts) + "\n"


def broken_links():
    for folder, folders, names in os.walk(TOP):
        folders[:] = [name for name in folders if not name.startswith(".") and name != "bin"]
        for name in names:
            if not name.endswith(".md"):
                continue
            path = os.path.join(folder, name)
            with open(path, encoding="utf-8") as file:
                for target in LINK.findall(file.read()):
                    if "://" not in target and not os.path.exists(os.path.join(folder, target)):
                        yield f"{os.path.relpath(path, TOP)}: {target}"


def main():
    if sys.argv[1:] != ["--links"]:
        with open(os.path.join(TOP, "docs", "cli.md"), "w", encoding="utf-8") as file:
            file.write(command_page())
    problems = list(broken_links())
    for problem in problems:
        print(f"make-docs: leads nowhere: {problem}")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
