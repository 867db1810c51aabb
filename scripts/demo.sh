#!/usr/bin/env bash
# From an empty folder to running containers, with an engine of its own beside whatever else runs on this machine:
# its own data folder, socket, bridge and cgroup. Everything is removed again, and the end checks that it was.
# Needs root (or sudo) and what `make release` or `make build` put into bin/.
set -euo pipefail
cd "$(dirname "$0")/.."

[ "$(id -u)" = 0 ] || exec sudo --preserve-env=DEMO_KEEP "$0" "$@"

bin=$PWD/bin
work=$(mktemp -d "${TMPDIR:-/tmp}/martlet-demo.XXXXXX")
bridge=mtd$$
daemon=
export DOCKER_HOST=unix://$work/engine.sock DOCKER_CONFIG=$work/client

say() { printf '\n\033[1m%s\033[0m\n' "$*"; }
try() { printf '$ docker %s\n' "$*"; "$bin/docker" "$@"; }
fail() { echo "demo: $*" >&2; exit 1; }

stop_engine() {
    [ -n "$daemon" ] || return 0
    local containers
    containers=$("$bin/docker" ps -aq 2>/dev/null || true)
    [ -z "$containers" ] || "$bin/docker" rm -f $containers >/dev/null 2>&1 || true
    kill -TERM "$daemon" 2>/dev/null || true
    wait "$daemon" 2>/dev/null || true
    daemon=
}

clean_up() {
    local status=$?
    trap - EXIT INT TERM
    if [ $status != 0 ] && [ -e "$work/engine.log" ]; then
        echo "demo: failed; the engine's last words:" >&2
        tail -n 30 "$work/engine.log" >&2
    fi
    stop_engine
    if [ $status != 0 ]; then
        # After a failure: what the engine could not take away itself.
        awk -v w="$work/" 'index($5, w) == 1 { print $5 }' /proc/self/mountinfo | sort -r | while read -r path; do
            umount -l "$path" 2>/dev/null || true
        done
    fi
    remove_network
    rm -rf --one-file-system "$work"
    exit $status
}

# The bridge and its rules outlive an engine, as docker0 always has; these are the demo's own.
remove_network() {
    ip link delete "$bridge" 2>/dev/null || true
    nft list tables 2>/dev/null | { grep -F "$bridge" || true; } | while read -r _ family table; do
        nft delete table "$family" "$table" || true
    done
}

start_engine() {
    "$bin/martletd" --graph "$work/data" --exec-root "$work/run" -H "unix://$work/engine.sock" -p "$work/engine.pid" \
        --bridge-name "$bridge" --bip 10.213.87.1/24 --cgroup-parent "/martlet-demo-$$" \
        >"$work/engine.log" 2>&1 </dev/null &
    daemon=$!
    local tries
    for tries in $(seq 200); do
        kill -0 "$daemon" 2>/dev/null || fail "the engine did not start"
        [ "$(curl -s --unix-socket "$work/engine.sock" http://localhost/_ping 2>/dev/null)" = OK ] && return 0
        sleep 0.05
    done
    fail "the engine did not answer within 10 seconds"
}

expect() { # expect WHAT FOUND WANTED
    [ "$2" = "$3" ] || fail "$1: found '$2', wanted '$3'"
}

left_behind() {
    awk -v w="$work/" 'index($5, w) == 1 { print "mount " $5 }' /proc/self/mountinfo
    [ ! -e "/sys/class/net/$bridge" ] || echo "bridge $bridge"
    nft list tables | grep -F "$bridge" || true
    find /sys/fs/cgroup -maxdepth 3 -type d -path "*/martlet-demo-$$/*" 2>/dev/null | sed 's/^/cgroup /'
    local process
    for process in /proc/[0-9]*; do
        tr '\0' ' ' <"$process/cmdline" 2>/dev/null | grep -qF "$work/" && echo "process ${process#/proc/}"
    done
    true
}

for program in martletd docker martlet-shim images/hello-world.tar; do
    [ -e "$bin/$program" ] || fail "bin/$program is missing; run make release first"
done
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

say "An engine of its own, on $DOCKER_HOST"
start_engine
try version

say "hello-world, which comes with the engine"
printf '$ docker run --rm hello-world\n'
hello=$("$bin/docker" run --rm hello-world)
echo "$hello"
grep -q 'Hello from Martlet!' <<<"$hello" || fail "hello-world said something else"

say "busybox, from Debian's package"
scripts/make-busybox.sh "$work/busybox.tar.gz"
printf '$ docker import - busybox <busybox.tar.gz\n'
"$bin/docker" import - busybox <"$work/busybox.tar.gz"
try images

say "Containers"
printf '$ docker run --rm busybox echo hello\n'
said=$("$bin/docker" run --rm busybox echo hello)
echo "$said"
expect "echo" "$said" hello
printf '$ docker run -d --name web -p 127.0.0.1::80 -m 64m --read-only -v SITE:/www:ro busybox httpd -f -h /www\n'
mkdir "$work/site"
echo "served from a container" >"$work/site/index.html"
"$bin/docker" run -d --name web -p 127.0.0.1::80 -m 64m --read-only -v "$work/site:/www:ro" \
    busybox httpd -f -h /www
try ps
address=$("$bin/docker" port web 80)
for tries in $(seq 50); do
    page=$(curl -s "http://$address/" || true)
    [ -n "$page" ] && break
    sleep 0.05
done
printf '$ curl http://%s/\n%s\n' "$address" "$page"
expect "the page" "$page" "served from a container"
try exec web cat /www/index.html
try stop -t 1 web
try rm web

say "An image of one's own"
printf '$ docker build -t greeting -\n'
printf 'FROM busybox\nRUN echo built >/greeting\nCMD cat /greeting\n' | "$bin/docker" build -t greeting -
said=$("$bin/docker" run --rm greeting)
echo "$said"
expect "the greeting" "$said" built

say "The end: nothing may be left"
stop_engine
remove_network
rest=$(left_behind)
[ -z "$rest" ] || fail "left behind: $rest"
echo "no mount, no bridge, no firewall table, no cgroup, no process"
