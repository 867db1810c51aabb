#!/usr/bin/env bash
# Unpacks Debian's docker.io, podman and buildah, and what they need, into .peers/, where the tests that copy images from one
# to the other find them. Nothing is installed: their daemons and configuration are nobody's business but the tests'.
set -euo pipefail
cd "$(dirname "$0")/.."
[ -x .peers/usr/sbin/dockerd ] && exit

packages=(
    docker.io containerd runc tini
    podman buildah conmon crun golang-github-containers-common golang-github-containers-image
    # What they are linked with
    libassuan0 libdevmapper1.02.1 libgpgme11 libostree-1-1 libslirp0 libsubid4 libyajl2
)
[ -n "$(apt-cache madison docker.io)" ] || apt-get -qq update
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && apt-get -qq download "${packages[@]}" 2>/dev/null)
rm -rf .peers.new .peers
for package in "$folder"/*.deb; do dpkg-deb -x "$package" .peers.new; done
mv .peers.new .peers
