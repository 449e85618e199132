//! The test bench: chips with scripted randomness, APDU scripts, and a host that personalises.

#![allow(dead_code, reason = "each test target uses its part of the bench")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test may fail it"
)]

pub mod terminals;

use std::collections::VecDeque;
use std::convert::Infallible;
use std::path::{Path, PathBuf};

use der::asn1::ObjectIdentifier;
use hardware_sim::card::maker::Blank;
use hardware_sim::card::profile::Profile;
use hardware_sim::card::scp03::KeySet;
use hardware_sim::card::{Card, Randomness};
use icao9303::active_authentication::ActiveAuthenticationKey;
use icao9303::apdu::{Command, Response, StatusWord};
use icao9303::bac::{self, AccessKeys, BacError};
use icao9303::crypto::cipher::AesKey;
use icao9303::lds::Dg15;
use icao9303::pace::{self, PaceParameters, Password};
use icao9303::reading;
use icao9303::scp03::{
    self, Groupings, PutKey, Scp03Error, Scp03Transport, SecurityLevel, StaticKeys,
};
use icao9303::secure_messaging::SecureTransport;
use icao9303::security_info::{
    ActiveAuthenticationInfo, SecurityInfo, SecurityInfos, SubjectPublicKey,
};
use icao9303::tlv;
use icao9303::transport::CardTransport;
use rand::SeedableRng;
use rand::rand_core::{TryCryptoRng, TryRng};
use rand::rngs::StdRng;
use tempfile::TempDir;

pub const SERIAL: [u8; 10] = [0x4D, 0x53, 1, 2, 3, 4, 5, 6, 7, 8];
pub const APPLICATION: [u8; 7] = [0xA0, 0x00, 0x00, 0x02, 0x47, 0x10, 0x01];
pub const CAN: &str = "123456";

/// Bytes that a test laid out in advance, in the order in which the chip draws them.
pub struct Scripted(VecDeque<u8>);

impl Scripted {
    pub fn draws(draws: &[&[u8]]) -> Randomness {
        Box::new(Self(draws.concat().into()))
    }
}

impl TryRng for Scripted {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_be_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_be_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for byte in bytes {
            *byte = self
                .0
                .pop_front()
                .expect("the chip draws more than the script has");
        }
        Ok(())
    }
}

impl TryCryptoRng for Scripted {}

pub fn seeded(seed: u64) -> Randomness {
    Box::new(StdRng::seed_from_u64(seed))
}

pub fn hex(text: &str) -> Vec<u8> {
    let digits: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    ::hex::decode(digits).unwrap()
}

pub fn key(first: u8) -> AesKey {
    let bytes: Vec<u8> = (first..first + 16).collect();
    AesKey::from_bytes(&bytes).unwrap()
}

/// The transport keys of the published captures.
pub fn transport_keys() -> KeySet {
    KeySet {
        version: 0x30,
        enc: key(0x00),
        mac: key(0x10),
        dek: key(0x20),
    }
}

pub fn host_keys(keys: &KeySet) -> StaticKeys {
    let [enc, mac, dek] = [&keys.enc, &keys.mac, &keys.dek].map(AesKey::as_bytes);
    StaticKeys::from_bytes(enc, mac, dek).unwrap()
}

/// The centre's keys for a chip.
pub fn centre_keys() -> StaticKeys {
    host_keys(&KeySet {
        version: 0x31,
        enc: key(0x40),
        mac: key(0x50),
        dek: key(0x60),
    })
}

pub fn vectors(name: &str) -> serde_json::Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/vectors")
        .join(name);
    serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap()
}

/// The host's randomness.
pub fn host() -> StdRng {
    StdRng::seed_from_u64(1)
}

/// A chip in a folder of its own, in the field.
pub struct Bench {
    pub card: Card,
    pub folder: TempDir,
}

impl Bench {
    pub fn new(rng: Randomness) -> Self {
        Self::with(&Blank::new(SERIAL, transport_keys()), rng)
    }

