#!/usr/bin/env bash
# test.sh [unit] [acceptance]: runs those tests and closes with `N passed, N failed` over all of them.
# FILTER narrows the unit tests, K the acceptance tests. With REQUIRE_ALL=1 a skipped test counts as failed.
set -uo pipefail
cd "$(dirname "$0")/.."

results=.build/test-results
rm -rf "$results"
mkdir -p "$results"
status=0
files=()

unit() {
    local options=(--disable-xctest --xunit-output "$PWD/$results/unit.xml")
    [ -z "${FILTER:-}" ] || options+=(--filter "$FILTER")
    files+=("$results/unit.xml" "$results/scripts.xml")
    swift test "${options[@]}" || status=1
    .venv/bin/python -B -m pytest -q -p no:cacheprovider --junitxml "$results/scripts.xml" Tests/Scripts || status=1
}

acceptance() {
    if [ "$(id -u)" != 0 ]; then
        echo "test: the acceptance tests need root" >&2
        status=1
        return
    fi
    .venv/bin/python -B scripts/acceptance.py "$results/acceptance" || status=1
    files+=("$results"/acceptance/*.xml)
}

for stage in "${@:-unit}"; do "$stage"; done
.venv/bin/python scripts/count-tests.py "${files[@]}" || status=1
exit $status
