//! What every token must do, on the real SoftHSM: roles, confinement, loss and return.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::{
    fs,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use crate::common::Bench;
use cryptoki::{
    context::{CInitializeArgs, CInitializeFlags, Pkcs11},
    mechanism::Mechanism,
    object::{Attribute, AttributeType, ObjectClass},
    session::{Session, UserType},
    types::AuthPin,
};
use key_custody::{
    Curve, CustodyError, Token, initialise_token,
    role::{CardMaster, CountrySigning, DocumentSigning, TicketSigning},
};
use openssl::{
    bn::BigNum, ecdsa::EcdsaSig, encrypt::Encrypter, hash::MessageDigest, pkey::PKey, rsa::Padding,
    sign::Signer,
};

fn verifies(spki: &[u8], digest: &[u8], raw: &[u8]) -> bool {
    let key = PKey::public_key_from_der(spki).unwrap().ec_key().unwrap();
    let (r, s) = raw.split_at(raw.len() / 2);
    let (r, s) = (
        BigNum::from_slice(r).unwrap(),
        BigNum::from_slice(s).unwrap(),
    );
    EcdsaSig::from_private_components(r, s)
        .unwrap()
        .verify(digest, &key)
        .unwrap()
}

/// A session beside our own code: in this process the module is initialised and logged in already.
fn raw_session(token: &Token) -> Session {
    let pkcs11 = Pkcs11::new(key_custody::softhsm::MODULE).unwrap();
    let again = pkcs11.initialize(CInitializeArgs::new(CInitializeFlags::OS_LOCKING_OK));
    assert!(
        again.is_err(),
        "our code initialised the module of this process"
    );
    let slots = pkcs11.get_slots_with_token().unwrap();
    let slot = slots
        .into_iter()
        .find(|slot| pkcs11.get_token_info(*slot).unwrap().label() == token.label())
        .unwrap();
    pkcs11.open_rw_session(slot).unwrap()
}

fn private_keys(session: &Session) -> Vec<cryptoki::object::ObjectHandle> {
    session
        .find_objects(&[Attribute::Class(ObjectClass::PRIVATE_KEY)])
        .unwrap()
}

#[test]
fn signatures_verify_on_every_curve() {
    let bench = Bench::new();
    let token = bench.token("signing");
    for curve in Curve::ALL {
        let key = token
            .generate_ec::<DocumentSigning>(&format!("{curve:?}"), curve)
            .unwrap();
        for length in [32, 48] {
            let digest = vec![0xA5; length];
            let signed = token.sign_digest(&key, &digest);
            if length > curve.coordinate_length() {
                assert!(matches!(signed, Err(CustodyError::InputLength { .. })));
            } else {
                assert!(
                    verifies(key.public_key_spki(), &digest, &signed.unwrap()),
                    "{curve:?}"
                );
            }
        }
        let found = token.find_ec::<DocumentSigning>(key.label()).unwrap();
        assert_eq!(found.public_key_spki(), key.public_key_spki());
        assert_eq!(found.curve(), curve);
    }
}

