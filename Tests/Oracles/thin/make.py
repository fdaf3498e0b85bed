"""Images that are long and thin, and one whose color profile and text are damaged: python3 make.py"""
import struct
import zlib


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(name, width, height, extra=b""):
    rows = b"".join(b"\0" + bytes((3 * (x + y)) % 256 for x in range(width)) for y in range(height))
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    with open(name, "wb") as file:
        file.write(b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + extra)
        file.write(chunk(b"IDAT", zlib.compress(rows, 9)) + chunk(b"IEND", b""))


png("png_1x60000.png", 1, 60000)
png("png_5000x1.png", 5000, 1)
png("png_damaged_profile.png", 8, 6, chunk(b"iCCP", b"p\0\0garbage") + chunk(b"zTXt", b"t\0\0garbage") + chunk(b"gAMA", b"\0"))
