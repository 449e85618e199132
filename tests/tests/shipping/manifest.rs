//! A manifest read and verified by others: Python reads the bytes by docs/shipping.md, the OpenSSL program verifies.

use std::fs;
use std::path::Path;

use e2e::oracles;
use serde_json::Value;

/// Reads canonical CBOR by itself, and writes what was signed and the signature (r and s as DER) beside the file.
const READ: &str = r"
import hashlib, json, sys
data = open(sys.argv[1], 'rb').read()
def read(at):
    major, info = data[at] >> 5, data[at] & 31
    at += 1
    if info >= 24:
        length = 1 << (info - 24)
        info, at = int.from_bytes(data[at:at + length], 'big'), at + length
    if major == 0: return info, at
    if major == 2: return data[at:at + info], at + info
    if major == 3: return data[at:at + info].decode(), at + info
    assert major == 4, major
    items = []
    for _ in range(info):
        item, at = read(at)
        items.append(item)
    return items, at
(body, signature), end = read(0)
assert end == len(data) and len(signature) == 64
def integer(value):
    value = value.lstrip(b'\0')
    if value[0] > 127: value = b'\0' + value
    return b'\2' + bytes([len(value)]) + value
both = integer(signature[:32]) + integer(signature[32:])
open(sys.argv[1] + '.sig', 'wb').write(b'\x30' + bytes([len(both)]) + both)
open(sys.argv[1] + '.body', 'wb').write(body)
data = body
fields, end = read(0)
assert end == len(body)
version, shipment, number, container, seal, destination, sealed, sealers, count, pieces = fields
print(json.dumps({'version': version, 'shipment': shipment.hex(), 'number': number, 'container': container, 'seal': seal,
    'destination': destination, 'sealed': sealed, 'sealers': [one.hex() for one in sealers], 'count': count,
    'pieces': [piece[0] for piece in pieces], 'hash': hashlib.sha256(body).hexdigest()}))
";

/// What a signed manifest says, where the OpenSSL program finds its signature right.
pub fn verified(signed: &[u8], key: &Path) -> Value {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("manifest.cbor");
    fs::write(&file, signed).unwrap();
    let file = file.to_str().unwrap();
    let said = oracles::python_says(&["-c", READ, file]).unwrap();
    let (body, signature) = (format!("{file}.body"), format!("{file}.sig"));
    let key = key.to_str().unwrap();
    let verify = |body: &str| {
        let arguments = [
            "dgst",
            "-sha256",
            "-keyform",
            "DER",
            "-verify",
            key,
            "-signature",
            &signature,
            body,
        ];
        oracles::openssl(&arguments)
    };
    assert!(verify(&body).unwrap().contains("Verified OK"));
    // One card more, or another: any byte.
    let mut altered = fs::read(&body).unwrap();
    let last = altered.len() - 20;
    altered[last] ^= 1;
    let other = format!("{file}.altered");
    fs::write(&other, altered).unwrap();
    assert!(verify(&other).is_err(), "an altered manifest verifies");
    serde_json::from_str(&said).unwrap()
}
