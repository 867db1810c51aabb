#!/usr/bin/env bash
# make-debian.sh OUT.tar PACKAGE...: a root file system of Debian with these packages, to be imported as an image.
# They come from where this machine's apt takes its own; root is needed.
set -euo pipefail

out=${1:?usage: make-debian.sh OUT.tar PACKAGE...}
shift
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
root=$work/root

# The first archive that has the base system: its address and its release.
read -r archive release < <(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages')
packages=$(IFS=, && echo "$*")

if ! debootstrap --variant=minbase --include="$packages" "$release" "$root" "$archive" >"$work/log" 2>&1; then
    tail -n 20 "$work/log" >&2
    exit 1
fi
rm -rf "$root"/var/cache/apt/*.bin "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/usr/share/doc/*
tar --create --numeric-owner --one-file-system --directory="$root" --file="$work/root.tar" .
mv "$work/root.tar" "$out"
chmod 0644 "$out"