#[test]
fn a_private_key_cannot_leave() {
    let bench = Bench::new();
    let token = bench.token("signing");
    token
        .generate_ec::<DocumentSigning>("ds-1", Curve::BrainpoolP256r1)
        .unwrap();
    let session = raw_session(&token);
    let keys = private_keys(&session);
    assert_eq!(keys.len(), 1);
    let rights = session
        .get_attributes(
            keys[0],
            &[
                AttributeType::Value,
                AttributeType::Extractable,
                AttributeType::NeverExtractable,
                AttributeType::Sensitive,
                AttributeType::Derive,
            ],
        )
        .unwrap();
    assert!(
        !rights
            .iter()
            .any(|right| matches!(right, Attribute::Value(_))),
        "{rights:?}"
    );
    assert!(rights.contains(&Attribute::Extractable(false)));
    assert!(rights.contains(&Attribute::NeverExtractable(true)));
    assert!(rights.contains(&Attribute::Sensitive(true)));
    assert!(rights.contains(&Attribute::Derive(false)));

    let wrapper = [
        Attribute::Wrap(true),
        Attribute::ValueLen(32.into()),
        Attribute::Token(false),
    ];
    let wrapper = session
        .generate_key(&Mechanism::AesKeyGen, &wrapper)
        .unwrap();
    let refused = session
        .wrap_key(&Mechanism::AesKeyWrapPad, wrapper, keys[0])
        .unwrap_err();
    assert!(
        format!("{refused:?}").contains("KeyUnextractable"),
        "{refused:?}"
    );
    // Nor can the confinement be lifted, by change or by copy.
    assert!(
        session
            .update_attributes(keys[0], &[Attribute::Extractable(true)])
            .is_err()
    );
    let open = [Attribute::Extractable(true), Attribute::Sensitive(false)];
    assert!(session.copy_object(keys[0], &open).is_err());
}

#[test]
fn the_master_key_computes_cmacs_and_nothing_else() {
    let bench = Bench::new();
    let token = bench.token("line");
    let key = token.generate_aes::<CardMaster>("card-master").unwrap();
    let mac = token.cmac(&key, b"diversify").unwrap();
    assert_eq!(*mac, *token.cmac(&key, b"diversify").unwrap());
    assert_ne!(*mac, *token.cmac(&key, b"diversify2").unwrap());

    let session = raw_session(&token);
    let found = session
        .find_objects(&[Attribute::Class(ObjectClass::SECRET_KEY)])
        .unwrap();
    assert_eq!(found.len(), 1);
    assert!(
        session
            .encrypt(&Mechanism::AesEcb, found[0], &[0; 16])
            .is_err()
    );
    assert!(
        session
            .decrypt(&Mechanism::AesEcb, found[0], &[0; 16])
            .is_err()
    );
    assert!(
        session
            .wrap_key(&Mechanism::AesKeyWrap, found[0], found[0])
            .is_err()
    );
    let value = session
        .get_attributes(found[0], &[AttributeType::Value])
        .unwrap();
    assert!(
        !value
            .iter()
            .any(|v| matches!(v, Attribute::Value(bytes) if !bytes.is_empty()))
    );
}

#[test]
fn a_cmac_is_that_of_sp_800_38b() {
    // A known key cannot be put under our roles, so the token's CMAC is compared with OpenSSL's
    // through a session key beside them.
    let bench = Bench::new();
    let token = bench.token("line");
    let session = raw_session(&token);
    let template = [
        Attribute::Class(ObjectClass::SECRET_KEY),
        Attribute::KeyType(cryptoki::object::KeyType::AES),
        Attribute::Value(vec![0x2B; 32]),
        Attribute::Sign(true),
        Attribute::Token(false),
    ];
    let key = session.create_object(&template).unwrap();
    let mac = session
        .sign(&Mechanism::AesCMac, key, b"some message")
        .unwrap();
    let cipher = openssl::cipher::Cipher::aes_256_cbc();
    let reference = {
        let mut context = openssl::pkey_ctx::PkeyCtx::new_id(openssl::pkey::Id::CMAC).unwrap();
        context.keygen_init().unwrap();
        context.set_keygen_cipher(cipher).unwrap();
        context.set_keygen_mac_key(&[0x2B; 32]).unwrap();
        let key = context.keygen().unwrap();
        Signer::new_without_digest(&key)
            .unwrap()
            .sign_oneshot_to_vec(b"some message")
            .unwrap()
    };
    assert_eq!(mac, reference);
}

