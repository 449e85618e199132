//! Chips of the simulator for targets: each profile in each state of its life and of its sessions, always
//! with the same random numbers, so that an input does the same every time.

use std::path::Path;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};

use hardware_sim::card::Card;
use hardware_sim::card::maker::Blank;
use hardware_sim::card::profile::Profile;
use icao9303::cvc::{Rights, Role};
use icao9303::lds::Dg1;
use icao9303::mrz::Mrz;
use icao9303::transport::CardTransport;

use crate::bench::terminals::{
    DOMESTIC, Entered, Holder, Locked, day, first_day, trust_points_command,
};
use crate::bench::{
    Bench, File, MRZ_PASSWORD, SERIAL, centre_keys, ecdsa_key_command, enter_with_mrz, file,
    key_pair_command, passport_with, replace_keys, seeded, small_card, transport_keys,
};

/// What DG3 and DG4 hold: no other file has it, and no answer may without a right.
pub const FINGERS: [u8; 32] = *b"fingers are for those with right";

/// The MRZ in DG1, which names the chips after basic access control.
const MRZ: &str =
    "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<L898902C36UTO7408122F1204159ZE184226B<<<<<10";

/// Where the input finds the chip.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// As the maker delivers it.
    Blank,
    /// Under the centre's keys, no channel.
    Personalising,
    /// In the centre's channel.
    Channel,
    /// Locked, before any protocol.
    Locked,
    /// After PACE or basic access control, in the application.
    Session,
    /// After chip authentication: certificates may come.
    Open,
    /// A terminal without the right to fingers has been admitted.
    Admitted,
}

impl State {
    /// All states, in the order of their numbers in an input.
    pub const ALL: [Self; 7] = [
        Self::Blank,
        Self::Personalising,
        Self::Channel,
        Self::Locked,
        Self::Session,
        Self::Open,
        Self::Admitted,
    ];
}

/// Memories of a chip with one profile.
struct Images {
    blank: Vec<u8>,
    personalising: Vec<u8>,
    locked: Vec<u8>,
    chip_key: Vec<u8>,
}

/// Who certifies whom: keys that are the same in every process.
pub struct Terminals {
    /// What the chips trust.
    pub root: Holder,
    /// With the right to fingers.
    pub verifier: Holder,
    /// Without it.
    pub terminal: Holder,
}

/// The terminals of every chip here.
pub static TERMINALS: LazyLock<Terminals> = LazyLock::new(|| {
    let years = (day(2026, 1, 1), day(2028, 12, 31));
    let right = Rights::READ_DG3;
    let root = Holder::fixed_root("UTCVCAFUZZ00001", right, years);
    let verifier = root.issue_fixed("UTDVFUZZ00001", (DOMESTIC, right), years);
    let terminal = verifier.issue_fixed("UTISFUZZ00001", (Role::Terminal, Rights::NONE), years);
    Terminals {
        root,
        verifier,
        terminal,
    }
});

static IMAGES: LazyLock<[Images; 3]> = LazyLock::new(|| Profile::ALL.map(images));

fn blank(profile: Profile) -> Blank {
    Blank {
        profile,
        file_memory: 4_096,
        ..Blank::new(SERIAL, transport_keys())
    }
}

/// A small document: a DG1 that names the chip, fingers and irises behind terminal authentication.
fn files() -> Vec<File> {
    let dg1 = Mrz::parse(MRZ).map(|mrz| Dg1 { mrz }.encode());
    let mut files = small_card();
    files.truncate(2);
    files.push(file(true, 0x0101, 0x01, 0x01, &dg1.unwrap_or_default()));
    files.push(file(true, 0x0103, 0x03, 0x02, &FINGERS.repeat(4)));
    files.push(file(true, 0x0104, 0x04, 0x02, &FINGERS.repeat(4)));
    files
}

