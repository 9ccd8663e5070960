"""Small files that stand for what a family photographed: drawn from their name, the same every time."""

import hashlib
import struct
import zlib
from typing import Any

SIDE = 64


def attachment_bytes(name: str) -> bytes:
    """A PDF of one empty page for `*.pdf`, else a PNG in a colour of its own."""
    return _pdf(name) if name.endswith(".pdf") else _png(name)


def attachment_facts(attachment_id: str, name: str) -> dict[str, Any]:
    """The attachment as an event carries it: id, name, type, true size and sha256."""
    content = attachment_bytes(name)
    return {
        "id": attachment_id,
        "name": name,
        "type": "application/pdf" if name.endswith(".pdf") else "image/png",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
    }


def _png(name: str) -> bytes:
    base = hashlib.sha256(name.encode()).digest()
    rows = bytearray()
    for y in range(SIDE):
        rows.append(0)
        for x in range(SIDE):
            rows += bytes((base[i] + x * base[i + 3] // 64 + y * base[i + 6] // 64) % 256 for i in range(3))
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + _chunk(b"IHDR", head)
        + _chunk(b"IDAT", zlib.compress(bytes(rows)))
        + _chunk(b"IEND", b"")
    )


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _pdf(name: str) -> bytes:
    mark = hashlib.sha256(name.encode()).hexdigest()
    return (
        f"%PDF-1.4\n% {mark}\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        "2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        "3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
    ).encode()
