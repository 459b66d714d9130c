# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.

from __future__ import annotations


class ModuleDocFragment:
    # What is mounted in a container, written as the options in _container.py are, and put below containers there.
    DOCUMENTATION = r"""
options:
  volumes:
    description:
      - Volumes as C(docker run --volume) takes them, such as V(/srv/www:/www:ro), V(data:/data), or V(/data) for an
        anonymous volume.
      - A path that begins with V(~) or V(.) is one of the host on which the module runs, and is expanded there.
      - They are merged with those that the container has, by the path in the container. What is not listed stays.
    type: list
    elements: str
  mounts:
    description:
      - Mounts as C(docker run --mount) makes them.
      - They are merged with those that the container has, by O(mounts[].target). What is not listed stays, and so does
        what an item leaves open. V(false), V("0") and an empty text are the same as what the engine does without them.
      - The same path must not stand in O(volumes) or O(tmpfs) as well.
    type: list
    elements: dict
    suboptions:
      target:
        description:
          - The path in the container.
        type: str
        required: true
      source:
        description:
          - The path on the host for O(mounts[].type=bind), where it is required. It must exist, unless
            O(mounts[].create_mountpoint) is V(true).
          - The name of the volume for O(mounts[].type=volume). When unset, the volume is anonymous.
          - The name of the image for O(mounts[].type=image), where it is required.
        type: str
      type:
        description:
          - What is mounted.
          - V(image) needs Docker Engine 28 (API 1.48), and is refused with the failure code V(unsupported) where the
            engine is older.
          - V(npipe) is a named pipe of Windows, and V(cluster) a volume that Swarm gives to services. Containers on
            Linux have neither, so that they are refused with the failure code V(unsupported).
        type: str
        choices: [bind, npipe, tmpfs, volume, cluster, image]
        default: volume
      read_only:
        description:
          - Whether the container cannot write to it. When unset, it can. Anonymous volumes cannot be read only.
        type: bool
      consistency:
        description:
          - How exactly the mount and its source agree at any time. Docker Desktop on macOS once used it, engines on
            Linux keep it without effect.
          - V(default) is the same as leaving it out.
        type: str
        choices: [cached, consistent, default, delegated]
      propagation:
        description:
          - How mounts below it are seen on the other side. Only for O(mounts[].type=bind).
          - When unset, the engine takes V(rprivate).
        type: str
        choices: [private, rprivate, shared, rshared, slave, rslave]
      non_recursive:
        description:
          - Whether what is mounted below the source stays away. Only for O(mounts[].type=bind).
        type: bool
      create_mountpoint:
        description:
          - Whether the engine makes a folder where the source does not exist. Only for O(mounts[].type=bind).
          - V(true) needs Docker Engine 23 (API 1.42), and is refused with the failure code V(unsupported) where the
            engine is older.
        type: bool
      read_only_non_recursive:
        description:
          - Whether what is mounted below the source can be written to although O(mounts[].read_only) is V(true). Only
            for O(mounts[].type=bind).
          - V(true) needs Docker Engine 25 (API 1.44), and is refused with the failure code V(unsupported) where the
            engine is older.
        type: bool
      read_only_force_recursive:
        description:
          - Whether the start fails where the kernel cannot make read only what is mounted below the source, with
            O(mounts[].read_only=true). Only for O(mounts[].type=bind).
          - V(true) needs Docker Engine 25 (API 1.44), and is refused with the failure code V(unsupported) where the
            engine is older. Excludes O(mounts[].read_only_non_recursive).
        type: bool
      no_copy:
        description:
          - Whether an empty volume stays empty, instead of getting what the image has at that path. Only for
            O(mounts[].type=volume).
        type: bool
      labels:
        description:
          - Labels of the volume, which a volume gets when the engine makes it for this mount. Only for
            O(mounts[].type=volume).
        type: dict
      volume_driver:
        description:
          - The driver that makes the volume where it does not exist yet. Only for O(mounts[].type=volume).
          - When unset, it is the engine's own, V(local).
        type: str
      volume_options:
        description:
          - Options for O(mounts[].volume_driver), which must be given. Only for O(mounts[].type=volume).
          - They may hold a password. Values are hidden wherever the module returns something.
        type: dict
      subpath:
        description:
          - The path in the volume or image that is mounted instead of the whole. It is relative and leads nowhere else.
            Only for O(mounts[].type=volume) with a O(mounts[].source), and for O(mounts[].type=image).
          - Needs Docker Engine 26 (API 1.45), and is refused with the failure code V(unsupported) where the engine is
            older.
        type: str
      tmpfs_size:
        description:
          - The size, such as V(64M), in powers of 1024. Only for O(mounts[].type=tmpfs). When unset, it has no limit.
        type: str
      tmpfs_mode:
        description:
          - The permissions in octal, as a string such as V("1777"). Only for O(mounts[].type=tmpfs).
          - When unset, the engine takes V(1777).
        type: str
      tmpfs_options:
        description:
          - Further options of the mount, each a dictionary with one key. Its value is a text, or V(null) for an option
            that is a word alone. Engines take V(exec) and V(noexec). Only for O(mounts[].type=tmpfs).
          - Needs Docker Engine 27 (API 1.46), and is refused with the failure code V(unsupported) where the engine is
            older.
        type: list
        elements: dict
  tmpfs:
    description:
      - Paths in the container that are kept in memory, each as C(docker run --tmpfs) takes it, such as V(/run) or
        V(/run:rw,size=64m).
      - They are merged with those that the container has, by the path. What is not listed stays. The order of the
        options behind a path does not matter.
    type: list
    elements: str
  volumes_from:
    description:
      - Containers whose volumes this one has as well, by name or ID, such as V(data) or V(data:ro). They must exist.
      - They are merged with those that the container has. What is not listed stays.
    type: list
    elements: str
  volume_driver:
    description:
      - The driver of the volumes that the engine makes for O(volumes). O(mounts) have their own,
        O(mounts[].volume_driver).
      - When unset, a new container has the engine's own, V(local).
    type: str
  storage_opts:
    description:
      - Options for the engine's storage driver, such as V(size) for the space that the files of the container have. Not
        every driver has options, and the engine refuses those that its driver does not know.
      - They are merged with those that the container has. V(null) removes one.
    type: dict
  read_only:
    description:
      - Whether the container cannot write to its own files, outside of what is mounted, as C(docker run --read-only).
      - When unset, a new container can.
    type: bool
"""
