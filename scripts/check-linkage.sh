#!/usr/bin/env bash
# Looks at what the products in bin/ are linked with. The shim and the programs of images are fully static; the client
# and the daemon never load the full Foundation from the client's side, and release builds no Swift library at all.
# --sizes prints a table.
set -euo pipefail
cd "$(dirname "$0")/.."

problems=0
complain() { echo "check-linkage: $*" >&2; problems=$((problems + 1)); }
libraries() { ldd "$1" 2>/dev/null | awk '/=>/ { print $1 }' || true; }

is_static() {
    readelf -l "$1" | grep -q INTERP && return 1
    return 0
}

is_static bin/martlet-shim || complain "bin/martlet-shim is not static"

# The client: Foundation's large part must not come in by the back door.
for library in $(libraries bin/martlet); do
    case $library in
        libFoundation.so | lib_FoundationICU.so | libFoundationInternationalization.so | libFoundationNetworking.so)
            complain "bin/martlet is linked with $library" ;;
    esac
done

# Nor into the registry, which is held to half of its peer's memory.
for library in $(libraries bin/martlet-registry); do
    case $library in
        libFoundation.so | lib_FoundationICU.so | libFoundationInternationalization.so | libFoundationNetworking.so)
            complain "bin/martlet-registry is linked with $library" ;;
    esac
done

# A release build carries the Swift library inside.
if ! libraries bin/martletd | grep -q '^libswiftCore'; then
    for name in martlet martletd martlet-registry; do
        for library in $(libraries bin/$name); do
            case $library in
                libswift* | libFoundation* | lib_Foundation*) complain "bin/$name is linked with $library" ;;
            esac
        done
    done
fi

if [ "${1:-}" = --sizes ]; then
    printf '%-14s %10s  %s\n' product MB libraries
    for name in martlet martletd martlet-registry martlet-shim; do
        printf '%-14s %10.2f  %s\n' $name "$(awk "BEGIN { print $(stat -c %s bin/$name) / 1e6 }")" \
            "$(libraries bin/$name | tr '\n' ' ')"
    done
    printf '%-14s %10.2f\n' hello-world.tar "$(awk "BEGIN { print $(stat -c %s bin/images/hello-world.tar) / 1e6 }")"
fi
[ $problems = 0 ]
