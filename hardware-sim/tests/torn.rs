//! Power pulled at every APDU and before every page that a personalisation writes: the chip is always
//! in a state that a chip can be in, and what it has answered is never lost.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use crate::bench;
use crate::bench::{
    Bench, File, centre_keys, enter, file, host_keys, key, personalisation, seeded, select_command,
    status_command, transport_keys,
};
use hardware_sim::card::life_cycle::LifeCycle;
use hardware_sim::card::memory::Interrupted;
use icao9303::apdu::{Command, Response};
use icao9303::reading;
use icao9303::scp03::{
    PutKey, Scp03Error, Scp03Transport, SecurityLevel, StaticKeys, initialize_update,
};
use icao9303::transport::CardTransport;

/// Enough pages to tear a file in many places, few enough to tear everywhere.
fn files() -> Vec<File> {
    let content: Vec<u8> = (0..3_300_u16).map(|at| at.to_be_bytes()[1] | 1).collect();
    vec![
        bench::small_card().remove(0),
        file(true, 0x011E, 0x1E, 0x01, &bench::small_card()[1].content),
        file(true, 0x0102, 0x02, 0x01, &content),
    ]
}

/// When power fails, counted from the first APDU.
#[derive(Debug, Clone, Copy)]
enum Tear {
    Never,
    Before(usize),
    AtPage(usize, u32),
    After(usize),
}

/// A wire to a chip that is torn off, and what was seen on it.
struct Wire {
    bench: Bench,
    tear: Tear,
    /// Pages written by each APDU so far.
    pages: Vec<u32>,
    /// Commands answered with 9000, of those inside the channels.
    done: Vec<Command>,
    torn: bool,
}

impl Wire {
    fn new(tear: Tear) -> Self {
        Self {
            bench: Bench::new(seeded(3)),
            tear,
            pages: vec![],
            done: vec![],
            torn: false,
        }
    }
}

impl CardTransport for &mut Wire {
    type Error = Interrupted;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Interrupted> {
        let number = self.pages.len();
        let card = &mut self.bench.card;
        let outcome = match self.tear {
            Tear::Before(at) if at == number => Err(Interrupted::PowerLost),
            Tear::AtPage(at, page) if at == number => {
                card.set_power_fuse(Some(page));
                card.process(command)
            }
            Tear::After(at) if at == number => {
                card.process(command).and(Err(Interrupted::PowerLost))
            }
            _ => card.process(command),
        };
        self.torn |= outcome.is_err();
        let outcome = outcome?;
        self.pages.push(outcome.effort.pages);
        Ok(outcome.response)
    }
}

/// A whole personalisation, as far as it comes.
fn personalise(wire: &mut Wire) -> Option<()> {
    let mut channel = open(wire, 0x30, &host_keys(&transport_keys()))?;
    let put_key = PutKey::new(0x30, 0x31, &centre_keys(), &key(0x20)).unwrap();
    put_key
        .confirm(&send(&mut channel, put_key.command())?)
        .unwrap();
    let wire = channel.into_card();
    wire.done.push(put_key.command().clone());
    let keys = centre_keys();
    let mut channel = open(wire, 0x31, &keys)?;
    let mut commands = personalisation(&files(), keys.data_encryption());
    commands.push(status_command(0x07));
    let mut done = Vec::new();
    let mut whole = true;
    for command in commands {
        if send(&mut channel, &command).is_none() {
            whole = false;
            break;
        }
        done.push(command);
    }
    channel.into_card().done.extend(done);
    whole.then_some(())
}

fn open<'w>(
    wire: &'w mut Wire,
    version: u8,
    keys: &StaticKeys,
) -> Option<Scp03Transport<&'w mut Wire>> {
    let mut card = &mut *wire;
    let begun = initialize_update(&mut card, version, &mut bench::host()).ok()?;
    begun.open(wire, keys, SecurityLevel::Full).ok()
}

/// Nothing when power failed; any other refusal is a failure of the test.
fn send(channel: &mut Scp03Transport<&mut Wire>, command: &Command) -> Option<Vec<u8>> {
    let bytes = channel.transmit(&command.encode().unwrap()).ok()?;
    let response = Response::parse(&bytes).unwrap();
    assert!(response.status.is_ok(), "{command:?}: {response:?}");
    Some(response.data)
}

