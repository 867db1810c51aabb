#!/usr/bin/env bash
# make-archive.sh DIRECTORY PACKAGE...: an archive of Debian packages in one folder: these, all they need, and an index.
# `deb [trusted=yes] file:/DIRECTORY ./` is the line by which apt reads it. They come from where this machine's apt takes its own.
set -euo pipefail

out=${1:?usage: make-archive.sh DIRECTORY PACKAGE...}
shift
mkdir -p "$out/partial"
work=$(mktemp -d)
trap 'rm -rf --one-file-system "$work"' EXIT
: >"$work/status"

# As for a machine that has nothing: what the base system has is there, too, and is not installed twice.
if ! apt-get -qq -y --no-install-recommends --download-only \
    -o Dir::State::status="$work/status" -o Dir::Cache::archives="$(realpath "$out")" -o Dir::Cache::pkgcache= \
    -o Dir::Cache::srcpkgcache= -o APT::Sandbox::User=root install "$@" >"$work/log" 2>&1; then
    tail -n 20 "$work/log" >&2
    exit 1
fi
rm -rf "$out/partial" "$out/lock"

cd "$out"
for file in *.deb; do
    dpkg-deb --field "$file"
    printf 'Filename: ./%s\nSize: %s\nSHA256: %s\n\n' "$file" "$(stat -c %s "$file")" "$(sha256sum "$file" | cut -d' ' -f1)"
done >Packages
