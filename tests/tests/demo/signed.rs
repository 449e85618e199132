//! The demo's security objects, verified by OpenSSL.

use std::{collections::BTreeMap, fs, path::Path};

use e2e::oracles;

use super::text;

/// The security object is CMS that OpenSSL verifies, and its hashes are those of the files.
pub fn openssl_finds_every_file_signed(folder: &Path, scratch: &Path) {
    let sod = fs::read(folder.join("chip/EF_SOD.bin")).unwrap();
    // Tag 77 with a length of two bytes, 82 xx xx.
    assert_eq!(&sod[..2], [0x77, 0x82]);
    let (cms, content) = (scratch.join("cms.der"), scratch.join("content.der"));
    fs::write(&cms, &sod[4..]).unwrap();
    let verify = ["cms", "-verify", "-binary", "-inform", "DER", "-noverify"];
    let files = ["-in", text(&cms), "-out", text(&content)];
    oracles::openssl(&[verify.as_slice(), &files].concat()).unwrap();
    // A flipped bit in what is signed must not pass, or the check above says nothing.
    let mut spoilt = sod[4..].to_vec();
    let hash = spoilt
        .windows(2)
        .position(|two| two == [0x04, 0x20])
        .unwrap();
    spoilt[hash + 2] ^= 1;
    fs::write(&cms, spoilt).unwrap();
    oracles::openssl(&[verify.as_slice(), &files].concat()).unwrap_err();
    fs::write(&cms, &sod[4..]).unwrap();
    oracles::openssl(&[verify.as_slice(), &files].concat()).unwrap();

    let structure = oracles::openssl(&["asn1parse", "-inform", "DER", "-in", text(&content)]);
    let structure = structure.unwrap();
    let mut signed = BTreeMap::new();
    let mut number = 0;
    for line in structure.lines() {
        if let Some((_, value)) = line.split_once("INTEGER           :") {
            number = u8::from_str_radix(value, 16).unwrap();
        } else if let Some((_, hash)) = line.split_once("OCTET STRING      [HEX DUMP]:") {
            signed.insert(number, hash.to_lowercase());
        }
    }
    let groups: Vec<u8> = signed.keys().copied().collect();
    assert_eq!(groups, [1, 2, 3, 7, 11, 12, 14]);
    for (group, hash) in signed {
        let file = folder.join("chip").join(format!("EF_DG{group}.bin"));
        let printed = oracles::openssl(&["dgst", "-sha256", "-r", text(&file)]).unwrap();
        assert_eq!(printed.split(' ').next().unwrap(), hash, "DG{group}");
    }
}
