# Copyright (c) 2026, the bridgeport.docker maintainers
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

# Private to the collection bridgeport.docker: not for use outside of it, may change at any time.
"""Reading a long JSON list from a stream, one object at a time."""

from __future__ import annotations

import codecs
import json
import re
import typing as t

from .._types import Json

_CHUNK = 1 << 16
# No object is longer than this, so that what is no JSON is not read to its end.
_LIMIT = 1 << 20
_BEGIN = re.compile(r"\s*(\[|null\b)")
_NEXT = re.compile(r"[\s,]*([{\]])")


def read_objects(stream: t.IO[bytes]) -> t.Iterator[Json]:
    """The objects of a list; none where it is null, as Go writes an empty one.

    Raises ValueError where it is something else, or ends too early.
    """
    decoder = json.JSONDecoder()
    utf8 = codecs.getincrementaldecoder("utf-8")()
    text, position, is_begun = "", 0, False
    while True:
        found = (_NEXT if is_begun else _BEGIN).match(text, position)
        if found is not None and found.group(1) in ("null", "]"):
            return
        if found is not None and not is_begun:
            position, is_begun = found.end(), True
            continue
        if found is not None:
            try:
                item, position = decoder.raw_decode(text, found.start(1))
            except ValueError:
                pass  # the rest of the object is still to come
            else:
                yield item
                continue
        chunk = stream.read(_CHUNK)
        text, position = text[position:] + utf8.decode(chunk), 0
        if not chunk or len(text) > _LIMIT:
            raise ValueError("the list of objects is no such list, or is cut off")
