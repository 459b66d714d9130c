#!/bin/sh
# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# debian_rootfs.sh WORK PACKAGE...
#
# Puts together WORK/root.tar, a container's file system, from packages of this host's distribution and the files below
# WORK/overlay: no registry, no chroot, no root needed. apt resolves the dependencies as for an empty machine; the packages are
# only unpacked, their maintainer scripts do not run. That is enough for a Python and busybox, not for daemons.
set -eu
umask 022

work=$1
shift
root=$work/root
mkdir -p "$work/debs/partial" "$work/lists/partial" "$work/cache" "$work/overlay"

# What counts as installed is left out, with all that only it needs: the programs of maintainer scripts, and a library of
# werkzeug's debugger page. Nothing else counts as installed, so all other dependencies are fetched.
for package in debconf dpkg libjs-jquery perl-base; do
    printf 'Package: %s\nStatus: install ok installed\nArchitecture: all\nMulti-Arch: foreign\nVersion: 999\n\n' "$package"
done >"$work/status"

apt() { # apt LISTS ARGUMENT...: apt-get with the package lists in LISTS and all other state in WORK
    lists=$1
    shift
    apt-get -q -y -o Dir::State::lists="$lists" -o Dir::State::status="$work/status" -o Dir::Cache="$work/cache" \
        -o Dir::Cache::archives="$work/debs" -o Debug::NoLocking=1 -o APT::Sandbox::User="$(id -un)" \
        -o APT::Keep-Downloaded-Packages=true -o APT::Install-Recommends=false "$@" >>"$work/apt.log" 2>&1
}

if ! apt /var/lib/apt/lists --download-only install "$@"; then
    # This host has no package lists, as in most container images, or they are too old: get lists of our own.
    if ! { apt "$work/lists" update && apt "$work/lists" --download-only install "$@"; }; then
        tail -n 20 "$work/apt.log" >&2
        exit 1
    fi
fi

# All of today's packages expect a merged /usr, whose links no package brings.
for dir in bin sbin lib lib64; do
    mkdir -p "$root/usr/$dir"
    ln -s "usr/$dir" "$root/$dir"
done
for deb in "$work"/debs/*.deb; do
    # Not dpkg-deb -x, which puts a directory in the place of a link; and not a pipe, which hides the failure of its first part.
    dpkg-deb --fsys-tarfile "$deb" >"$work/data.tar"
    tar -C "$root" --keep-directory-symlink -xf "$work/data.tar"
done
rm -rf "$root"/usr/share/doc "$root"/usr/share/man "$root"/usr/share/locale "$root"/usr/share/info "$root"/usr/share/lintian \
    "$root"/usr/share/bug "$root"/usr/lib/*-linux-*/gconv

for dir in dev etc proc root run sys tmp var; do
    mkdir -p "$root/$dir"
done
chmod 1777 "$root/tmp"
echo 'root:x:0:0:root:/root:/bin/sh' >"$root/etc/passwd"
echo 'root:x:0:' >"$root/etc/group"
echo 'hosts: files dns' >"$root/etc/nsswitch.conf"

# What maintainer scripts and alternatives would have linked.
if [ -e "$root/usr/bin/python3" ] && [ ! -e "$root/usr/bin/python" ]; then
    ln -s python3 "$root/usr/bin/python"
fi
if [ -x "$root/usr/bin/busybox" ]; then
    for applet in $("$root/usr/bin/busybox" --list); do
        [ -e "$root/usr/bin/$applet" ] || ln -s busybox "$root/usr/bin/$applet"
    done
fi

cp -R "$work/overlay/." "$root/"
tar -C "$root" --owner=0 --group=0 --numeric-owner -cf "$work/root.tar" .