#[test]
fn a_delivery_opens_only_with_its_private_key() {
    let bench = Bench::new();
    let token = bench.token("line");
    let key = token.generate_delivery_key("delivery").unwrap();
    let public = PKey::public_key_from_der(key.public_key_spki()).unwrap();
    let mut maker = Encrypter::new(&public).unwrap();
    maker.set_rsa_padding(Padding::PKCS1_OAEP).unwrap();
    maker.set_rsa_oaep_md(MessageDigest::sha1()).unwrap();
    let mut wrapped = vec![0; maker.encrypt_len(&[7; 32]).unwrap()];
    let length = maker.encrypt(&[7; 32], &mut wrapped).unwrap();
    wrapped.truncate(length);
    assert_eq!(
        *token.decrypt_delivery(&key, &wrapped).unwrap(),
        vec![7; 32]
    );
    wrapped[100] ^= 1;
    let refused = token.decrypt_delivery(&key, &wrapped).unwrap_err();
    assert!(matches!(refused, CustodyError::Refused { .. }), "{refused}");
    let short = token.decrypt_delivery(&key, &wrapped[1..]).unwrap_err();
    assert!(matches!(short, CustodyError::InputLength { .. }), "{short}");
}

#[test]
fn keys_are_found_by_role_and_only_when_single() {
    let bench = Bench::new();
    let token = bench.token("signing");
    token
        .generate_ec::<DocumentSigning>("key", Curve::P256)
        .unwrap();
    let other_role = token.find_ec::<TicketSigning>("key").unwrap_err();
    assert!(
        matches!(other_role, CustodyError::NotOneKey { found: 0, .. }),
        "{other_role}"
    );
    let again = token
        .generate_ec::<DocumentSigning>("key", Curve::P256)
        .unwrap_err();
    assert!(matches!(again, CustodyError::Exists { .. }), "{again}");
    token
        .generate_ec::<CountrySigning>("key", Curve::P384)
        .unwrap();

    // A second key pair of the same name, made by somebody else's tool.
    let session = raw_session(&token);
    let names = [
        Attribute::Token(true),
        Attribute::Label(b"key".to_vec()),
        Attribute::Id(b"document-signing".to_vec()),
    ];
    let mut public = names.to_vec();
    public.push(Attribute::EcParams(Curve::P256.oid_der().to_vec()));
    let mut private = names.to_vec();
    private.extend([Attribute::Private(true), Attribute::Sign(true)]);
    session
        .generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)
        .unwrap();
    let doubled = token.find_ec::<DocumentSigning>("key").unwrap_err();
    assert!(
        matches!(doubled, CustodyError::NotOneKey { found: 2, .. }),
        "{doubled}"
    );
}

#[test]
fn a_key_with_more_rights_is_refused() {
    let bench = Bench::new();
    let token = bench.token("signing");
    let session = raw_session(&token);
    for (number, extra) in [
        Attribute::Extractable(true),
        Attribute::Sensitive(false),
        Attribute::Derive(true),
        Attribute::Decrypt(true),
    ]
    .into_iter()
    .enumerate()
    {
        let label = format!("loose-{number}");
        let names = [
            Attribute::Token(true),
            Attribute::Label(label.clone().into_bytes()),
            Attribute::Id(b"document-signing".to_vec()),
        ];
        let mut public = names.to_vec();
        public.push(Attribute::EcParams(Curve::P256.oid_der().to_vec()));
        let mut private = names.to_vec();
        private.extend([
            Attribute::Private(true),
            Attribute::Sign(true),
            Attribute::Derive(false),
            Attribute::Decrypt(false),
            Attribute::Unwrap(false),
            Attribute::SignRecover(false),
            Attribute::Sensitive(true),
            Attribute::Extractable(false),
        ]);
        private.retain(|attribute| attribute.attribute_type() != extra.attribute_type());
        private.push(extra);
        session
            .generate_key_pair(&Mechanism::EccKeyPairGen, &public, &private)
            .unwrap();
        let unfit = token.find_ec::<DocumentSigning>(&label).unwrap_err();
        assert!(matches!(unfit, CustodyError::KeyUnfit { .. }), "{unfit}");
    }
}

