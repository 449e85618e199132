//! The key of a station's store, on the real SoftHSM.

use crate::common::Bench;
use key_custody::{CustodyError, role::DraftStore};
use rand::{SeedableRng, rngs::StdRng};

#[test]
fn a_data_key_opens_for_its_purpose_only() {
    let bench = Bench::new();
    let token = bench.token("station");
    let key = token.generate_aes::<DraftStore>("drafts").unwrap();
    token.check_aes(&key).unwrap();
    let mut rng = StdRng::seed_from_u64(1);
    let wrapped = token
        .wrap_data_key(&key, "drafts 1", &[7; 32], &mut rng)
        .unwrap();
    let again = token
        .wrap_data_key(&key, "drafts 1", &[7; 32], &mut rng)
        .unwrap();
    assert_ne!(wrapped, again);
    assert!(!wrapped.windows(4).any(|bytes| bytes == [7; 4]));
    let found = token.find_aes::<DraftStore>("drafts").unwrap();
    for wrapped in [&wrapped, &again] {
        assert_eq!(
            *token.unwrap_data_key(&found, "drafts 1", wrapped).unwrap(),
            [7; 32]
        );
    }
    let purpose = token
        .unwrap_data_key(&key, "drafts 2", &wrapped)
        .unwrap_err();
    assert!(matches!(purpose, CustodyError::Refused { .. }), "{purpose}");
    for position in 0..wrapped.len() {
        let mut changed = wrapped.clone();
        changed[position] ^= 1;
        assert!(
            token.unwrap_data_key(&key, "drafts 1", &changed).is_err(),
            "{position}"
        );
    }
    let short = token
        .unwrap_data_key(&key, "drafts 1", &wrapped[1..])
        .unwrap_err();
    assert!(matches!(short, CustodyError::InputLength { .. }), "{short}");
    let other = token.generate_aes::<DraftStore>("other").unwrap();
    assert!(token.unwrap_data_key(&other, "drafts 1", &wrapped).is_err());
}

#[test]
fn it_survives_the_token_going_away() {
    let bench = Bench::new();
    let token = bench.token("station");
    let key = token.generate_aes::<DraftStore>("drafts").unwrap();
    let mut rng = StdRng::seed_from_u64(1);
    let wrapped = token
        .wrap_data_key(&key, "drafts", &[7; 32], &mut rng)
        .unwrap();
    let (here, away) = (bench.path().join("tokens"), bench.path().join("away"));
    std::fs::rename(&here, &away).unwrap();
    assert!(
        token
            .unwrap_data_key(&key, "drafts", &wrapped)
            .unwrap_err()
            .is_absence()
    );
    std::fs::rename(&away, &here).unwrap();
    for _ in 0..100 {
        if token.health().is_ok() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    assert_eq!(
        *token.unwrap_data_key(&key, "drafts", &wrapped).unwrap(),
        [7; 32]
    );
}
