"""Judges audit logs and Merkle proofs, written naively from RFC 6962 and docs/audit.md alone: hashlib and cryptography.

proofs [[INDEX, SIZE], …]     of trees whose leaves are 0, 1, … in four bytes: root, inclusion of INDEX, consistency from INDEX + 1
archive FILE LOG_PEM WITNESS_PEM   an exported log
Prints JSON; bytes as hexadecimal digits.
"""

import hashlib
import json
import sys
import tarfile

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils


def sha256(data):
    return hashlib.sha256(data).digest()


def split(n):
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(leaves):
    """RFC 6962 section 2.1, over leaf hashes."""
    if not leaves:
        return sha256(b"")
    if len(leaves) == 1:
        return leaves[0]
    k = split(len(leaves))
    return sha256(b"\x01" + mth(leaves[:k]) + mth(leaves[k:]))


def path(m, leaves):
    """Section 2.1.1."""
    if len(leaves) == 1:
        return []
    k = split(len(leaves))
    if m < k:
        return path(m, leaves[:k]) + [mth(leaves[k:])]
    return path(m - k, leaves[k:]) + [mth(leaves[:k])]


def subproof(m, leaves, whole):
    """Section 2.1.2."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = split(len(leaves))
    if m <= k:
        return subproof(m, leaves[:k], whole) + [mth(leaves[k:])]
    return subproof(m - k, leaves[k:], False) + [mth(leaves[:k])]


def proofs(cases):
    said = []
    for index, size in cases:
        leaves = [sha256(b"\x00" + number.to_bytes(4, "big")) for number in range(size)]
        said.append({
            "root": mth(leaves).hex(),
            "inclusion": [node.hex() for node in path(index, leaves)],
            "consistency": [node.hex() for node in subproof(index + 1, leaves, True)],
        })
    return said


def signed(key, signature, text):
    raw = bytes.fromhex(signature)
    r, s = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
    try:
        key.verify(utils.encode_dss_signature(r, s), text.encode(), ec.ECDSA(hashes.SHA256()))
        return True
    except InvalidSignature:
        return False


def leaf(record):
    name = record["writer"].encode()
    content = b"stempel record 1" + record["sequence"].to_bytes(8, "big")
    content += bytes.fromhex(record["previous"]) + bytes.fromhex(record["commitment"])
    return sha256(b"\x00" + content + bytes([len(name)]) + name)


def archive(file, log_key, witness_key):
    with tarfile.open(file) as tar:
        entries = tar.extractfile("entries.jsonl").read().decode().splitlines()
        heads = [json.loads(line) for line in tar.extractfile("heads.jsonl").read().splitlines()]
    log_key, witness_key = (
        serialization.load_pem_public_key(open(name, "rb").read()) for name in (log_key, witness_key)
    )
    wrong, leaves, writers, erased, unnamed = [], [], {}, 0, set()
    for position, line in enumerate(entries, 1):
        record = json.loads(line)
        if record["position"] != position:
            wrong.append(f"place {position}")
        if "entry" in record:
            text = line[line.index(',"entry":') + len(',"entry":') : -1]
            commitment = sha256(b"stempel commit 1" + bytes.fromhex(record["salt"]) + text.encode())
            if commitment.hex() != record["commitment"]:
                wrong.append(f"entry {position}")
            entry = record["entry"]
            if entry["act"] == "erase-entries" and entry["phase"] == "outcome":
                for run in entry["object"].split()[1:]:
                    first, last = (run.split("-") * 2)[:2]
                    unnamed -= set(range(int(first), int(last) + 1))
        else:
            erased += 1
            unnamed.add(position)
        sequence, previous = writers.get(record["writer"], (0, bytes(32)))
        if record["sequence"] != sequence + 1 or record["previous"] != previous.hex():
            wrong.append(f"chain of {record['writer']} at {position}")
        leaves.append(leaf(record))
        writers[record["writer"]] = (record["sequence"], leaves[-1])
    wrong += [f"erased without an act at {position}" for position in sorted(unnamed)]
    witnessed = 0
    for signed_head in heads:
        head = signed_head["head"]
        text = f"stempel audit head 1\n{head['log']}\n{head['size']}\n{head['root']}\n{head['time']}\n"
        if not signed(log_key, signed_head["signature"], text):
            wrong.append(f"signature at {head['size']}")
        for witness in signed_head["witnesses"]:
            seen = f"stempel audit witness 1\n{witness['name']}\n{witness['time']}\n{text}"
            witnessed += signed(witness_key, witness["signature"], seen)
        if mth(leaves[: head["size"]]).hex() != head["root"]:
            wrong.append(f"root at {head['size']}")
    return {
        "wrong": wrong,
        "entries": len(entries),
        "erased": erased,
        "heads": len(heads),
        "witnessed": witnessed,
        "root": mth(leaves).hex(),
    }


def main():
    command, *arguments = sys.argv[1:]
    said = proofs(json.loads(arguments[0])) if command == "proofs" else archive(*arguments)
    json.dump(said, sys.stdout)


main()