#[test]
fn a_wrong_pin_is_named_and_not_tried_again() {
    let bench = Bench::new();
    drop(bench.token("signing"));
    let (config, _) = bench.config("signing");
    let right = fs::read(&config.pin_file).unwrap();
    fs::write(&config.pin_file, b"00000000").unwrap();
    let refused = Token::open(&config).unwrap_err();
    assert!(
        matches!(refused, CustodyError::WrongPin { .. }),
        "{refused}"
    );
    assert!(!refused.to_string().contains("00000000"));

    let token = Token::open_absent(&config).unwrap();
    for _ in 0..3 {
        assert!(matches!(token.health(), Err(CustodyError::WrongPin { .. })));
    }
    fs::write(&config.pin_file, right).unwrap();
    token.health().unwrap();
}

#[test]
fn a_token_comes_back_without_a_restart() {
    let bench = Bench::new();
    let token = bench.token("signing");
    let other = bench.token("orders");
    let key = token
        .generate_ec::<DocumentSigning>("ds-1", Curve::BrainpoolP256r1)
        .unwrap();
    let ticket = other
        .generate_ec::<TicketSigning>("tickets", Curve::P256)
        .unwrap();
    let (here, away) = (
        bench.path().join("tokens"),
        bench.path().join("tokens.away"),
    );
    for _ in 0..3 {
        token.sign_digest(&key, &[1; 32]).unwrap();
        fs::rename(&here, &away).unwrap();
        for _ in 0..5 {
            let absent = token.sign_digest(&key, &[1; 32]).unwrap_err();
            assert!(absent.is_absence(), "{absent}");
            assert!(token.health().unwrap_err().is_absence());
            assert!(
                other
                    .sign_digest(&ticket, &[1; 32])
                    .unwrap_err()
                    .is_absence()
            );
            assert!(
                token
                    .find_ec::<DocumentSigning>("ds-1")
                    .unwrap_err()
                    .is_absence()
            );
        }
        fs::rename(&away, &here).unwrap();
        let mut waited = 0;
        while token.health().is_err() && waited < 100 {
            thread::sleep(std::time::Duration::from_millis(20));
            waited += 1;
        }
        let signature = token.sign_digest(&key, &[2; 32]).unwrap();
        assert!(verifies(key.public_key_spki(), &[2; 32], &signature));
        other.sign_digest(&ticket, &[1; 32]).unwrap();
    }
}

/// Waits until the threads counted that far.
fn reaches(counter: &AtomicUsize, count: usize) {
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while counter.load(Ordering::Relaxed) < count {
        assert!(std::time::Instant::now() < end, "stopped short of {count}");
        thread::sleep(std::time::Duration::from_millis(1));
    }
}

#[test]
fn many_threads_survive_a_loss() {
    let bench = Bench::new();
    let token = Arc::new(bench.token("signing"));
    let key = Arc::new(
        token
            .generate_ec::<DocumentSigning>("ds-1", Curve::P256)
            .unwrap(),
    );
    let (here, away) = (
        bench.path().join("tokens"),
        bench.path().join("tokens.away"),
    );
    let (signed, missed) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let threads: Vec<_> = (0..8)
        .map(|_| {
            let (token, key) = (token.clone(), key.clone());
            let (signed, missed) = (signed.clone(), missed.clone());
            thread::spawn(move || {
                let (mut good, mut absent) = (0, 0);
                let deadline = std::time::Instant::now() + std::time::Duration::from_secs(20);
                while good < 200 || absent == 0 {
                    assert!(
                        std::time::Instant::now() < deadline,
                        "good {good} absent {absent}"
                    );
                    match token.sign_digest(&key, &[3; 32]) {
                        Ok(signature) => {
                            assert!(verifies(key.public_key_spki(), &[3; 32], &signature));
                            good += 1;
                            signed.fetch_add(1, Ordering::Relaxed);
                        }
                        Err(error) => {
                            assert!(error.is_absence(), "{error}");
                            absent += 1;
                            missed.fetch_add(1, Ordering::Relaxed);
                            thread::sleep(std::time::Duration::from_millis(10));
                        }
                    }
                }
            })
        })
        .collect();
    // In the middle of the work the token goes; it comes back when the threads have seen it gone.
    reaches(&signed, 80);
    fs::rename(&here, &away).unwrap();
    reaches(&missed, 8);
    fs::rename(&away, &here).unwrap();
    for thread in threads {
        thread.join().unwrap();
    }
}

