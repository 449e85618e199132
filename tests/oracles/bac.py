"""A terminal of an independent make for chips with basic access control: key derivation by hashlib, triple DES by
PyCryptodome, signatures of active authentication judged by the `openssl` program. None of Stempel's code is in it.

It writes a command APDU a line in hexadecimal and reads the answer, a line in hexadecimal. Lines that start with "#"
tell how far it came; the last one is "# done". What it read follows its step, in hexadecimal.

arguments: document number, date of birth and date of expiry without check digits; then optionally the public key of
active authentication (SubjectPublicKeyInfo in DER, hexadecimal) and for an elliptic curve the length of r in bytes.
"""

import hashlib
import os
import subprocess
import sys
import tempfile

from Crypto.Cipher import DES, DES3

APPLICATION = bytes.fromhex("A0000002471001")


class Refused(Exception):
    """The chip or one of its proofs is not accepted."""


def check_digit(text):
    """9303-3 §4.9: weights 7, 3, 1."""
    values = {"<": 0, **{str(n): n for n in range(10)}, **{chr(55 + n): n for n in range(10, 36)}}
    return str(sum(values[c] * (7, 3, 1)[i % 3] for i, c in enumerate(text)) % 10)


def mrz_information(number, birth, expiry):
    fields = [number.ljust(9, "<"), birth, expiry]
    return "".join(field + check_digit(field) for field in fields)


def odd_parity(key):
    return bytes((b & 0xFE) | (bin(b & 0xFE).count("1") + 1) % 2 for b in key)


def derive(seed, counter):
    """9303-11 §9.7.1.1: two DES keys of SHA-1(seed ‖ counter)."""
    return odd_parity(hashlib.sha1(seed + counter.to_bytes(4, "big")).digest()[:16])


def pad(data):
    return data + b"\x80" + bytes(-(len(data) + 1) % 8)


def unpad(data):
    stripped = data.rstrip(b"\x00")
    if not stripped.endswith(b"\x80"):
        raise Refused("padding")
    return stripped[:-1]


def encrypt(key, data):
    return DES3.new(key, DES3.MODE_CBC, bytes(8)).encrypt(data)


def decrypt(key, data):
    return DES3.new(key, DES3.MODE_CBC, bytes(8)).decrypt(data)


def retail_mac(key, data):
    """ISO/IEC 9797-1 algorithm 3 over data that is padded already."""
    block = DES.new(key[:8], DES.MODE_CBC, bytes(8)).encrypt(data)[-8:]
    block = DES.new(key[8:], DES.MODE_ECB).decrypt(block)
    return DES.new(key[:8], DES.MODE_ECB).encrypt(block)


def ask(command):
    """One command APDU; data and status of the answer."""
    print(command.hex().upper(), flush=True)
    answer = bytes.fromhex(sys.stdin.readline().strip())
    return answer[:-2], answer[-2:].hex().upper()


def demand(command, what):
    data, status = ask(command)
    if status != "9000":
        raise Refused(f"{what}: status {status}")
    return data


def basic_access(mrz):
    """9303-11 §4.3; the session."""
    seed = hashlib.sha1(mrz.encode()).digest()[:16]
    k_enc, k_mac = derive(seed, 1), derive(seed, 2)
    chip_random = demand(bytes.fromhex("0084000008"), "GET CHALLENGE")
    random, half = os.urandom(8), os.urandom(16)
    cryptogram = encrypt(k_enc, random + chip_random + half)
    token = cryptogram + retail_mac(k_mac, pad(cryptogram))
    answer = demand(bytes.fromhex("0082000028") + token + b"\x28", "EXTERNAL AUTHENTICATE")
    if len(answer) != 40 or retail_mac(k_mac, pad(answer[:32])) != answer[32:]:
        raise Refused("the chip's MAC")
    plain = decrypt(k_enc, answer[:32])
    if plain[:16] != chip_random + random:
        raise Refused("the chip's random numbers")
    seed = bytes(a ^ b for a, b in zip(half, plain[16:]))
    return Session(derive(seed, 1), derive(seed, 2), chip_random[4:] + random[4:])


def tlv(tag, value):
    length = len(value)
    head = [length] if length < 0x80 else [0x81, length] if length < 0x100 else [0x82, length >> 8, length & 0xFF]
    return bytes([tag, *head]) + value


def objects(data):
    """Tags of one byte, in their order."""
    found = []
    while data:
        tag, length, start = data[0], data[1], 2
        if length & 0x80:
            start = 2 + (length & 0x7F)
            length = int.from_bytes(data[2:start], "big")
        found.append((tag, data[start:start + length], data[:start + length]))
        data = data[start + length:]
    return found


