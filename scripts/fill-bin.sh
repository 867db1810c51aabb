#!/usr/bin/env bash
# fill-bin.sh debug|release: puts the executables of that configuration into bin/, with the names they are also known by.
# The shim and the programs of images are always the release build: they are small, static, and what is measured.
set -euo pipefail
cd "$(dirname "$0")/.."

configuration=$1
mkdir -p bin/images

place() { # place FROM TO: a hard link, so that a debug executable of a hundred megabytes is not copied at each build
    ln -f "$1" "$2" 2>/dev/null || cp --remove-destination "$1" "$2"
}

stripped() { # stripped FROM TO, only when FROM is newer
    [ "$2" -nt "$1" ] || { strip -o "$2.new" "$1" && mv "$2.new" "$2"; }
}

for name in martlet martletd martlet-registry; do
    if [ "$configuration" = release ]; then
        rm -f "bin/$name"
        stripped ".build/release/$name" "bin/$name"
    else
        place ".build/debug/$name" "bin/$name"
    fi
done
stripped .build/release/martlet-shim bin/martlet-shim
ln -sfn martlet bin/docker
ln -sfn martletd bin/dockerd
ln -sfn martlet-registry bin/registry

if [ ! -e bin/images/hello-world.tar ] || [ .build/release/hello -nt bin/images/hello-world.tar ]; then
    strip -o bin/images/.hello .build/release/hello
    scripts/make-image.sh hello-world bin/images/.hello bin/images/hello-world.tar
    rm -f bin/images/.hello
fi
