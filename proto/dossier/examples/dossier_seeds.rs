//! Writes the fuzz targets' seeds: `cargo run -p dossier --example dossier_seeds -- tests/fuzz/corpus`.
#![allow(
    clippy::unwrap_used,
    reason = "a tool for developers stops at the first fault"
)]

#[path = "../tests/common/mod.rs"]
mod common;

use std::{fs, path::Path};

use common::{SoftKey, at, configuration, dossier, spki, staff_list};
use dossier::{
    Body, Receipt, SealedDossier, Signed, Version,
    receipt::{Outcome, Reason},
};
use rand::{SeedableRng, rngs::StdRng};

fn main() {
    let corpus = std::env::args().nth(1).unwrap();
    let put = |target: &str, name: &str, bytes: &[u8]| {
        let folder = Path::new(&corpus).join(target);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), bytes).unwrap();
    };
    let key = SoftKey::new(2);
    let whole = dossier();
    let mut small = dossier();
    (small.clock, small.second_person, small.representative) = (None, None, None);
    (small.register, small.signature, small.contact) = (None, None, None);
    (small.fingers, small.missing_fingers) = (Vec::new(), Vec::new());
    put("dossier", "whole", &whole.encode().unwrap());
    put("dossier", "small", &small.encode().unwrap());
    let signed = Signed::sign(&whole, &key).unwrap();
    put("dossier_signed", "whole", &signed.encode().unwrap());
    let mut rng = StdRng::seed_from_u64(1);
    let sealed = SealedDossier::seal(&signed, spki(&key), &mut rng).unwrap();
    put("dossier_sealed", "whole", sealed.as_bytes());
    put("dossier_sealed", "torn", &sealed.as_bytes()[..150]);
    for (name, outcome) in [
        ("held", Outcome::Held),
        ("accepted", Outcome::Accepted),
        ("rejected", Outcome::Rejected(Reason::Signature)),
    ] {
        let receipt = Receipt {
            version: Version,
            sealed: sealed.hash(),
            station: whole.station,
            application: whole.application,
            at: at(0),
            outcome,
        };
        let signed = Signed::sign(&receipt, &key).unwrap();
        put("dossier_receipt", name, &signed.encode().unwrap());
    }
    let signed = Signed::sign(&configuration(1), &key).unwrap();
    put("configuration", "whole", &signed.encode().unwrap());
    let signed = Signed::sign(&staff_list(1), &key).unwrap();
    put("staff_list", "whole", &signed.encode().unwrap());
}
