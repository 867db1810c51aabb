#!/usr/bin/env bash
# Unpacks Debian's cloud kernel into .machine/, where the tests that boot a machine find it. Nothing is installed.
set -euo pipefail
cd "$(dirname "$0")/.."
compgen -G ".machine/boot/vmlinuz-*" >/dev/null && exit

name=linux-image-cloud-amd64
[ -n "$(apt-cache madison "$name")" ] || apt-get -qq update
package=$(apt-cache depends "$name" | sed -n 's/^ *Depends: \(linux-image-.*\)/\1/p' | head -1)
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
(cd "$folder" && apt-get -qq download "$package" 2>/dev/null)
rm -rf .machine.new .machine
dpkg-deb -x "$folder/$package"_*.deb .machine.new
depmod -b .machine.new "$(basename .machine.new/boot/vmlinuz-* | cut -d- -f2-)"
mv .machine.new .machine
