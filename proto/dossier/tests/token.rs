//! The same way with every key in a real token: the station's and the centre's.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::sync::Arc;

use crate::common::{SoftKey, dossier, spki};
use dossier::{
    SealedDossier, Signed, SigningKey,
    hpke::{ENC_LENGTH, HpkeError, ReceiverKey},
    sealed::SealError,
};
use key_custody::{
    Curve, CustodyError, EcKey, ReceivingKey, Token, TokenConfig, create_pin_file,
    initialise_token,
    role::{IntakeOpening, StationSigning},
    softhsm,
};
use rand::{SeedableRng, rngs::StdRng};
use zeroize::Zeroizing;

struct Station(Arc<Token>, EcKey<StationSigning>);

impl SigningKey for Station {
    type Error = CustodyError;

    fn spki(&self) -> &[u8] {
        self.1.public_key_spki()
    }

    fn sign(&self, digest: &[u8; 32]) -> Result<[u8; 64], CustodyError> {
        let signature = self.0.sign_digest(&self.1, digest)?;
        Ok(signature.try_into().unwrap())
    }
}

struct Intake(Arc<Token>, ReceivingKey);

impl ReceiverKey for Intake {
    type Error = CustodyError;

    fn spki(&self) -> &[u8] {
        self.1.public_key_spki()
    }

    fn dh(&self, point: &[u8; ENC_LENGTH]) -> Result<Zeroizing<[u8; 32]>, CustodyError> {
        self.0.agree(&self.1, point)
    }
}

fn token(folder: &std::path::Path, label: &str) -> Arc<Token> {
    let mut rng = StdRng::seed_from_u64(label.len() as u64);
    let pin_file = folder.join(format!("{label}.pin"));
    let so_pin_file = folder.join(format!("{label}.so-pin"));
    create_pin_file(&pin_file, &mut rng).unwrap();
    create_pin_file(&so_pin_file, &mut rng).unwrap();
    let config = TokenConfig {
        module: softhsm::MODULE.into(),
        softhsm2_conf: Some(softhsm::write_configuration(folder).unwrap()),
        token_label: label.into(),
        pin_file,
    };
    initialise_token(&config, &so_pin_file).unwrap();
    Arc::new(Token::open(&config).unwrap())
}

#[test]
fn from_the_stations_token_to_the_centres() {
    let folder = tempfile::tempdir().unwrap();
    let (at_station, at_centre) = (
        token(folder.path(), "station"),
        token(folder.path(), "intake"),
    );
    let signing = at_station
        .generate_ec::<StationSigning>("signing", Curve::P256)
        .unwrap();
    let station = Station(at_station, signing);
    let opening = at_centre
        .generate_ec::<IntakeOpening>("intake-1", Curve::P256)
        .unwrap();
    let intake = Intake(at_centre, opening);
    let mut rng = StdRng::seed_from_u64(1);
    for _ in 0..20 {
        let signed = Signed::sign(&dossier(), &station).unwrap();
        let sealed = SealedDossier::seal(&signed, ReceiverKey::spki(&intake), &mut rng).unwrap();
        let opened = sealed.open(&intake).unwrap();
        assert_eq!(
            opened.verify(SigningKey::spki(&station)).unwrap(),
            dossier()
        );
    }
    // A token that is away is no reason to reject what a station sent.
    let signed = Signed::sign(&dossier(), &SoftKey::new(5)).unwrap();
    let sealed = SealedDossier::seal(&signed, ReceiverKey::spki(&intake), &mut rng).unwrap();
    let away = folder.path().join("away");
    std::fs::rename(folder.path().join("tokens"), &away).unwrap();
    let absent = sealed.open(&intake).unwrap_err();
    assert!(
        matches!(absent, SealError::Hpke(HpkeError::Receiver(_))),
        "{absent}"
    );
    assert_eq!(absent.reason(), None);
    std::fs::rename(&away, folder.path().join("tokens")).unwrap();
    for _ in 0..100 {
        if intake.0.health().is_ok() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let opened = sealed.open(&intake).unwrap();
    assert_eq!(opened.verify(spki(&SoftKey::new(5))).unwrap(), dossier());
}