#[test]
fn a_key_replaced_during_an_absence_is_noticed() {
    let bench = Bench::new();
    let token = bench.token("signing");
    let key = token
        .generate_ec::<DocumentSigning>("ds-1", Curve::P256)
        .unwrap();
    let session = raw_session(&token);
    for object in session
        .find_objects(&[Attribute::Label(b"ds-1".to_vec())])
        .unwrap()
    {
        session.destroy_object(object).unwrap();
    }
    drop(session);
    let gone = token.sign_digest(&key, &[1; 32]).unwrap_err();
    assert!(
        matches!(gone, CustodyError::NotOneKey { found: 0, .. }),
        "{gone}"
    );
    token
        .generate_ec::<DocumentSigning>("ds-1", Curve::P256)
        .unwrap();
    let other = token.sign_digest(&key, &[1; 32]).unwrap_err();
    assert!(matches!(other, CustodyError::KeyUnfit { .. }), "{other}");
}

#[test]
fn a_token_is_made_once_and_completed_after_an_interruption() {
    let bench = Bench::new();
    let (config, so_pin_file) = bench.config("signing");
    initialise_token(&config, &so_pin_file).unwrap();
    let again = initialise_token(&config, &so_pin_file).unwrap_err();
    assert!(matches!(again, CustodyError::Exists { .. }), "{again}");

    // The first step only, as after a crash: labelled, but without a user PIN.
    let (half, half_so) = bench.config("half");
    let pkcs11 = Pkcs11::new(key_custody::softhsm::MODULE).unwrap();
    let free = pkcs11
        .get_slots_with_token()
        .unwrap()
        .into_iter()
        .find(|slot| !pkcs11.get_token_info(*slot).unwrap().token_initialized());
    let so_pin = fs::read_to_string(&half_so).unwrap();
    pkcs11
        .init_token(free.unwrap(), &AuthPin::new(so_pin.into()), "half")
        .unwrap();
    assert!(Token::open(&half).unwrap_err().is_absence());
    initialise_token(&half, &half_so).unwrap();
    Token::open(&half).unwrap().health().unwrap();
}

#[test]
fn one_process_uses_one_configuration_at_a_time() {
    let (signing, country) = (Bench::new(), Bench::new());
    let (country_config, country_so) = country.config("country");
    let token = signing.token("signing");
    let conflict = initialise_token(&country_config, &country_so).unwrap_err();
    assert!(
        matches!(conflict, CustodyError::OtherConfiguration { .. }),
        "{conflict}"
    );
    token.health().unwrap();
    drop(token);
    initialise_token(&country_config, &country_so).unwrap();
    let token = Token::open(&country_config).unwrap();
    // The tokens of the other folder are out of reach, whatever label is asked for.
    let (mut stray, _) = signing.config("signing");
    stray.softhsm2_conf = country_config.softhsm2_conf.clone();
    assert!(Token::open(&stray).unwrap_err().is_absence());
    token.health().unwrap();
}

#[test]
fn another_program_can_be_logged_in_at_the_same_time() {
    let bench = Bench::new();
    let token = bench.token("signing");
    let (config, _) = bench.config("signing");
    let second = Token::open(&config).unwrap();
    let key = token
        .generate_ec::<DocumentSigning>("ds-1", Curve::P256)
        .unwrap();
    let same = second.find_ec::<DocumentSigning>("ds-1").unwrap();
    drop(token);
    assert!(second.sign_digest(&same, &[1; 32]).is_ok());
    assert!(second.sign_digest(&key, &[1; 32]).is_ok());
    let session = raw_session(&second);
    let again = session.login(UserType::User, Some(&AuthPin::new("0000".into())));
    assert!(again.is_err());
}
