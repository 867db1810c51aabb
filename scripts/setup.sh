#!/usr/bin/env bash
# Installs what building and testing need and this machine lacks: Debian packages, and Python packages into .venv.
# Safe to run any number of times; silent and fast when nothing is missing. Uses sudo when not root.
set -euo pipefail
cd "$(dirname "$0")/.."

build_packages=(
    # What Swift's toolchain and the package manager use
    binutils git make pkg-config libc6-dev libstdc++-12-dev zlib1g-dev
    # System libraries that the package links
    libisal-dev libzstd-dev liblzma-dev libbz2-dev libseccomp-dev libnftables-dev libsqlite3-dev
    libyaml-dev libcrypt-dev
)
test_packages=(
    # The root file system of the test image, and what the tests look at the host with
    busybox-static python3-venv nftables iproute2 procps curl jq gcc openssl
    # The cluster store of networks that several engines share
    etcd-server
    # Compressors: import is tested with each of them
    gzip bzip2 xz-utils zstd tar
    # The image with servers that people run
    debootstrap
    # Registries to pull from, push to and be measured against, and another client of theirs
    docker-registry skopeo apache2-utils
    # The machine of the tests' own
    qemu-system-x86 cpio kmod e2fsprogs
    # File systems that a storage driver needs, in files
    btrfs-progs mount
    # An agent whom builds ask
    openssh-client
)

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }

is_installed() { [ "$(dpkg-query -W -f '${db:Status-Abbrev}' "$1" 2>/dev/null)" = "ii " ]; }

install_debian_packages() {
    local missing=() name
    for name in "${build_packages[@]}" "${test_packages[@]}"; do
        is_installed "$name" || missing+=("$name")
    done
    [ ${#missing[@]} = 0 ] && return
    echo "setup: installing Debian packages: ${missing[*]}"
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y --no-install-recommends "${missing[@]}" >/dev/null
}

install_python_packages() {
    local stamp=.venv/requirements.txt
    cmp -s scripts/requirements.txt "$stamp" && [ -x .venv/bin/python ] && return
    echo "setup: installing Python packages into .venv: $(grep -v '^#' scripts/requirements.txt | tr '\n' ' ')"
    [ -x .venv/bin/python ] || python3 -m venv .venv
    .venv/bin/python -m pip install --quiet --disable-pip-version-check -r scripts/requirements.txt
    cp scripts/requirements.txt "$stamp"
}

if ! command -v swift >/dev/null; then
    echo "setup: the Swift toolchain (6.2 or newer) is not on the PATH; install it first" >&2
    exit 1
fi
if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
    install_debian_packages
    # Only tests need it, and they say so.
    scripts/fetch-kernel.sh || echo "setup: no kernel for the tests that boot a machine" >&2
    scripts/fetch-peers.sh || echo "setup: no other engines for the tests that exchange images with them" >&2
else
    echo "setup: not a Debian system; needed are the equivalents of: ${build_packages[*]} ${test_packages[*]}" >&2
fi
install_python_packages
