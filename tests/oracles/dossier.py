"""Reads what stations and the centre exchange, from docs/dossier.md alone: cbor2 and cryptography.

sealed FILE SCALAR SPKI   opens a sealed dossier with that private number, verifies it with that key
signed FILE SPKI          verifies a signed structure
Prints JSON; bytes as hexadecimal digits. What does not open or verify is {"error": NAME}.
"""

import hashlib
import hmac
import io
import json
import sys

import cbor2
from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

KEM = b"KEM\x00\x10"
SUITE = b"HPKE\x00\x10\x00\x01\x00\x02"


def extract(suite, salt, label, ikm):
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + ikm, "sha256")


def expand(suite, prk, label, info, length):
    info = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    return HKDFExpand(hashes.SHA256(), length, info).derive(prk)


def point(key):
    form = serialization.PublicFormat.UncompressedPoint
    return key.public_bytes(serialization.Encoding.X962, form)


def hpke_open(scalar, enc, info, aad, ciphertext):
    ours = ec.derive_private_key(scalar, ec.SECP256R1())
    theirs = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), enc)
    dh = ours.exchange(ec.ECDH(), theirs)
    context = enc + point(ours.public_key())
    shared = expand(KEM, extract(KEM, b"", b"eae_prk", dh), b"shared_secret", context, 32)
    context = b"\x00" + extract(SUITE, b"", b"psk_id_hash", b"") + extract(SUITE, b"", b"info_hash", info)
    secret = extract(SUITE, shared, b"secret", b"")
    key = expand(SUITE, secret, b"key", context, 32)
    nonce = expand(SUITE, secret, b"base_nonce", context, 12)
    return AESGCM(key).decrypt(nonce, ciphertext, aad)


def canonical(data):
    stream = io.BytesIO(data)
    value = cbor2.load(stream)
    assert stream.read() == b"", "bytes after the value"
    assert cbor2.dumps(value, canonical=True) == data, "not canonical"
    return value


def signed(data, spki):
    domain, key_id, body, signature = canonical(data)
    key = serialization.load_der_public_key(spki)
    if key_id != hashlib.sha256(spki).digest():
        raise InvalidSignature
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    covered = domain.encode() + b"\x00" + key_id + body
    key.verify(utils.encode_dss_signature(r, s), covered, ec.ECDSA(hashes.SHA256()))
    return {"domain": domain, "body": canonical(body)}


def sealed(data, scalar, spki):
    assert data[:8] == b"STEMPEL\x01", "magic"
    end = 10 + int.from_bytes(data[8:10], "big")
    header = canonical(data[10:end])
    enc, ciphertext = data[end : end + 65], data[end + 65 :]
    plaintext = hpke_open(scalar, enc, b"stempel sealed dossier 1", data[:end], ciphertext)
    answer = {"hash": hashlib.sha256(data).digest(), "header": header, **signed(plaintext, spki)}
    assert (header[0], header[1], header[2]) == (answer["body"][0], answer["body"][2], answer["body"][1])
    return answer


def plain(value):
    if isinstance(value, bytes):
        return value.hex()
    if isinstance(value, dict):
        return {str(key): plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, (list, tuple)) else value


def main(act, path, *rest):
    with open(path, "rb") as file:
        data = file.read()
    try:
        if act == "sealed":
            answer = sealed(data, int(rest[0]), bytes.fromhex(rest[1]))
        else:
            answer = signed(data, bytes.fromhex(rest[0]))
    except (InvalidSignature, InvalidTag) as error:
        answer = {"error": type(error).__name__}
    json.dump(plain(answer), sys.stdout)


main(*sys.argv[1:])
