//! What onboarding leaves behind: keys in the token, who the station is, what was issued to it.

use std::fs;
use std::path::Path;
use std::sync::{Mutex, PoisonError};

use dossier::staff::Role;
use dossier::{KeyId, OfficeId, StationId};
use e2e::counter::authority::{Authority, Subject, now};
use e2e::counter::{Intake, station::at};
use enrolment_station::draft::Drafts;
use enrolment_station::store::Store;
use enrolment_station::store::issued::Kind;
use key_custody::role::{DraftStore, StationSigning, StationTls};
use key_custody::{Curve, Token, TokenConfig, create_pin_file, initialise_token, softhsm};
use openssl::pkey::PKey;
use openssl::x509::X509;
use personalisation_store::fleet::{KeyUse, NewStation, StationCertificate};
use rand::rand_core::UnwrapErr;
use rand::rngs::SysRng;
use serde::Serialize;

use crate::capture::issues;

/// A process has one configuration of SoftHSM at a time.
static TOKEN: Mutex<()> = Mutex::new(());

/// In a draft of somebody who did not come again: it stays while no centre's answer confirms the clock.
pub const LEFT_BEHIND: &[u8] = b"a month old";
/// Its certificates: since yesterday, for a month.
const PERIOD: (i64, i64) = (-86_400, 30 * 86_400);

/// As `fleet` keeps it.
#[derive(Serialize)]
struct Identity {
    station: StationId,
    office: OfficeId,
    generation: u32,
    tls: Vec<u8>,
    signing: Vec<u8>,
    authority: Vec<u8>,
    configuration_key: Vec<u8>,
    receipt_keys: Vec<Vec<u8>>,
}

/// What onboarding leaves: keys in the token, who we are, what was issued; at a real centre also its row there.
#[expect(clippy::too_many_lines, reason = "all that onboarding leaves")]
pub fn take_in(place: &Path, authority: &Authority, centre: Option<&Intake>) {
    let _alone = TOKEN.lock().unwrap_or_else(PoisonError::into_inner);
    let mut rng = UnwrapErr(SysRng);
    let folder = place.join("softhsm");
    fs::create_dir(&folder).unwrap();
    softhsm::write_configuration(&folder).unwrap();
    let (pin, officer) = (place.join("pin"), place.join("so-pin"));
    create_pin_file(&pin, &mut rng).unwrap();
    create_pin_file(&officer, &mut rng).unwrap();
    let config = TokenConfig {
        module: softhsm::MODULE.into(),
        softhsm2_conf: Some(softhsm::configuration(&folder)),
        token_label: "station".to_owned(),
        pin_file: pin,
    };
    initialise_token(&config, &officer).unwrap();
    let token = Token::open(&config).unwrap();
    let drafts = token.generate_aes::<DraftStore>("drafts").unwrap();
    let tls = token
        .generate_ec::<StationTls>("tls-1", Curve::P256)
        .unwrap();
    let signing = token
        .generate_ec::<StationSigning>("signing-1", Curve::P256)
        .unwrap();
    let station = StationId::from_bytes([0x51; 16]);
    let certify = |spki: &[u8]| {
        let subject = Subject {
            role: "station",
            name: &station.to_string(),
            period: PERIOD,
        };
        let key = PKey::public_key_from_der(spki).unwrap();
        authority.certify(&key, subject).unwrap().to_der().unwrap()
    };
    let identity = Identity {
        station,
        office: issues::OFFICE.parse().unwrap(),
        generation: 1,
        tls: certify(tls.public_key_spki()),
        signing: certify(signing.public_key_spki()),
        authority: authority.der().unwrap(),
        configuration_key: Vec::new(),
        receipt_keys: Vec::new(),
    };
    let certificates = [
        (KeyUse::Tls, tls.public_key_spki(), &identity.tls),
        (
            KeyUse::Signing,
            signing.public_key_spki(),
            &identity.signing,
        ),
    ];
    let certificates = certificates.map(|(key_use, spki, der)| StationCertificate {
        station,
        key_use,
        key: KeyId::of(spki),
        spki: spki.to_vec(),
        der: der.clone(),
        authority: authority.der().unwrap(),
        not_before: at(now() + PERIOD.0),
        not_after: at(now() + PERIOD.1),
        revoked_at: None,
    });
    let identity = serde_cbor::to_vec(&identity).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let real = centre.map(|centre| {
        let newest = runtime.block_on(centre.store.newest_configuration());
        (centre, newest.unwrap().unwrap().0)
    });
    let (configuration, staff) = issues::issued(&makers(place), real);
    runtime.block_on(async {
        let store = Store::open(&place.join("data"), &token, &drafts, &mut rng)
            .await
            .unwrap();
        let items = [
            (Kind::Station, &identity[..]),
            (Kind::Configuration, &configuration[..]),
            (Kind::StaffList, &staff[..]),
        ];
        store
            .put_issued(&mut rng, &items, issues::now())
            .await
            .unwrap();
        if centre.is_some() {
            let old = issues::now() - time::Duration::days(31);
            let drafts = Drafts::new(&store);
            let left = drafts.create(&mut rng, old).await.unwrap();
            let saved = drafts.save(&mut rng, left, "portrait", LEFT_BEHIND, None, old);
            saved.await.unwrap();
        }
        store.close().await;
        if let Some(centre) = centre {
            let new = NewStation {
                id: station,
                office: issues::OFFICE.parse().unwrap(),
                replaces: None,
                certificates: &certificates,
            };
            centre.store.take_in(&new, &[], at(now())).await.unwrap();
            let counters = |role| matches!(role, Role::Clerk | Role::Supervisor);
            for member in issues::people().people {
                if let Some(role) = member.roles.iter().copied().find(|role| counters(*role)) {
                    let employed = centre.employ(member.person, role, Some(&new.office));
                    employed.await.unwrap();
                }
            }
        }
    });
}

/// Certificates that the simulated devices left for us.
fn makers(place: &Path) -> Vec<Vec<u8>> {
    let files = fs::read_dir(place.join("makers")).unwrap();
    let read = files.map(|file| fs::read(file.unwrap().path()).unwrap());
    read.map(|bytes| {
        let certificate = X509::from_der(&bytes).or_else(|_| X509::from_pem(&bytes));
        certificate.unwrap().to_der().unwrap()
    })
    .collect()
}