#[test]
fn power_fails_at_every_apdu_and_every_page() {
    let mut whole = Wire::new(Tear::Never);
    personalise(&mut whole).unwrap();
    let pages = whole.pages.clone();
    check(whole, "untouched");
    let mut points = Vec::new();
    for (apdu, pages) in pages.iter().enumerate() {
        points.extend([Tear::Before(apdu), Tear::After(apdu)]);
        points.extend((0..*pages).map(|page| Tear::AtPage(apdu, page)));
    }
    assert!(points.len() > 120, "{} points", points.len());
    for tear in points {
        let mut wire = Wire::new(tear);
        let outcome = personalise(&mut wire);
        assert!(outcome.is_none() && wire.torn, "{tear:?}");
        check(wire, &format!("{tear:?}"));
    }
}

/// The chip after a reload: whole, and at least as far as it had answered.
fn check(wire: Wire, what: &str) {
    let done = |ins: u8, p2: u8| wire.done.iter().any(|c| c.ins == ins && c.p2 == p2);
    let answered = match () {
        () if done(0xF0, 0x07) => LifeCycle::Operational,
        () if done(0xF0, 0x05) => LifeCycle::Locked,
        () if done(0xD8, 0x81) => LifeCycle::Personalising,
        () => LifeCycle::Blank,
    };
    let mut bench = wire.bench.reload(seeded(4));
    let found = bench.card.life_cycle();
    assert!(
        found >= answered,
        "{what}: {found:?} after answering {answered:?}"
    );
    match found {
        LifeCycle::Blank => {
            assert!(
                bench.channel(0x30, &host_keys(&transport_keys())).is_ok(),
                "{what}"
            );
            let other = bench.channel(0x31, &centre_keys());
            assert!(matches!(other, Err(Scp03Error::NoKeySet { .. })), "{what}");
        }
        LifeCycle::Personalising => {
            let other = bench.channel(0x30, &host_keys(&transport_keys()));
            assert!(matches!(other, Err(Scp03Error::NoKeySet { .. })), "{what}");
            check_contents(&mut bench, &wire.done, what);
        }
        LifeCycle::Locked | LifeCycle::Operational => {
            let other = bench.channel(0x31, &centre_keys());
            assert!(matches!(other, Err(Scp03Error::NoChannel { .. })), "{what}");
            let mut session = enter(&mut bench);
            reading::select_application(&mut session, &bench::APPLICATION).unwrap();
            for file in &files()[1..] {
                assert_eq!(read(&mut session, file, 0x00), file.content, "{what}");
            }
        }
    }
}

/// In personalisation: every write that was answered is there, and the chip can go on.
fn check_contents(bench: &mut Bench, done: &[Command], what: &str) {
    let mut channel = bench.channel(0x31, &centre_keys()).unwrap();
    for file in files() {
        let created = done.contains(&bench::create_command(&file));
        let selected = bench::answer(&mut channel, &select_command(&file))
            .status
            .is_ok();
        assert!(selected || !created, "{what}");
        let writes = bench::write_commands(&file, 3_000);
        // Another file's write may look the same; then both are there.
        if created && selected && writes.iter().all(|write| done.contains(write)) {
            assert_eq!(read(&mut channel, &file, 0x80), file.content, "{what}");
        }
    }
    let stored = done.iter().any(|command| command.ins == 0xE2);
    let locks = bench::answer(&mut channel, &status_command(0x05))
        .status
        .is_ok();
    assert!(locks || !stored, "{what}: the passwords are gone");
}

/// A file by plain reads of 200 bytes.
fn read<T: CardTransport>(card: &mut T, file: &File, cla: u8) -> Vec<u8> {
    if cla == 0x00 {
        let select = Command::new(0x00, 0xA4, 0x02, 0x0C).with_data(file.identifier.to_be_bytes());
        bench::order(card, &select);
    }
    let mut content = Vec::new();
    while content.len() < file.content.len() {
        let [high, low] = u16::try_from(content.len()).unwrap().to_be_bytes();
        let rest = (file.content.len() - content.len()).min(200);
        let command = Command::new(cla, 0xB0, high, low).with_le(rest);
        content.extend(bench::order(card, &command));
    }
    content
}
