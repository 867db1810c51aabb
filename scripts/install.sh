#!/usr/bin/env bash
# install.sh install|uninstall, with PREFIX and DESTDIR from the environment: what bin/ holds, the completions the client
# writes, and the systemd unit. Uninstall removes exactly that and leaves the engine's data alone.
set -euo pipefail
cd "$(dirname "$0")/.."

prefix=${PREFIX:-/usr/local}
stage=${DESTDIR:-}
programs=$stage$prefix/bin
images=$stage$prefix/share/martlet/images
units=$stage${SYSTEMD_UNITS:-$prefix/lib/systemd/system}
links=(docker:martlet dockerd:martletd registry:martlet-registry)

owned() { # owned LINK TARGET: the link is there and ours
    [ -L "$1" ] && [ "$(readlink "$1")" = "$2" ]
}

install_all() {
    local name link target
    for name in martlet martletd martlet-registry martlet-shim images/hello-world.tar; do
        [ -e "bin/$name" ] || { echo "install: bin/$name is missing; run make release first" >&2; exit 1; }
    done
    install -d "$programs" "$images" "$units"
    for name in martlet martletd martlet-registry martlet-shim; do
        install -m 0755 "bin/$name" "$programs/.$name.new"
        mv "$programs/.$name.new" "$programs/$name"
    done
    for link in "${links[@]}"; do
        target=${link#*:} link=$programs/${link%%:*}
        if [ -e "$link" ] && ! owned "$link" "$target"; then
            echo "install: $link belongs to something else; left alone" >&2
        else
            ln -sfn "$target" "$link"
        fi
    done
    install -m 0644 bin/images/*.tar "$images/"
    sed "s,@PREFIX@,$prefix,g" packaging/martlet.service >"$units/martlet.service"
    chmod 0644 "$units/martlet.service"
}

uninstall_all() {
    local name link target
    for link in "${links[@]}"; do
        target=${link#*:} link=$programs/${link%%:*}
        owned "$link" "$target" && rm -f "$link"
    done
    for name in martlet martletd martlet-registry martlet-shim; do rm -f "$programs/$name"; done
    rm -f "$units/martlet.service" "$images/hello-world.tar"
    rmdir "$images" "$stage$prefix/share/martlet" 2>/dev/null || true
}

case ${1:-} in
    install) install_all ;;
    uninstall) uninstall_all ;;
    *) echo "usage: PREFIX=/usr/local DESTDIR= $0 install|uninstall" >&2; exit 2 ;;
esac
