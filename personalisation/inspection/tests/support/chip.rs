//! Personalising the simulator's chip over SCP03, as the contract between line and chip says.

use der::asn1::ObjectIdentifier;
use hardware_sim::card::Card;
use hardware_sim::card::maker::{Blank, ISSUER_SECURITY_DOMAIN, TRANSPORT_KEY_VERSION};
use hardware_sim::card::profile::Profile;
use hardware_sim::card::scp03::KeySet;
use icao9303::apdu::Command;
use icao9303::crypto::cipher::AesKey;
use icao9303::crypto::curve::{Curve, CurveId, Point};
use icao9303::cvc::Certificate;
use icao9303::exchange::exchange;
use icao9303::lds::{Directory, EMRTD_AID, ElementaryFile};
use icao9303::mrz::MrzInformation;
use icao9303::oid;
use icao9303::reading;
use icao9303::scp03::{self, Groupings, PutKey, SecurityLevel, StaticKeys};
use icao9303::security_info::SubjectPublicKey;
use icao9303::tlv;
use icao9303::transport::CardTransport;
use rand::SeedableRng;
use rand::rngs::StdRng;

use super::document::{self, Files, Keys, MRZ};
use super::{Signer, Wire};

/// The card access number of every test document.
pub const CAN: &str = "473921";

const CENTRE_KEY_VERSION: u8 = 0x31;

/// Changes to the files between signing and writing.
pub type Tampering = fn(&mut Files);

/// How a test document is made.
pub struct Personalisation {
    /// What becomes of the signed files before they are written.
    pub tamper: Tampering,
    /// The key that DG14 and EF.CardSecurity show; the chip's own if none.
    pub other_chip_key: Option<Point>,
    /// Which protocols the chip offers.
    pub profile: Profile,
    /// Whether it makes a key of chip authentication.
    pub chip_key: bool,
    /// Whether it makes a key of active authentication, and which.
    pub signing: Option<Signing>,
    /// The chip makes itself another signing key, after DG15 was written.
    pub forget_signing_key: bool,
    /// Whom the chip trusts to certify terminals; nobody if none.
    pub trust_point: Option<Certificate>,
    /// Whether DG3 is written as a file for everybody behind PACE.
    pub open_fingers: bool,
}

/// A key of active authentication.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signing {
    Ecdsa,
    Rsa,
}

impl Default for Personalisation {
    fn default() -> Self {
        Self {
            tamper: |_| {},
            other_chip_key: None,
            profile: Profile::IdentityCard,
            chip_key: true,
            signing: None,
            forget_signing_key: false,
            trust_point: None,
            open_fingers: false,
        }
    }
}

/// A locked, operational chip and what was meant to be on it.
pub struct Issued {
    pub card: Card,
    pub files: Files,
    folder: tempfile::TempDir,
}

impl Issued {
    /// Lets go of the chip: its state file, and the folder that holds it.
    pub fn into_file(self) -> (std::path::PathBuf, tempfile::TempDir) {
        (self.folder.path().join("chip"), self.folder)
    }
}

/// Makes a blank chip and personalises it.
pub fn issue(personalisation: &Personalisation) -> Issued {
    let folder = tempfile::tempdir().unwrap();
    let key = |byte| AesKey::from_bytes(&[byte; 16]).unwrap();
    let keys = KeySet {
        version: TRANSPORT_KEY_VERSION,
        enc: key(1),
        mac: key(2),
        dek: key(3),
    };
    let rng = Box::new(StdRng::seed_from_u64(4));
    let blank = Blank {
        profile: personalisation.profile,
        ..Blank::new(*b"TEST-CHIP1", keys)
    };
    let card = blank
        .make_and_open(&folder.path().join("chip"), rng)
        .unwrap();
    let mut wire = Wire::honest(card);
    let mut rng = StdRng::seed_from_u64(5);
    let files = personalise(&mut wire, personalisation, &mut rng);
    let mut card = wire.into_card();
    card.power_down();
    Issued {
        card,
        files,
        folder,
    }
}

fn personalise(
    card: &mut impl CardTransport,
    personalisation: &Personalisation,
    rng: &mut StdRng,
) -> Files {
    reading::select_application(card, &ISSUER_SECURITY_DOMAIN).unwrap();
    let transport = StaticKeys::from_bytes(&[1; 16], &[2; 16], &[3; 16]).unwrap();
    let answer = scp03::initialize_update(card, TRANSPORT_KEY_VERSION, rng).unwrap();
    let mut channel = answer
        .open(&mut *card, &transport, SecurityLevel::Full)
        .unwrap();
    let centre = StaticKeys::from_bytes(&[11; 16], &[12; 16], &[13; 16]).unwrap();
    let put = PutKey::new(
        TRANSPORT_KEY_VERSION,
        CENTRE_KEY_VERSION,
        &centre,
        transport.data_encryption(),
    )
    .unwrap();
    put.confirm(&send(&mut channel, put.command())).unwrap();
    drop(channel);

    reading::select_application(card, &ISSUER_SECURITY_DOMAIN).unwrap();
    let answer = scp03::initialize_update(card, CENTRE_KEY_VERSION, rng).unwrap();
    let mut channel = answer.open(card, &centre, SecurityLevel::Full).unwrap();
    let own_key = personalisation.chip_key.then(|| generate_key(&mut channel));
    let make = |kind| generate_signing_key(&mut channel, kind);
    let signing = personalisation.signing.map(make);
    let keys = Keys {
        chip: personalisation.other_chip_key.clone().or(own_key),
        signing,
        pace: personalisation.profile.offers_pace(),
    };
    let mut files = document::files(&keys, &Signer::of_vectors());
    if let Some(kind) = personalisation
        .signing
        .filter(|_| personalisation.forget_signing_key)
    {
        generate_signing_key(&mut channel, kind);
    }
    (personalisation.tamper)(&mut files);
    for (file, content) in &files {
        write(&mut channel, *file, content, personalisation.open_fingers);
    }
    if let Some(trust_point) = &personalisation.trust_point {
        let first_date = tlv::encode(0x5F25, &[2, 6, 1, 0, 0, 1]);
        let content = [first_date, trust_point.to_bytes()].concat();
        let mut groupings = Groupings::new();
        groupings.push(0x8020, &content).unwrap();
        for command in groupings.commands(1000).unwrap() {
            send(&mut channel, &command);
        }
    }
    store_passwords(&mut channel, centre.data_encryption());
    for life_cycle in [0x05, 0x07] {
        send(&mut channel, &Command::new(0x80, 0xF0, 0x40, life_cycle));
    }
    files
}

