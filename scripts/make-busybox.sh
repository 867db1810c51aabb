#!/usr/bin/env bash
# make-busybox.sh OUT.tar.gz: a root file system of Debian's busybox-static, to be imported as the image busybox.
# The same package gives the same bytes: names sorted, times zero, owners by number.
set -euo pipefail

out=${1:?usage: make-busybox.sh OUT.tar.gz}
busybox=${BUSYBOX:-$(command -v busybox)}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root

folders() {
    install -d -m 0755 "$root" "$root"/{bin,dev,etc,home,proc,sbin,sys,usr,usr/bin,usr/sbin,usr/local,usr/local/bin,var}
    install -d -m 0755 "$root"/var/{log,run,spool,www}
    install -d -m 0700 "$root/root"
    install -d -m 1777 "$root/tmp"
}

applets() {
    install -m 0755 "$busybox" "$root/bin/busybox"
    local path
    "$busybox" --list-full | while read -r path; do
        [ -e "$root/$path" ] || { mkdir -p "$root/$(dirname "$path")" && ln -s /bin/busybox "$root/$path"; }
    done
}

accounts() {
    cat >"$root/etc/passwd" <<'PASSWD'
root:x:0:0:root:/root:/bin/sh
daemon:x:1:1:daemon:/usr/sbin:/bin/false
bin:x:2:2:bin:/bin:/bin/false
sys:x:3:3:sys:/dev:/bin/false
mail:x:8:8:mail:/var/spool/mail:/bin/false
www-data:x:33:33:www-data:/var/www:/bin/false
operator:x:37:37:Operator:/var:/bin/false
nobody:x:65534:65534:nobody:/home:/bin/false
PASSWD
    cat >"$root/etc/group" <<'GROUP'
root:x:0:
daemon:x:1:
bin:x:2:
sys:x:3:
adm:x:4:
tty:x:5:
disk:x:6:
mail:x:8:
wheel:x:10:root
www-data:x:33:
staff:x:50:operator
users:x:100:
nogroup:x:65534:
GROUP
    printf 'root:*::0:99999:7:::\nnobody:*::0:99999:7:::\n' >"$root/etc/shadow"
    chmod 0640 "$root/etc/shadow"
    printf 'passwd: files\ngroup: files\nhosts: files dns\n' >"$root/etc/nsswitch.conf"
}

folders
applets
accounts
tar --create --sort=name --mtime=@0 --owner=0 --group=0 --numeric-owner --directory="$root" --file="$work/root.tar" .
gzip --no-name --best <"$work/root.tar" >"$work/root.tar.gz"
mv "$work/root.tar.gz" "$out"
chmod 0644 "$out"
