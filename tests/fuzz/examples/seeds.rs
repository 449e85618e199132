//! Writes the seeds of the targets that talk to a chip or act as one: recorded sessions of the simulator and
//! published vectors. `cargo run -p fuzz --example seeds`, after a change to what an input means.

#[path = "../src/exit.rs"]
mod exit;
#[path = "seeds/machines.rs"]
mod machines;

use std::path::{Path, PathBuf};

use fuzz::bench::terminals::Holder;
use fuzz::bench::{
    APPLICATION, CAN, ask, centre_keys, file, hex, host, host_keys, key, pace_parameters,
    personalisation, transport_keys,
};
use fuzz::chip::{self, State, TERMINALS};
use hardware_sim::card::Card;
use hardware_sim::card::profile::Profile;
use icao9303::apdu::Command;
use icao9303::bac::{self, AccessKeys};
use icao9303::pace::{self, Password};
use icao9303::reading;
use icao9303::scp03::{self, PutKey, SecurityLevel};
use icao9303::secure_messaging::SecureTransport;
use icao9303::tlv;
use icao9303::transport::CardTransport;
use serde_json::Value;

/// A wire that keeps what went over it.
struct Tap<T> {
    card: T,
    commands: Vec<Vec<u8>>,
    answers: Vec<Vec<u8>>,
}

impl<T> Tap<T> {
    fn on(card: T) -> Self {
        Self {
            card,
            commands: Vec::new(),
            answers: Vec::new(),
        }
    }
}

impl<T: CardTransport> CardTransport for Tap<T> {
    type Error = T::Error;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, T::Error> {
        self.commands.push(command.to_vec());
        let answer = self.card.transmit(command)?;
        self.answers.push(answer.clone());
        Ok(answer)
    }
}

