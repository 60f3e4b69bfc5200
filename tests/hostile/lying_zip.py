# SPDX-License-Identifier: Apache-2.0
"""ZIP archives byte by byte: whatever a field says may be a lie. Standard library only.

Field layouts: APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.14 to 4.3.16 and 4.5.3.
"""

import struct
import zlib

STORED, DEFLATED = 0, 8
ENCRYPTED = 1  # bit 0 of the flags
ALL_ONES = 0xFFFFFFFF
MADE_ON_UNIX = 3 << 8
ZIP64 = 45  # the version that a reader must have


def deflated(data):
    coder = zlib.compressobj(9, zlib.DEFLATED, -15)
    return coder.compress(data) + coder.flush()


def stored_block(data):
    """Data as one block of a deflate stream that goes on behind it."""
    return b"\0" + struct.pack("<HH", len(data), len(data) ^ 0xFFFF) + data


class Member:
    """What an archive says of a member; true unless told otherwise."""

    def __init__(self, name, content=b"", method=STORED, **lies):
        self.name = name if isinstance(name, bytes) else name.encode()
        self.method = method
        self.data = deflated(content) if method == DEFLATED else content
        self.crc = zlib.crc32(content)
        self.size, self.stored = len(content), len(self.data)
        self.flags, self.mode = 0, 0o100644
        self.zip64 = False
        for field, lie in lies.items():
            if not hasattr(self, field):
                raise AttributeError(field)
            setattr(self, field, lie)

    def sizes(self):
        return (ALL_ONES, ALL_ONES) if self.zip64 else (self.stored, self.size)

    def local_header(self):
        extra = struct.pack("<HHQQ", 1, 16, self.size, self.stored) if self.zip64 else b""
        return struct.pack("<IHHHHHIIIHH", 0x04034B50, ZIP64 if self.zip64 else 20, self.flags,
                           self.method, 0, 0x21, self.crc, *self.sizes(), len(self.name),
                           len(extra)) + self.name + extra

    def central_record(self, offset):
        extra = b""
        if self.zip64:
            extra = struct.pack("<HHQQQ", 1, 24, self.size, self.stored, offset)
            offset = ALL_ONES
        return struct.pack("<IHHHHHHIIIHHHHHII", 0x02014B50, MADE_ON_UNIX | 20,
                           ZIP64 if self.zip64 else 20, self.flags, self.method, 0, 0x21, self.crc,
                           *self.sizes(), len(self.name), len(extra), 0, 0, 0, self.mode << 16,
                           offset) + self.name + extra


class Zip:
    def __init__(self):
        self.body, self.records = bytearray(), []

    def add(self, name, content=b"", method=STORED, **lies):
        member = Member(name, content, method, **lies)
        self.record(member, self.raw(member.local_header() + member.data))
        return self

    def raw(self, data):
        """Where in the archive it came to lie."""
        self.body += data
        return len(self.body) - len(data)

    def record(self, member, offset):
        self.records.append(member.central_record(offset))

    def finish(self, zip64=False):
        directory = b"".join(self.records)
        count, start = len(self.records), len(self.body)
        end = b""
        if zip64:
            end = struct.pack("<IQHHIIQQQQ", 0x06064B50, 44, ZIP64, ZIP64, 0, 0, count, count,
                              len(directory), start)
            end += struct.pack("<IIQI", 0x07064B50, 0, start + len(directory), 1)
            count, start = 0xFFFF, ALL_ONES
        end += struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count,
                           ALL_ONES if zip64 else len(directory), start, 0)
        return bytes(self.body) + directory + end
