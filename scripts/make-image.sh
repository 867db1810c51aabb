#!/usr/bin/env bash
# make-image.sh NAME PROGRAM OUT.tar: an image of one static program, as `docker load` reads it.
# The same program gives the same bytes: names sorted, times zero, owner root.
set -euo pipefail

name=$1 program=$2 out=$3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

pack() { # pack FOLDER OUT
    tar --create --format=ustar --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --directory="$1" --file="$2" \
        --transform='s,^\./,,' --exclude=. $(cd "$1" && ls -A)
}

mkdir -p "$work/root" "$work/image"
install -m 0755 "$program" "$work/root/$name"
pack "$work/root" "$work/image/layer.tar"
diff_id=$(sha256sum "$work/image/layer.tar" | cut -d ' ' -f 1)
case $(uname -m) in
    x86_64) architecture=amd64 ;;
    aarch64) architecture=arm64 ;;
    *) architecture=$(uname -m) ;;
esac

printf '%s' '{"architecture":"'"$architecture"'","config":{"Env":["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"],"Cmd":["/'"$name"'"],"WorkingDir":"/"},"created":"1970-01-01T00:00:00Z","history":[{"created":"1970-01-01T00:00:00Z","created_by":"COPY '"$name"' /"},{"created":"1970-01-01T00:00:00Z","created_by":"CMD [\"/'"$name"'\"]","empty_layer":true}],"os":"linux","rootfs":{"type":"layers","diff_ids":["sha256:'"$diff_id"'"]}}' \
    >"$work/image/config.json"
id=$(sha256sum "$work/image/config.json" | cut -d ' ' -f 1)

mkdir "$work/image/$diff_id"
mv "$work/image/layer.tar" "$work/image/$diff_id/layer.tar"
mv "$work/image/config.json" "$work/image/$id.json"
printf '[{"Config":"%s.json","RepoTags":["%s:latest"],"Layers":["%s/layer.tar"]}]\n' "$id" "$name" "$diff_id" \
    >"$work/image/manifest.json"
printf '{"%s":{"latest":"%s"}}\n' "$name" "$diff_id" >"$work/image/repositories"
pack "$work/image" "$work/out.tar"
mv "$work/out.tar" "$out"
chmod 0644 "$out"
