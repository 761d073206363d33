"""A bundle as docs/PROTOCOL.md describes it, made without anything of the product: HPKE (RFC 9180) in its base mode with
X25519, HKDF-SHA256 and ChaCha20-Poly1305. Slow, and nothing to keep secrets with."""

import base64
import hashlib
import hmac
import json
import os
import struct

MAGIC = b"xunge bundle 1\n"
LAST = 1 << 31
PRIME = 2**255 - 19


def x25519(scalar, point):
    k = bytearray(scalar)
    k[0] &= 248
    k[31] = k[31] & 127 | 64
    k, u = int.from_bytes(k, "little"), int.from_bytes(point, "little") % 2**255
    x2, z2, x3, z3, swap = 1, 0, u, 1, 0
    for bit in reversed(range(255)):
        now = k >> bit & 1
        if swap ^ now:
            x2, z2, x3, z3 = x3, z3, x2, z2
        swap = now
        a, b, c, d = x2 + z2, x2 - z2, x3 + z3, x3 - z3
        da, cb = d * a, c * b
        x3, z3 = (da + cb) ** 2 % PRIME, u * (da - cb) ** 2 % PRIME
        x2, z2 = a * a * b * b % PRIME, (a * a - b * b) * (a * a + 121665 * (a * a - b * b)) % PRIME
    if swap:
        x2, z2 = x3, z3
    return (x2 * pow(z2, PRIME - 2, PRIME) % PRIME).to_bytes(32, "little")


def block(key, counter, nonce):
    def rotated(number, by):
        return (number << by | number >> 32 - by) & 0xFFFFFFFF

    start = [*struct.unpack("<4I", b"expand 32-byte k"), *struct.unpack("<8I", key), counter, *struct.unpack("<3I", nonce)]
    s = start[:]
    for _ in range(10):
        for a, b, c, d in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15), (0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            for one, two, three, by in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
                s[one] = s[one] + s[two] & 0xFFFFFFFF
                s[three] = rotated(s[three] ^ s[one], by)
    return struct.pack("<16I", *(one + two & 0xFFFFFFFF for one, two in zip(s, start)))


def seal(key, nonce, plain, aad):
    stream = b"".join(block(key, 1 + n, nonce) for n in range(len(plain) // 64 + 1))
    sealed = bytes(one ^ two for one, two in zip(plain, stream))
    once = block(key, 0, nonce)[:32]
    r, s = int.from_bytes(once[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF, int.from_bytes(once[16:], "little")
    text = b"".join(part + bytes(-len(part) % 16) for part in (aad, sealed)) + struct.pack("<QQ", len(aad), len(sealed))
    tag = 0
    for at in range(0, len(text), 16):
        tag = (tag + int.from_bytes(text[at : at + 16] + b"\1", "little")) * r % (2**130 - 5)
    return sealed + ((tag + s) % 2**128).to_bytes(16, "little")


def extract(suite, salt, label, ikm):
    return hmac.new(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, hashlib.sha256).digest()


def expand(suite, secret, label, info, length):
    whole = struct.pack(">H", length) + b"HPKE-v1" + suite + label + info
    return hmac.new(secret, whole + b"\1", hashlib.sha256).digest()[:length]


def bundle(public, device, token, mutations):
    """The file of a phone that holds these mutations and no photos, sealed with the server's public key."""
    theirs = base64.urlsafe_b64decode(public + "=")
    mine = os.urandom(32)
    agreed = x25519(mine, (9).to_bytes(32, "little"))
    kem, suite = b"KEM\0\x20", b"HPKE\0\x20\0\1\0\3"
    shared = expand(kem, extract(kem, b"", b"eae_prk", x25519(mine, theirs)), b"shared_secret", agreed + theirs, 32)
    context = b"\0" + extract(suite, b"", b"psk_id_hash", b"") + extract(suite, b"", b"info_hash", MAGIC)
    secret = extract(suite, shared, b"secret", b"")
    key, nonce = (expand(suite, secret, label, context, length) for label, length in ((b"key", 32), (b"base_nonce", 12)))
    head = {"device": device, "token": token, "made_at": 0, "mutations": len(mutations), "photos": []}
    records = [json.dumps(record).encode() for record in [head, *mutations]]
    plain = b"".join(struct.pack(">I", len(record)) + record for record in records)
    length = struct.pack(">I", len(plain) + 16 | LAST)
    return MAGIC + hashlib.sha256(theirs).digest()[:8] + agreed + length + seal(key, nonce, plain, length)
