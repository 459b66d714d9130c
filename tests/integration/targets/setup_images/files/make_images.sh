#!/usr/bin/env bash
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Make three images for the tests out of what Debian has, without a registry: make_images.sh BUSYBOX SCRATCH PYTHON.
# Needs the docker CLI and the right to use the engine, not root. Prints the name of each image it made.

set -euo pipefail

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" # apt's own user has to get in

missing() {
    ! docker image inspect "$1" > /dev/null 2>&1
}

import() { # import NAME FOLDER CHANGE...
    local name=$1 folder=$2 change
    local -a changes=()
    shift 2
    for change in "$@"; do changes+=(--change "$change"); done
    tar -C "$folder" --owner=0 --group=0 --numeric-owner -c . | docker import "${changes[@]}" - "$name" > /dev/null
    echo "$name"
}

is_static() {
    [ -x "$1" ] && ! ldd "$1" > /dev/null 2>&1
}

find_busybox() { # the installed one if it is static, else out of Debian's package, without installing it
    local file
    for file in /bin/busybox /usr/bin/busybox "$work/package/bin/busybox" "$work/package/usr/bin/busybox"; do
        if is_static "$file"; then
            echo "$file"
            return
        fi
    done
    [ ! -d "$work/package" ] || return 1
    mkdir "$work/package"
    (
        cd "$work/package"
        apt-get download busybox-static >&2 || { apt-get update >&2 && apt-get download busybox-static >&2; }
        dpkg-deb -x busybox-static_*.deb .
    )
    find_busybox
}

make_busybox() {
    local root=$work/busybox applet
    mkdir -p "$root"/{bin,etc,proc,root,sys,tmp,var/www}
    chmod 1777 "$root/tmp"
    cp "$busybox" "$root/bin/busybox"
    for applet in $("$busybox" --list); do
        [ "$applet" = busybox ] || ln -s busybox "$root/bin/$applet"
    done
    echo "root:x:0:0:root:/root:/bin/sh" > "$root/etc/passwd"
    echo "root:x:0:" > "$root/etc/group"
    import "$1" "$root" 'CMD ["sh"]'
}

make_scratch() {
    local root=$work/scratch
    mkdir -p "$root/pause"
    cp "$busybox" "$root/pause/sleep" # not on PATH, and under this name it does nothing else
    import "$1" "$root" 'CMD ["/pause/sleep", "100000"]'
}

make_python() {
    local root=$work/python python library file
    python=$(readlink -f /usr/bin/python3)
    library=$("$python" -I -c 'import os; print(os.path.dirname(os.__file__))')
    mkdir -p "$root/usr/bin" "$root/tmp" "$root$library"
    cp "$python" "$root/usr/bin/python3"
    tar -C "$library" --exclude=__pycache__ --exclude='*/dist-packages' --exclude='./test' --exclude='./config-*' \
        --exclude='./idlelib' --exclude='./ensurepip' --exclude='./lib2to3' --exclude='./tkinter' -c . |
        tar -C "$root$library" -x
    for file in $(ldd "$python" | grep -o '/[^ ]*'); do
        mkdir -p "$root$(dirname "$file")"
        cp -L "$file" "$root$file"
    done
    import "$1" "$root" 'ENV PATH=/usr/bin' \
        'CMD ["python3", "-c", "import signal; signal.signal(15, lambda *_: exit()); signal.pause()"]'
}

if missing "$1" || missing "$2"; then
    busybox=$(find_busybox)
fi
if missing "$1"; then make_busybox "$1"; fi
if missing "$2"; then make_scratch "$2"; fi
if missing "$3"; then make_python "$3"; fi