fn send(channel: &mut impl CardTransport, command: &Command) -> Vec<u8> {
    let answer = exchange(channel, command).unwrap();
    assert!(answer.status.is_ok(), "{command:?}: {:?}", answer.status);
    answer.data
}

fn generate_key(channel: &mut impl CardTransport) -> Point {
    let data = tlv::encode_constructed(
        0xB6,
        &[&tlv::encode(0x84, &[13]), &tlv::encode(0x80, &[13])],
    );
    let answer = send(
        channel,
        &Command::new(0x80, 0x47, 0x80, 0)
            .with_data(data)
            .with_le(256),
    );
    let mut reader = tlv::Reader::new(tlv::parse_exact(&answer, 0x7F49).unwrap());
    reader.expect(0x06).unwrap();
    let curve = Curve::new(CurveId::BrainpoolP256r1).unwrap();
    curve.decode_point(reader.expect(0x86).unwrap()).unwrap()
}

/// The key for DG15, and what DG14 says of how it signs.
fn generate_signing_key(
    channel: &mut impl CardTransport,
    kind: Signing,
) -> (SubjectPublicKey, Option<ObjectIdentifier>) {
    let (tag, value) = match kind {
        Signing::Ecdsa => (0x80, vec![13]),
        Signing::Rsa => (0x81, vec![0x08, 0x00]),
    };
    let data = tlv::encode(0xA4, &tlv::encode(tag, &value));
    let command = Command::new(0x80, 0x47, 0x80, 0)
        .with_data(data)
        .with_le(1_024);
    let answer = send(channel, &command);
    let mut reader = tlv::Reader::new(tlv::parse_exact(&answer, 0x7F49).unwrap());
    let protocol = ObjectIdentifier::from_bytes(reader.expect(0x06).unwrap()).unwrap();
    match kind {
        Signing::Ecdsa => {
            let point = reader.expect(0x86).unwrap();
            (SubjectPublicKey::standardised(13, point), Some(protocol))
        }
        Signing::Rsa => {
            assert_eq!(protocol, oid::ACTIVE_AUTHENTICATION);
            let modulus = [&[0], reader.expect(0x81).unwrap()].concat();
            let exponent = reader.expect(0x82).unwrap();
            let numbers = [tlv::encode(0x02, &modulus), tlv::encode(0x02, exponent)];
            let key = SubjectPublicKey {
                algorithm: ObjectIdentifier::new("1.2.840.113549.1.1.1").unwrap(),
                parameters: vec![0x05, 0x00],
                key: tlv::encode(0x30, &numbers.concat()),
            };
            (key, None)
        }
    }
}

fn write(channel: &mut impl CardTransport, file: ElementaryFile, content: &[u8], open: bool) {
    let fid = tlv::encode(0x83, &file.fid().to_be_bytes());
    let directory = match file.directory() {
        Directory::Master => Vec::new(),
        Directory::Application => tlv::encode(0x84, &EMRTD_AID),
    };
    let access = match file {
        ElementaryFile::AtrInfo | ElementaryFile::Dir | ElementaryFile::CardAccess => 0,
        ElementaryFile::DataGroup(group) if group.number() == 3 && !open => 2,
        _ => 1,
    };
    let [.., top, high, low] = content.len().to_be_bytes();
    let template = tlv::encode_constructed(
        0x62,
        &[
            &tlv::encode(0x82, &[0x01]),
            &fid,
            &directory,
            &tlv::encode(0x80, &[top, high, low]),
            &tlv::encode(0x88, &[file.sfi() << 3]),
            &tlv::encode(0x8C, &[access]),
        ],
    );
    send(channel, &Command::new(0x80, 0xE0, 0, 0).with_data(template));
    send(
        channel,
        &Command::new(0x80, 0xA4, 0, 0).with_data([fid, directory].concat()),
    );
    for (index, chunk) in content.chunks(200).enumerate() {
        let [.., high, low] = (index * 200).to_be_bytes();
        send(
            channel,
            &Command::new(0x80, 0xD6, high, low).with_data(chunk),
        );
    }
}

fn store_passwords(channel: &mut impl CardTransport, key: &AesKey) {
    let mrz = MrzInformation::from_text(MRZ).unwrap();
    let secrets = [
        tlv::encode(0x82, CAN.as_bytes()),
        tlv::encode(0x81, &mrz.password()[..]),
    ]
    .concat();
    let mut groupings = Groupings::new();
    groupings.push_encrypted(0x8010, &secrets, key).unwrap();
    for command in groupings.commands(200).unwrap() {
        send(channel, &command);
    }
}