fn images(profile: Profile) -> Images {
    let image = |bench: &Bench| std::fs::read(bench.path()).expect("a chip's memory");
    let new = Bench::with(&blank(profile), seeded(1));
    let blank_image = image(&new);
    let mut personalising = new;
    replace_keys(&mut personalising);
    let personalising = image(&personalising);
    let trust = trust_points_command(&[&TERMINALS.root.certificate], first_day());
    let mut before_lock = vec![key_pair_command()];
    if profile.offers_active_authentication() {
        before_lock.push(ecdsa_key_command());
    }
    before_lock.push(trust);
    let (locked, answers) = passport_with(
        &blank(profile),
        &files(),
        &MRZ_PASSWORD,
        &before_lock,
        seeded(2),
    );
    let point = &answers[0][answers[0].len() - 65..];
    Images {
        blank: blank_image,
        personalising,
        locked: image(&locked),
        chip_key: point.to_vec(),
    }
}

/// A chip whose memory is this; its file has no name any more.
fn open(image: &[u8]) -> Bench {
    static NUMBER: AtomicU32 = AtomicU32::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let name = format!("stempel-fuzz-{}-{number}", std::process::id());
    let path = std::env::temp_dir().join(name);
    let card = open_file(&path, image);
    Bench::of(card.expect("a chip's file can be made where temporary files go"))
}

fn open_file(path: &Path, image: &[u8]) -> Option<Card> {
    std::fs::write(path, image).ok()?;
    let card = Card::open(path, seeded(3)).ok();
    std::fs::remove_file(path).ok()?;
    let mut card = card?;
    card.power_up().ok()?;
    Some(card)
}

/// A chip with this profile that is locked and in the field.
pub fn locked(profile: Profile) -> Bench {
    open(&IMAGES[profile as usize].locked)
}

/// The public point of such a chip's key of chip authentication.
pub fn chip_key(profile: Profile) -> &'static [u8] {
    &IMAGES[profile as usize].chip_key
}

/// Brings a chip with this profile into this state and lets `attack` talk to it: `attack` gets the inside of
/// the session, if there is one.
pub fn with(profile: Profile, state: State, attack: &mut dyn FnMut(&mut dyn Wire)) {
    let images = &IMAGES[profile as usize];
    match state {
        State::Blank => attack(&mut open(&images.blank).card),
        State::Personalising => attack(&mut open(&images.personalising).card),
        State::Channel => {
            let mut bench = open(&images.personalising);
            let channel = bench.channel(0x31, &centre_keys());
            attack(&mut channel.expect("the centre's keys are on the chip"));
        }
        State::Locked => attack(&mut open(&images.locked).card),
        State::Session | State::Open | State::Admitted => {
            in_session(profile, state, images, attack);
        }
    }
}

fn in_session(
    profile: Profile,
    state: State,
    images: &Images,
    attack: &mut dyn FnMut(&mut dyn Wire),
) {
    let mut bench = open(&images.locked);
    let mut locked;
    let mut entered = if profile.offers_pace() {
        let chip_key = images.chip_key.clone();
        locked = Locked { bench, chip_key };
        locked.enter()
    } else {
        let session = enter_with_mrz(&mut bench, &MRZ_PASSWORD);
        let session = session.expect("the chip knows its own password");
        let mrz = Mrz::parse(MRZ).map(|mrz| mrz.information());
        let mrz = mrz.expect("the document has an MRZ");
        Entered::after_basic_access(session, &mrz, &TERMINALS.root, &images.chip_key)
    };
    match state {
        State::Open => drop(entered.authenticate_chip()),
        State::Admitted => {
            let known = [TERMINALS.verifier.certificate.clone()];
            let admitted = entered.authenticate(&TERMINALS.terminal, &known);
            assert_eq!(
                admitted.ok(),
                Some(Rights::NONE),
                "the chip trusts that chain"
            );
        }
        _ => {}
    }
    attack(&mut entered.card);
}

/// Whatever takes a command and gives an answer; none when a session has ended.
pub trait Wire {
    /// One command, one answer.
    fn ask(&mut self, command: &[u8]) -> Option<Vec<u8>>;
}

impl<T: CardTransport> Wire for T {
    fn ask(&mut self, command: &[u8]) -> Option<Vec<u8>> {
        self.transmit(command).ok()
    }
}