    pub fn with(blank: &Blank, rng: Randomness) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let mut card = blank
            .make_and_open(&folder.path().join("chip"), rng)
            .unwrap();
        card.power_up().unwrap();
        Self { card, folder }
    }

    /// A chip whose file is elsewhere, or has no name any more.
    pub fn of(card: Card) -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self { card, folder }
    }

    pub fn path(&self) -> PathBuf {
        self.folder.path().join("chip")
    }

    /// Sends one command in hexadecimal; the response in hexadecimal.
    pub fn send(&mut self, command: &str) -> String {
        ::hex::encode_upper(self.card.process(&hex(command)).unwrap().response)
    }

    /// Runs a script: `>` a command, `<` the response that must come (`..` stands for any bytes),
    /// `reset` power off and on, `#` a remark.
    pub fn run(&mut self, script: &str) {
        let mut response = String::new();
        for line in script
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty())
        {
            match line.split_at(1) {
                (">", command) => response = self.send(command),
                ("<", expected) => assert_response(&response, expected, line),
                ("#", _) => {}
                _ if line == "reset" => drop(self.card.power_up().unwrap()),
                _ => panic!("not a line of a script: {line}"),
            }
        }
    }

    /// Off and on again, as after a real power failure: from the file.
    pub fn reload(self, rng: Randomness) -> Self {
        let path = self.path();
        let Self { card, folder } = self;
        drop(card);
        let mut card = Card::open(&path, rng).unwrap();
        card.power_up().unwrap();
        Self { card, folder }
    }

    /// Opens the personalisation channel.
    pub fn channel(
        &mut self,
        version: u8,
        keys: &StaticKeys,
    ) -> Result<Scp03Transport<&mut Card>, Scp03Error> {
        let mut rng = host();
        scp03::initialize_update(&mut self.card, version, &mut rng)?.open(
            &mut self.card,
            keys,
            SecurityLevel::Full,
        )
    }
}

fn assert_response(response: &str, expected: &str, line: &str) {
    let expected: String = expected.chars().filter(|c| !c.is_whitespace()).collect();
    let matches = match expected.split_once("..") {
        Some((start, end)) => response.starts_with(start) && response.ends_with(end),
        None => response == expected,
    };
    assert!(matches, "expected {line}, got {response}");
}

/// A file to be written.
#[derive(Clone)]
pub struct File {
    pub application: bool,
    pub identifier: u16,
    pub short: u8,
    pub access: u8,
    pub content: Vec<u8>,
}

pub fn file(application: bool, identifier: u16, short: u8, access: u8, content: &[u8]) -> File {
    File {
        application,
        identifier,
        short,
        access,
        content: content.to_vec(),
    }
}

/// Sends a command in a channel and demands 9000.
pub fn order<T: CardTransport>(card: &mut T, command: &Command) -> Vec<u8> {
    let response = answer(card, command);
    assert_eq!(response.status, StatusWord::OK, "{command:?}");
    response.data
}

pub fn answer<T: CardTransport>(card: &mut T, command: &Command) -> Response {
    try_answer(card, command).unwrap()
}

pub fn try_answer<T: CardTransport>(card: &mut T, command: &Command) -> Result<Response, T::Error> {
    let bytes = card.transmit(&command.encode().unwrap())?;
    Ok(Response::parse(&bytes).unwrap())
}

pub fn create_command(file: &File) -> Command {
    let size = u32::try_from(file.content.len()).unwrap().to_be_bytes();
    let mut body = tlv::encode(0x82, &[0x01]);
    tlv::push(&mut body, 0x83, &file.identifier.to_be_bytes());
    if file.application {
        tlv::push(&mut body, 0x84, &APPLICATION);
    }
    tlv::push(&mut body, 0x80, &size[1..]);
    tlv::push(&mut body, 0x88, &[file.short << 3]);
    tlv::push(&mut body, 0x8C, &[file.access]);
    Command::new(0x80, 0xE0, 0, 0).with_data(tlv::encode(0x62, &body))
}

pub fn select_command(file: &File) -> Command {
    let mut data = tlv::encode(0x83, &file.identifier.to_be_bytes());
    if file.application {
        tlv::push(&mut data, 0x84, &APPLICATION);
    }
    Command::new(0x80, 0xA4, 0, 0).with_data(data)
}

pub fn write_commands(file: &File, chunk: usize) -> Vec<Command> {
    let write = |(index, part): (usize, &[u8])| {
        let offset = index * chunk;
        if let Ok(offset @ 0..=0x7FFF) = u16::try_from(offset) {
            let [high, low] = offset.to_be_bytes();
            Command::new(0x80, 0xD6, high, low).with_data(part)
        } else {
            let offset = tlv::encode(0x54, &u32::try_from(offset).unwrap().to_be_bytes());
            let data = [offset, tlv::encode(0x53, part)].concat();
            Command::new(0x80, 0xD7, 0, 0).with_data(data)
        }
    };
    file.content.chunks(chunk).enumerate().map(write).collect()
}