class Session:
    """Secure messaging with triple DES (9303-11 §9.8)."""

    def __init__(self, k_enc, k_mac, counter):
        self.k_enc, self.k_mac = k_enc, k_mac
        self.counter = int.from_bytes(counter, "big")

    def mac(self, data):
        self.counter = (self.counter + 1) % (1 << 64)
        return retail_mac(self.k_mac, pad(self.counter.to_bytes(8, "big") + data))

    def ask(self, header, data=b"", le=None, extended=False):
        header = bytes([header[0] | 0x0C]) + header[1:]
        body = b""
        if data:
            body += tlv(0x87, b"\x01" + encrypt(self.k_enc, pad(data)))
        if le is not None:
            body += tlv(0x97, (le % 65536).to_bytes(2, "big") if extended else bytes([le % 256]))
        body += tlv(0x8E, self.mac(pad(header) + body if body else header))
        if extended:
            command = header + b"\x00" + len(body).to_bytes(2, "big") + body + b"\x00\x00"
        else:
            command = header + bytes([len(body)]) + body + b"\x00"
        answer, status = ask(command)
        if not answer:
            raise Refused(f"in the session: status {status}")
        parts = objects(answer)
        if parts[-1][0] != 0x8E or parts[-1][1] != self.mac(b"".join(raw for _, _, raw in parts[:-1])):
            raise Refused("the MAC of an answer")
        values = {tag: value for tag, value, _ in parts}
        inner = values[0x99].hex().upper()
        if inner != status:
            raise Refused(f"two statuses, {inner} and {status}")
        encrypted = values.get(0x87, b"")
        if encrypted and encrypted[0] != 1:
            raise Refused("padding indicator")
        return unpad(decrypt(self.k_enc, encrypted[1:])) if encrypted else b"", inner

    def demand(self, what, *arguments, **options):
        data, status = self.ask(*arguments, **options)
        if status != "9000":
            raise Refused(f"{what}: status {status}")
        return data

    def read(self, file):
        """SELECT by identifier, then READ BINARY in parts."""
        self.demand("SELECT", bytes.fromhex("00A4020C"), bytes.fromhex(file))
        head = self.demand("READ BINARY", bytes.fromhex("00B00000"), le=4)
        length = head[1] + 2
        if head[1] & 0x80:
            width = head[1] & 0x7F
            length = int.from_bytes(head[2:2 + width], "big") + 2 + width
        content = head
        while len(content) < length:
            header = bytes([0x00, 0xB0]) + len(content).to_bytes(2, "big")
            content += self.demand("READ BINARY", header, le=min(0xE0, length - len(content)))
        return content[:length]


def openssl(*arguments):
    return subprocess.run(["openssl", *arguments], capture_output=True, check=False)


def judge_rsa(folder, key, challenge, signature):
    """ISO/IEC 9796-2 scheme 1: OpenSSL opens the signature, the hash is over M1 ‖ challenge."""
    path = os.path.join(folder, "signature")
    with open(path, "wb") as file:
        file.write(signature)
    opened = openssl("pkeyutl", "-verifyrecover", "-pubin", "-inkey", key, "-keyform", "DER",
                     "-pkeyopt", "rsa_padding_mode:none", "-in", path)
    message = opened.stdout
    if opened.returncode or not message or message[0] != 0x6A or message[-2:] != b"\x34\xCC":
        raise Refused(f"active authentication: header or trailer ({opened.stderr.decode()})")
    recovered, digest = message[1:-34], message[-34:-2]
    if hashlib.sha256(recovered + challenge).digest() != digest:
        raise Refused("active authentication: hash")


def judge_ecdsa(folder, key, challenge, signature):
    """Plain r‖s becomes DER; OpenSSL verifies it with SHA-256."""
    half = len(signature) // 2

    def integer(value):
        value = value.lstrip(b"\x00") or b"\x00"
        return tlv(0x02, (b"\x00" if value[0] & 0x80 else b"") + value)

    for name, content in (("signature", tlv(0x30, integer(signature[:half]) + integer(signature[half:]))),
                          ("challenge", challenge)):
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    judged = openssl("dgst", "-sha256", "-verify", key, "-keyform", "DER",
                     "-signature", os.path.join(folder, "signature"), os.path.join(folder, "challenge"))
    if judged.returncode:
        raise Refused(f"active authentication: OpenSSL says {(judged.stdout + judged.stderr).decode().strip()}")


def active_authentication(session, public_key, half):
    challenge = os.urandom(8)
    signature = session.demand("INTERNAL AUTHENTICATE", bytes.fromhex("00880000"), challenge,
                               le=65536 if half is None else 256, extended=half is None)
    with tempfile.TemporaryDirectory() as folder:
        key = os.path.join(folder, "key.der")
        with open(key, "wb") as file:
            file.write(public_key)
        if half is None:
            judge_rsa(folder, key, challenge, signature)
        elif len(signature) != 2 * half:
            raise Refused(f"active authentication: a signature of {len(signature)} bytes")
        else:
            judge_ecdsa(folder, key, challenge, signature)


def main(number, birth, expiry, public_key=None, half=None):
    demand(bytes.fromhex("00A4040C07") + APPLICATION, "SELECT")
    session = basic_access(mrz_information(number, birth, expiry))
    print("# basic access control", flush=True)
    for name, file in (("EF.COM", "011E"), ("DG1", "0101")):
        print(f"# {name} {session.read(file).hex().upper()}", flush=True)
    if public_key:
        active_authentication(session, bytes.fromhex(public_key), int(half) if half else None)
        print("# active authentication", flush=True)
    print("# done", flush=True)


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except Refused as refused:
        sys.exit(f"bac.py: {refused}")