fn main() {
    chip_seeds();
    basic_access_seeds();
    active_authentication_seeds();
    messaging_seeds();
    machines::write_seeds();
    for (name, file) in dg15_files() {
        write("lds_files", &format!("dg15_{name}"), &file);
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Files of DG15 by name; the vectors keep what DG14 says of them beside.
fn dg15_files() -> Vec<(String, Vec<u8>)> {
    let lds = vectors("lds.json");
    let files = lds["dg15"].as_object().expect("files by name").iter();
    let files = files.map(|(name, file)| (name.clone(), bytes(file)));
    files
        .filter(|(_, file)| file.starts_with(&[0x6F]))
        .collect()
}

fn vectors(name: &str) -> Value {
    let text = std::fs::read(root().join("vectors").join(name)).expect("the vectors");
    serde_json::from_slice(&text).expect("JSON")
}

fn bytes(value: &Value) -> Vec<u8> {
    hex(value.as_str().expect("hexadecimal text"))
}

fn write(target: &str, name: &str, content: &[u8]) {
    let folder = root().join("fuzz/corpus").join(target);
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join(name), content).expect("a seed");
}

/// Each behind two bytes of length.
fn parts(parts: &[Vec<u8>]) -> Vec<u8> {
    let mut all = Vec::new();
    for part in parts {
        all.extend(u16::try_from(part.len()).expect("short").to_be_bytes());
        all.extend(part);
    }
    all
}

fn chip_seed(name: &str, profile: Profile, state: State, commands: &[Vec<u8>]) {
    let state = State::ALL.iter().position(|other| *other == state);
    let head = [
        profile as u8,
        u8::try_from(state.expect("a state")).expect("few"),
    ];
    write("chip", name, &[&head[..], &parts(commands)].concat());
}

fn plain(commands: &[&str]) -> Vec<Vec<u8>> {
    commands.iter().map(|command| hex(command)).collect()
}

const SELECT: &str = "00A4040C07A0000002471001";
const INTERNAL_AUTHENTICATE: &str = "0088000008010203040506070800";

fn chip_seeds() {
    personalisation_seeds();
    session_seeds();
    let published = &vectors("eac_session.json")["session_pace_ca_ta"]["steps"];
    let steps = published.as_array().expect("steps").iter();
    let commands: Vec<_> = steps.map(|step| bytes(&step["capdu"])).collect();
    chip_seed(
        "published_pace_ca_ta",
        Profile::IdentityCard,
        State::Locked,
        &commands,
    );
    let published = &vectors("access_icao.json")["bac"];
    let mut commands = plain(&[SELECT, "0084000008"]);
    commands.push(bytes(&published["ext_auth_capdu"]));
    commands.extend(
        published["sm"]
            .as_array()
            .expect("steps")
            .iter()
            .map(|step| bytes(&step["capdu"])),
    );
    chip_seed(
        "published_bac",
        Profile::BacPassport,
        State::Locked,
        &commands,
    );

    // Sessions with the very chips of the target: the commands on the wire.
    let mut bench = chip::locked(Profile::IdentityCard);
    let mut tap = Tap::on(&mut bench.card);
    let password = Password::can(CAN).expect("six digits");
    let established = pace::perform(&mut tap, &pace_parameters(), &password, &mut host());
    let session = established.expect("PACE").secure_messaging();
    let mut card = SecureTransport::new(tap, session);
    read_files(&mut card);
    chip_seed(
        "recorded_pace",
        Profile::IdentityCard,
        State::Locked,
        &card.into_card().commands,
    );
    for profile in [Profile::BacPassport, Profile::Passport] {
        let mut bench = chip::locked(profile);
        let mut card = basic_access(&mut bench.card);
        ask(&mut card, INTERNAL_AUTHENTICATE);
        read_files(&mut card);
        let commands = card.into_card().commands;
        chip_seed(
            &format!("recorded_bac_{profile}"),
            profile,
            State::Locked,
            &commands,
        );
    }
}

fn basic_access(card: &mut Card) -> SecureTransport<Tap<&mut Card>> {
    let mut tap = Tap::on(card);
    reading::select_application(&mut tap, &APPLICATION).expect("the application");
    let keys = AccessKeys::from_password(&Password::mrz_hash(&fuzz::MRZ_PASSWORD));
    let session = bac::perform(&mut tap, &keys.expect("an MRZ"), &mut host());
    SecureTransport::new(tap, session.expect("basic access control"))
}

fn read_files(card: &mut impl CardTransport) {
    for command in [
        SELECT,
        "00B0810000",
        "00B0830000",
        "00A4020C02011E",
        "00B0000000",
        "80CA005A01",
    ] {
        ask(card, command);
    }
}

fn personalisation_seeds() {
    let keys = centre_keys();
    let files = [
        file(true, 0x011E, 0x1E, 0x01, &[0x60; 8]),
        file(true, 0x0103, 0x03, 0x02, &[0x63; 40]),
    ];
    let encoded = |command: Command| command.encode().expect("short");
    let commands = personalisation(&files, keys.data_encryption())
        .into_iter()
        .map(encoded);
    let commands: Vec<_> = commands.collect();
    for profile in Profile::ALL {
        let name = format!("personalisation_{profile}");
        chip_seed(&name, profile, State::Channel, &commands);
    }
    let others = plain(&[
        "8047800005A40380010D00",
        "80CA9F7F00",
        "80F0400700",
        "80B100000654040000000000",
    ]);
    chip_seed("signing_key", Profile::BacPassport, State::Channel, &others);

    // A blank chip's own session: INITIALIZE UPDATE, EXTERNAL AUTHENTICATE, PUT KEY.
    chip::with(Profile::IdentityCard, State::Blank, &mut |wire| {
        let mut tap = Tap::on(Plain(wire));
        let transport = host_keys(&transport_keys());
        let answer = scp03::initialize_update(&mut tap, 0x30, &mut host()).expect("SCP03");
        let channel = answer.open(tap, &transport, SecurityLevel::Full);
        let mut channel = channel.expect("the transport keys");
        let put_key = PutKey::new(0x30, 0x31, &centre_keys(), &key(0x20)).expect("keys");
        fuzz::bench::order(&mut channel, put_key.command());
        let commands = channel.into_card().commands;
        chip_seed("put_key", Profile::IdentityCard, State::Blank, &commands);
    });
}

/// A target's wire as a transport.
struct Plain<'a>(&'a mut dyn chip::Wire);

impl CardTransport for Plain<'_> {
    type Error = std::io::Error;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, std::io::Error> {
        self.0
            .ask(command)
            .ok_or_else(|| std::io::Error::other("the session has ended"))
    }
}