pub fn key_pair_command() -> Command {
    Command::new(0x80, 0x47, 0x80, 0)
        .with_data(hex("B6 06 84010D 80010D"))
        .with_le(256)
}

pub fn secrets_command(can: &str, mrz: &[u8; 20], dek: &AesKey) -> Command {
    let secrets = [tlv::encode(0x82, can.as_bytes()), tlv::encode(0x81, mrz)].concat();
    let mut groupings = Groupings::new();
    groupings.push_encrypted(0x8010, &secrets, dek).unwrap();
    groupings.commands(1_000).unwrap().remove(0)
}

pub fn status_command(state: u8) -> Command {
    Command::new(0x80, 0xF0, 0x40, state)
}

/// Everything a personalisation sends after the centre's channel is open, up to the lock.
pub fn personalisation(files: &[File], dek: &AesKey) -> Vec<Command> {
    let mut commands = vec![key_pair_command()];
    for file in files {
        commands.push(create_command(file));
        commands.push(select_command(file));
        commands.extend(write_commands(file, 3_000));
    }
    commands.push(secrets_command(CAN, &MRZ_PASSWORD, dek));
    commands.push(status_command(0x05));
    commands
}

/// SHA-1 of the MRZ information in the vectors (T22000129, 640812, 101031).
pub const MRZ_PASSWORD: [u8; 20] = [
    0x7E, 0x2D, 0x2A, 0x41, 0xC7, 0x4E, 0xA0, 0xB3, 0x8C, 0xD3, 0x6F, 0x86, 0x39, 0x39, 0xBF, 0xA8,
    0xE9, 0x03, 0x2A, 0xAD,
];

/// Puts the centre's keys on a blank chip.
pub fn replace_keys(bench: &mut Bench) {
    let mut channel = bench.channel(0x30, &host_keys(&transport_keys())).unwrap();
    let put_key = PutKey::new(0x30, 0x31, &centre_keys(), &key(0x20)).unwrap();
    let answer = order(&mut channel, put_key.command());
    put_key.confirm(&answer).unwrap();
}

/// Blank → locked, with these files; answers what GENERATE KEY PAIR said.
pub fn personalise(bench: &mut Bench, files: &[File]) -> Vec<u8> {
    replace_keys(bench);
    let keys = centre_keys();
    let mut channel = bench.channel(0x31, &keys).unwrap();
    let mut commands = personalisation(files, keys.data_encryption()).into_iter();
    let public_key = order(&mut channel, &commands.next().unwrap());
    for command in commands {
        order(&mut channel, &command);
    }
    public_key
}

/// What EF.CardAccess of [`small_card`] offers.
pub fn pace_parameters() -> PaceParameters {
    let card_access = SecurityInfos::parse_file(&small_card()[0].content).unwrap();
    PaceParameters::best(&card_access).unwrap()
}

/// PACE with the CAN; the card behind its session.
pub fn enter(bench: &mut Bench) -> SecureTransport<&mut Card> {
    let password = Password::can(CAN).unwrap();
    let established =
        pace::perform(&mut bench.card, &pace_parameters(), &password, &mut host()).unwrap();
    SecureTransport::new(&mut bench.card, established.secure_messaging())
}

/// A locked chip with the files of [`small_card`], freshly powered.
pub fn locked_card() -> Bench {
    let mut bench = Bench::new(seeded(11));
    personalise(&mut bench, &small_card());
    bench.run("reset");
    bench
}

/// Sends a plain command, in hexadecimal, through a session; the plain response in hexadecimal.
pub fn ask<T: CardTransport>(card: &mut T, command: &str) -> String {
    ::hex::encode_upper(card.transmit(&hex(command)).unwrap())
}

/// Files of a small card: EF.CardAccess, EF.COM, DG1, a fingerprint file and one of 40,000 bytes.
pub fn small_card() -> Vec<File> {
    let card_access = hex("31143012060A04007F0007020204020202010202010D");
    let large: Vec<u8> = (0..40_000_u32)
        .map(|at| at.to_be_bytes()[3] ^ at.to_be_bytes()[2])
        .collect();
    vec![
        file(false, 0x011C, 0x1C, 0x00, &card_access),
        file(
            true,
            0x011E,
            0x1E,
            0x01,
            &hex("60 16 5F01 04 30313037 5F36 06 303430303030 5C 04 6175766C"),
        ),
        file(true, 0x0101, 0x01, 0x01, &[0x61; 95]),
        file(true, 0x0103, 0x03, 0x02, &[0x63; 400]),
        file(true, 0x0102, 0x02, 0x01, &large),
    ]
}

