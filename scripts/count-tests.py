#!/usr/bin/env python3
"""Adds up JUnit result files and prints `N passed, N failed`. Exit status 1 when a test failed, when none ran, or, with
REQUIRE_ALL=1, when one was skipped: a skip is not a pass. A file that is missing or empty is a runner that ended before its
time, and counts as one failure."""
import os
import sys
import xml.etree.ElementTree as ET


def count(path):
    """(passed, failed, skipped) of one file; its cases are looked at one by one, since runners fill in the totals
    differently."""
    passed = failed = skipped = 0
    if not os.path.exists(path) or not os.path.getsize(path):
        print(f"{path}: no results", file=sys.stderr)
        return 0, 1, 0
    for case in ET.parse(path).getroot().iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
        elif case.find("skipped") is not None:
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main(paths):
    passed, failed, skipped = (sum(column) for column in zip(*map(count, paths))) if paths else (0, 0, 0)
    print(f"{passed} passed, {failed} failed" + (f", {skipped} skipped" if skipped else ""))
    if skipped and os.environ.get("REQUIRE_ALL") == "1":
        print("REQUIRE_ALL=1: a skipped test counts as a failure", file=sys.stderr)
        return 1
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