/// What is said inside sessions, in the clear.
fn session_seeds() {
    let fingers = [
        "00B0830000",
        "00B1000304540100",
        "00A4020C02010300",
        "00B0000000",
        "00B0840000",
    ];
    let terminals = &*TERMINALS;
    let certificate = |holder: &Holder| {
        let content = holder.certificate.content();
        Command::new(0x00, 0x2A, 0x00, 0xBE)
            .with_data(content)
            .encode()
            .expect("short")
    };
    let name = |p2, holder: &Holder| {
        let name = tlv::encode(0x83, holder.name().as_bytes());
        Command::new(0x00, 0x22, 0x81, p2)
            .with_data(name)
            .encode()
            .expect("short")
    };
    let mut chain = vec![
        name(0xB6, &terminals.root),
        certificate(&terminals.verifier),
        name(0xB6, &terminals.verifier),
        certificate(&terminals.terminal),
        name(0xA4, &terminals.terminal),
    ];
    chain.extend(plain(&["0084000008"]));
    chain.push([&hex("0082000040")[..], &[1; 64]].concat());
    chain.extend(plain(&fingers));
    let point = hex(&format!(
        "7C438041{}",
        ::hex::encode(chip::chip_key(Profile::Passport))
    ));
    let mut chip_authentication = plain(&["002241A40F800A04007F0007020203020284010D"]);
    chip_authentication.push(
        Command::new(0, 0x86, 0, 0)
            .with_data(point)
            .with_le(256)
            .encode()
            .expect("short"),
    );
    for profile in Profile::ALL {
        chip_seed(&format!("terminal_{profile}"), profile, State::Open, &chain);
        chip_seed(
            &format!("admitted_{profile}"),
            profile,
            State::Admitted,
            &plain(&fingers),
        );
        chip_seed(
            &format!("chip_authentication_{profile}"),
            profile,
            State::Session,
            &chip_authentication,
        );
        let mut early = plain(&[
            INTERNAL_AUTHENTICATE,
            "8CF0400700",
            "80F0400700",
            "80CA00CF0A",
        ]);
        early.extend(chain[..3].to_vec());
        chip_seed(
            &format!("session_{profile}"),
            profile,
            State::Session,
            &early,
        );
    }
}

fn basic_access_seeds() {
    let mut bench = chip::locked(Profile::BacPassport);
    let card = basic_access(&mut bench.card).into_card();
    let answers = &card.answers[card.answers.len() - 2..];
    let with_kind = |kind: u8, rest: &[u8]| [&[kind], rest].concat();
    write("bac", "other_keys", &with_kind(0, &parts(answers)));
    let published = &vectors("access_icao.json")["bac"];
    let challenge = bytes(&published["rnd_ic"]);
    let status = [0x90, 0x00];
    let answer = [&bytes(&published["ext_auth_rdata"])[..], &status].concat();
    let answers = [[&challenge[..], &status].concat(), answer];
    write(
        "bac",
        "published_other_random",
        &with_kind(0, &parts(&answers)),
    );
    write(
        "bac",
        "refused",
        &with_kind(0, &parts(&[answers[0].clone(), hex("6300")])),
    );
    write("bac", "no_challenge", &with_kind(0, &parts(&[hex("6D00")])));
    write(
        "bac",
        "right_answer",
        &with_kind(0, &parts(&right_answers(&challenge))),
    );
    let plain = [&challenge[..], &our_random(), &[7; 16]].concat();
    write(
        "bac",
        "right_cryptogram",
        &with_kind(1, &[&challenge[..], &plain].concat()),
    );
    write(
        "bac",
        "reflected",
        &with_kind(
            1,
            &[
                &challenge[..],
                &[our_random(), challenge.clone()].concat(),
                &[7; 16],
            ]
            .concat(),
        ),
    );

    // Attempts on the chip: kind, length, bytes.
    let attempt =
        |kind: u8, data: &[u8]| [&[kind, u8::try_from(data.len()).expect("short")], data].concat();
    let echoed = attempt(7, &[5; 32]);
    write("bac_chip", "right", &with_kind(0, &echoed));
    let wrong = attempt(3, &[5; 32]);
    write(
        "bac_chip",
        "wrong_then_right",
        &with_kind(1, &[wrong.clone(), echoed.clone()].concat()),
    );
    let token = bytes(&published["ext_auth_capdu"])[5..45].to_vec();
    write("bac_chip", "published", &with_kind(0, &attempt(1, &token)));
    write(
        "bac_chip",
        "no_challenge",
        &with_kind(0, &attempt(0, &token)),
    );
    write(
        "bac_chip",
        "short_and_long",
        &with_kind(
            0,
            &[
                attempt(1, &token[..39]),
                attempt(1, &[&token[..], &[0]].concat()),
                attempt(7, &[5; 24]),
            ]
            .concat(),
        ),
    );
}