/// Blank → locked with this profile, these files and this MRZ password; `make_key` is GENERATE KEY PAIR
/// for active authentication, and its answer comes back.
pub fn passport(
    profile: Profile,
    files: &[File],
    mrz: &[u8; 20],
    make_key: Option<&Command>,
    rng: Randomness,
) -> (Bench, Option<Vec<u8>>) {
    let blank = Blank {
        profile,
        ..Blank::new(SERIAL, transport_keys())
    };
    let first: Vec<_> = make_key.cloned().into_iter().collect();
    let (mut bench, mut answers) = passport_with(&blank, files, mrz, &first, rng);
    bench.run("reset");
    (bench, answers.pop())
}

/// Blank → locked with these files and this MRZ password; `first` is sent before them, and its answers come back.
pub fn passport_with(
    blank: &Blank,
    files: &[File],
    mrz: &[u8; 20],
    first: &[Command],
    rng: Randomness,
) -> (Bench, Vec<Vec<u8>>) {
    let mut bench = Bench::with(blank, rng);
    replace_keys(&mut bench);
    let keys = centre_keys();
    let mut channel = bench.channel(0x31, &keys).unwrap();
    let send = |command| order(&mut channel, command);
    let answers = first.iter().map(send).collect();
    for file in files {
        order(&mut channel, &create_command(file));
        order(&mut channel, &select_command(file));
        for write in write_commands(file, 3_000) {
            order(&mut channel, &write);
        }
    }
    let secrets = secrets_command(CAN, mrz, keys.data_encryption());
    order(&mut channel, &secrets);
    order(&mut channel, &status_command(0x05));
    (bench, answers)
}

/// GENERATE KEY PAIR for active authentication with ECDSA.
pub fn ecdsa_key_command() -> Command {
    Command::new(0x80, 0x47, 0x80, 0)
        .with_data(hex("A4 03 80010D"))
        .with_le(256)
}

/// GENERATE KEY PAIR for active authentication with RSA-2048.
pub fn rsa_key_command() -> Command {
    Command::new(0x80, 0x47, 0x80, 0)
        .with_data(hex("A4 04 81020800"))
        .with_le(1_024)
}

/// DG15 of what GENERATE KEY PAIR answered, and how DG14 says that the key signs.
pub fn signing_key(public_key: &[u8]) -> ActiveAuthenticationKey {
    let mut reader = tlv::Reader::new(tlv::parse_exact(public_key, 0x7F49).unwrap());
    let protocol = ObjectIdentifier::from_bytes(reader.expect(0x06).unwrap()).unwrap();
    let infos = SecurityInfos {
        infos: vec![SecurityInfo::ActiveAuthentication(
            ActiveAuthenticationInfo {
                version: 1,
                signature_algorithm: protocol,
            },
        )],
    };
    let public_key = if let Some(point) = reader.optional(0x86).unwrap() {
        SubjectPublicKey::standardised(13, point)
    } else {
        assert_eq!(protocol, icao9303::oid::ACTIVE_AUTHENTICATION);
        let modulus = [&[0], reader.expect(0x81).unwrap()].concat();
        let exponent = reader.expect(0x82).unwrap();
        let numbers = [tlv::encode(0x02, &modulus), tlv::encode(0x02, exponent)];
        SubjectPublicKey {
            algorithm: ObjectIdentifier::new("1.2.840.113549.1.1.1").unwrap(),
            parameters: hex("0500"),
            key: tlv::encode(0x30, &numbers.concat()),
        }
    };
    ActiveAuthenticationKey::new(&Dg15 { public_key }, Some(&infos)).unwrap()
}

/// Basic access control with this MRZ password, inside the application.
pub fn enter_with_mrz<'b>(
    bench: &'b mut Bench,
    mrz: &[u8; 20],
) -> Result<SecureTransport<&'b mut Card>, BacError> {
    reading::select_application(&mut bench.card, &APPLICATION).unwrap();
    let keys = AccessKeys::from_password(&Password::mrz_hash(mrz))?;
    let session = bac::perform(&mut bench.card, &keys, &mut host())?;
    Ok(SecureTransport::new(&mut bench.card, session))
}