fn our_random() -> Vec<u8> {
    use rand::Rng;
    let mut random = vec![0; 8];
    host().fill_bytes(&mut random);
    random
}

/// What a chip with the keys of the target answers to our random number.
fn right_answers(challenge: &[u8]) -> [Vec<u8>; 2] {
    let seed = bytes(&vectors("access_icao.json")["bac"]["kseed"]);
    let keys = AccessKeys::from_seed(&seed.try_into().expect("16 bytes")).expect("keys");
    let plain = [challenge, &our_random(), &[7; 16]].concat();
    let mut answer = keys
        .keys()
        .encryption
        .encrypt_cbc(&plain)
        .expect("whole blocks");
    answer.extend(
        keys.keys()
            .authentication
            .retail_mac(&answer)
            .expect("a MAC"),
    );
    [challenge.to_vec(), answer].map(|data| [&data[..], &[0x90, 0x00]].concat())
}

fn active_authentication_seeds() {
    let all = vectors("eac_session.json");
    let all = &all["active_authentication"];
    for name in ["rsa2048_sha256", "rsa1024_sha1"] {
        let vector = &all[name];
        let modulus = [&[0], &bytes(&vector["n"])[..]].concat();
        let numbers = [
            tlv::encode(2, &modulus),
            tlv::encode(2, &bytes(&vector["e"])),
        ]
        .concat();
        let bits = [&[0], &tlv::encode(0x30, &numbers)[..]].concat();
        let algorithm = tlv::encode(0x30, &hex("06092A864886F70D0101010500"));
        let key = tlv::encode(0x30, &[algorithm, tlv::encode(3, &bits)].concat());
        let files = parts(&[tlv::encode(0x6F, &key), vec![]]);
        active_seed(name, &files, vector, "signature");
    }
    let vector = &all["ecdsa_brainpoolP256r1_sha256"];
    // id-ecPublicKey on brainpoolP256r1; DG14 names ecdsa-plain-SHA256.
    let algorithm = tlv::encode(0x30, &hex("06072A8648CE3D020106092B2403030208010107"));
    let bits = [&[0], &bytes(&vector["Q"])[..]].concat();
    let key = tlv::encode(0x30, &[algorithm, tlv::encode(3, &bits)].concat());
    let info = hex("0606678108010105020101060A04007F00070101040103");
    let dg14 = tlv::encode(0x6E, &tlv::encode(0x31, &tlv::encode(0x30, &info)));
    let files = parts(&[tlv::encode(0x6F, &key), dg14]);
    active_seed("ecdsa_brainpool_p256", &files, vector, "signature_plain");
    for (name, file) in dg15_files() {
        let files = parts(&[file, vec![]]);
        active_seed(&format!("dg15_{name}"), &files, vector, "signature_plain");
    }
}

fn active_seed(name: &str, files: &[u8], vector: &Value, signature: &str) {
    let end = [bytes(&vector["RND_IFD"]), bytes(&vector[signature])].concat();
    write("active_authentication", name, &[files, &end].concat());
}

fn messaging_seeds() {
    let published = &vectors("access_icao.json")["bac"]["sm"];
    let steps = published.as_array().expect("steps");
    for (number, step) in steps.iter().enumerate() {
        let answer = [&[0][..], &bytes(&step["rapdu"])].concat();
        write(
            "triple_des_messaging",
            &format!("published_{number}"),
            &answer,
        );
        let command = [&[0][..], &bytes(&step["capdu"])].concat();
        write("chip_messaging", &format!("published_{number}"), &command);
    }
    write("triple_des_messaging", "ended", &hex("006988"));
    write(
        "triple_des_messaging",
        "status_only",
        &hex("00990290009000"),
    );
    write(
        "triple_des_messaging",
        "odd_instruction",
        &hex("0185080102030405060708990290009000"),
    );
    // Objects only; the target adds the MAC. Read, select, an odd instruction, a case-1 command.
    for (name, command) in [
        ("read", "0CB08100039701041A"),
        ("select", "0CA4040C0B87090111223344556677880000"),
        (
            "odd_instruction",
            "0CB10000108508112233445566778897020000000000",
        ),
        ("no_objects", "0C440000"),
    ] {
        write(
            "chip_messaging",
            &format!("triple_des_{name}"),
            &[&[0][..], &hex(command)].concat(),
        );
        write(
            "chip_messaging",
            &format!("aes_{name}"),
            &[&[1][..], &hex(command)].concat(),
        );
    }
}
