//! Commands of terminal authentication out of order: at every state the status that TR-03110 names,
//! and the chip stays in that state.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use crate::bench;
use crate::bench::terminals::{
    DOMESTIC, Entered, Holder, World, day, first_day, locked, trust_points_command,
};
use crate::bench::{Bench, centre_keys, replace_keys, seeded};
use icao9303::apdu::{Command, StatusWord};
use icao9303::chip_authentication::Agreement;
use icao9303::cvc::{Certificate, CertificateReference, Rights, Role};
use icao9303::terminal_authentication::message;
use icao9303::tlv;

const OK: u16 = 0x9000;

fn signer(name: &CertificateReference) -> Command {
    let data = tlv::encode(0x83, name.as_bytes());
    Command::new(0x00, 0x22, 0x81, 0xB6).with_data(data)
}

fn verify(certificate: &Certificate) -> Command {
    Command::new(0x00, 0x2A, 0x00, 0xBE).with_data(certificate.content())
}

fn terminal(name: &CertificateReference) -> Command {
    let data = tlv::encode(0x83, name.as_bytes());
    Command::new(0x00, 0x22, 0x81, 0xA4).with_data(data)
}

fn challenge() -> Command {
    Command::new(0x00, 0x84, 0x00, 0x00).with_le(8)
}

fn sign(signature: &[u8]) -> Command {
    Command::new(0x00, 0x82, 0x00, 0x00).with_data(signature)
}

/// The session under test, and what stands for everybody in it.
struct Run<'a> {
    session: Entered<'a>,
    world: &'a World,
    /// The certificate of a verifier that the chip's authority never certified.
    stranger: Holder,
}

impl Run<'_> {
    fn send(&mut self, command: &Command) -> (u16, Vec<u8>) {
        let answer = bench::answer(&mut self.session.card, command);
        (answer.status.0, answer.data)
    }

    /// Sends what must be refused, each with its status.
    fn refuse(&mut self, state: &str, commands: &[(Command, u16)]) {
        for (command, status) in commands {
            assert_eq!(self.send(command).0, *status, "{state}: {command:?}");
        }
    }

    fn expect(&mut self, command: &Command) -> Vec<u8> {
        let (status, data) = self.send(command);
        assert_eq!(status, OK, "{command:?}");
        data
    }

    /// All five commands, in forms that would be right at another time.
    fn all(&self) -> [Command; 5] {
        let world = self.world;
        [
            signer(world.root.name()),
            verify(&world.verifier.certificate),
            terminal(world.terminal.name()),
            challenge(),
            sign(&[1; 64]),
        ]
    }

    /// What is wrong whatever came before.
    fn always_wrong(&self) -> Vec<(Command, u16)> {
        let unknown = self.stranger.certificate.authority();
        let wide = [&[0x83, 0x81, 0x80][..], &[0x41; 128]].concat();
        vec![
            (signer(unknown), 0x6A88),
            (Command::new(0x00, 0x22, 0x81, 0xB6), 0x6A80),
            (Command::new(0x00, 0x22, 0x81, 0xB6).with_data(wide), 0x6A88),
            (terminal(unknown), 0x6A88),
            (terminal(self.world.root.name()), 0x6A88),
            (Command::new(0x00, 0x22, 0x81, 0xB8), 0x6A86),
            (Command::new(0x00, 0x2A, 0x00, 0xAE), 0x6A86),
            (Command::new(0x00, 0x84, 0x00, 0x01).with_le(8), 0x6A86),
            (Command::new(0x00, 0x84, 0x00, 0x00).with_le(16), 0x6700),
            (Command::new(0x00, 0x84, 0x00, 0x00), 0x6700),
            (
                Command::new(0x00, 0x82, 0x01, 0x00).with_data([1; 64]),
                0x6A86,
            ),
            (
                Command::new(0x10, 0x2A, 0x00, 0xBE).with_data([0x7F, 0x4E]),
                0x6884,
            ),
            (Command::new(0x00, 0xB0, 0x83, 0x00).with_le(4), 0x6982),
        ]
    }
}

#[test]
fn out_of_order_at_every_state() {
    let world = World::new();
    let mut chip = locked(&[&world.root.certificate]);
    let years = (day(2026, 1, 1), day(2030, 1, 1));
    let other = Holder::root("XXCVCAXXX00001", Rights::READ_DG3, years);
    let stranger = other.issue("XXDVXXX00001", (DOMESTIC, Rights::READ_DG3), years);
    let mut run = Run {
        session: chip.enter(),
        world: &world,
        stranger,
    };
    let before: Vec<_> = run.all().map(|command| (command, 0x6982)).to_vec();
    run.refuse("before chip authentication", &before);

    let agreement = run.session.authenticate_chip();
    import_chain(&mut run);
    let signature = sign_challenges(&mut run, &agreement);
    run.expect(&sign(&signature));

    run.refuse("afterwards", &before);
    run.refuse("afterwards", &[(sign(&signature), 0x6982)]);
    run.expect(&Command::new(0x00, 0xB0, 0x83, 0x00).with_le(4));
    // The keys that the terminal signed are gone with another chip authentication.
    run.session.authenticate_chip();
    run.refuse("spent", &before);
    run.refuse(
        "spent",
        &[(Command::new(0x00, 0xB0, 0x83, 0x00).with_le(4), 0x6982)],
    );
    drop(run);
    assert_eq!(chip.bench.card.card_date(), Some(first_day()));
}

/// From chip authentication to the terminal's certificate, with everything wrong in between.
fn import_chain(run: &mut Run<'_>) {
    let world = run.world;
    let (dv, is) = (&world.verifier, &world.terminal);
    let always = run.always_wrong();
    let early = [(challenge(), 0x6985), (sign(&[1; 64]), 0x6985)];
    let no_signer = [
        (verify(&dv.certificate), 0x6985),
        (terminal(is.name()), 0x6A88),
    ];

    run.refuse("chip authenticated", &always);
    run.refuse("chip authenticated", &early);
    run.refuse("chip authenticated", &no_signer);
    run.refuse("chip authenticated", &[(signer(dv.name()), 0x6A88)]);

    run.expect(&signer(world.root.name()));
    let garbage = Command::new(0x00, 0x2A, 0x00, 0xBE).with_data([0x7F, 0x4E, 0x01, 0x00]);
    let whole = Command::new(0x00, 0x2A, 0x00, 0xBE).with_data(dv.certificate.to_bytes());
    let wrong = [
        (garbage, 0x6A80),
        (whole, 0x6A80),
        (Command::new(0x00, 0x2A, 0x00, 0xBE), 0x6A80),
        (verify(&run.stranger.certificate), 0x6300),
        (verify(&is.certificate), 0x6300),
    ];
    run.refuse("signer named", &always);
    run.refuse("signer named", &early);
    run.refuse("signer named", &wrong);

    // None of that has changed who is named.
    run.expect(&verify(&dv.certificate));
    run.refuse("verifier imported", &always);
    run.refuse("verifier imported", &early);
    run.refuse("verifier imported", &no_signer);
    run.refuse("verifier imported", &[(terminal(dv.name()), 0x6A88)]);

    run.expect(&signer(dv.name()));
    run.refuse("verifier named", &always);
    run.refuse("verifier named", &[(verify(&dv.certificate), 0x6300)]);
    run.expect(&verify(&is.certificate));
}

/// From the terminal's certificate to a challenge, with everything wrong in between; the right
/// signature.
fn sign_challenges(run: &mut Run<'_>, agreement: &Agreement) -> Vec<u8> {
    let is = &run.world.terminal;
    let always = run.always_wrong();
    let early = [(challenge(), 0x6985), (sign(&[1; 64]), 0x6985)];
    run.refuse("terminal imported", &always);
    run.refuse("terminal imported", &early);
    run.refuse("terminal imported", &[(verify(&is.certificate), 0x6985)]);

    run.expect(&terminal(is.name()));
    run.refuse("terminal named", &always);
    run.refuse("terminal named", &[(sign(&[1; 64]), 0x6985)]);

    let chip = run.session.chip.clone();
    let signature = |challenge: Vec<u8>| {
        let message = message(&chip, &challenge.try_into().unwrap(), agreement);
        is.key.sign(&message)
    };
    let first = signature(run.expect(&challenge()));
    run.refuse("challenged", &always);
    // A challenge serves once: a wrong answer uses it up, and another takes its place.
    run.refuse(
        "challenged",
        &[(sign(&[1; 64]), 0x6300), (sign(&first), 0x6985)],
    );
    let second = signature(run.expect(&challenge()));
    run.expect(&challenge());
    run.refuse("challenged again", &[(sign(&second), 0x6300)]);
    for nonsense in [
        &[][..],
        &[0; 64],
        &[0xFF; 64],
        &[1; 63],
        &[1; 65],
        &[1; 200],
    ] {
        run.expect(&challenge());
        run.refuse("challenged again", &[(sign(nonsense), 0x6300)]);
    }
    signature(run.expect(&challenge()))
}

/// In the clear there is no terminal authentication, and no session survives the attempt.
#[test]
fn in_the_clear_nothing_is_admitted() {
    let world = World::new();
    let mut chip = locked(&[&world.root.certificate]);
    let commands = [
        (signer(world.root.name()), 0x6982),
        (verify(&world.verifier.certificate), 0x6982),
        (terminal(world.terminal.name()), 0x6982),
    ];
    for (command, status) in commands {
        let mut session = chip.enter();
        session.authenticate_chip();
        let card = session.card.into_card();
        let answer = bench::answer(card, &command);
        assert_eq!(answer.status, StatusWord(status), "{command:?}");
        // The protected command that would have been next finds no session.
        let protected = chip.bench.send("0CB000000D9701048E08000000000000000000");
        assert_eq!(protected, "6882");
    }
    let mut session = chip.enter();
    session
        .authenticate(&world.terminal, &world.known())
        .unwrap();
    drop(session);
    chip.bench.send("0084000008");
    assert_eq!(chip.bench.send("00B0830004"), "6982");
}

/// A recorded protected command is none the second time: the session ends, and the rights with it.
#[test]
fn replayed_commands_end_the_session() {
    struct Tap<'a>(&'a mut hardware_sim::card::Card, Vec<Vec<u8>>);
    impl icao9303::transport::CardTransport for &mut Tap<'_> {
        type Error = hardware_sim::card::memory::Interrupted;
        fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Self::Error> {
            self.1.push(command.to_vec());
            Ok(self.0.process(command)?.response)
        }
    }
    use icao9303::pace::{self, Password};
    let world = World::new();
    let mut chip = locked(&[&world.root.certificate]);
    let chip_key = chip.chip_key.clone();
    let mut tap = Tap(&mut chip.bench.card, vec![]);
    let mut wire = &mut tap;
    let password = Password::can(bench::CAN).unwrap();
    let parameters = bench::pace_parameters();
    let established = pace::perform(&mut wire, &parameters, &password, &mut bench::host()).unwrap();
    let session = established.secure_messaging();
    let mut card = icao9303::secure_messaging::SecureTransport::new(wire, session);
    icao9303::reading::select_application(&mut card, &bench::APPLICATION).unwrap();
    let parameters = bench::terminals::chip_authentication_of(&chip_key);
    let agreement =
        icao9303::chip_authentication::perform(&mut card, &parameters, &mut bench::host()).unwrap();
    let trust_points = icao9303::terminal_authentication::trust_points(&established);
    let chain = icao9303::terminal_authentication::Chain::select(
        &trust_points,
        &world.terminal.certificate,
        &world.known(),
    );
    let name = icao9303::terminal_authentication::ChipName::after_pace(&established);
    let signer = world.terminal.signer();
    icao9303::terminal_authentication::perform(
        &mut card,
        &chain.unwrap(),
        &name,
        &agreement,
        signer,
    )
    .unwrap();
    bench::order(&mut card, &Command::new(0x00, 0xB0, 0x83, 0x00).with_le(4));
    drop(card);
    let recorded = tap.1;
    let read = recorded.last().unwrap();
    assert_eq!(tap.0.process(read).unwrap().response, [0x69, 0x88]);
    // The whole of terminal authentication again, as it was on the air: there is no session.
    for command in &recorded[recorded.len() - 8..] {
        let answer = tap.0.process(command).unwrap().response;
        assert_eq!(answer, [0x68, 0x82]);
    }
}

/// What the line may store, and what it may not: whatever is refused changes nothing.
#[test]
fn trust_points_that_are_none() {
    let rights = Rights::READ_DG3;
    let years = (day(2026, 1, 1), day(2030, 1, 1));
    let roots: Vec<_> = (1..=3)
        .map(|n| Holder::root(&format!("UTCVCAUTO0000{n}"), rights, years))
        .collect();
    let verifier = roots[0].issue("UTDVPOLICE00001", (DOMESTIC, rights), years);
    let terminal = verifier.issue("UTISGATE00001", (Role::Terminal, rights), years);
    let mut forged = roots[0].certificate.to_bytes();
    *forged.last_mut().unwrap() ^= 1;
    let forged = Certificate::parse(&forged).unwrap();
    let mut bench = Bench::new(seeded(9));
    replace_keys(&mut bench);
    let mut channel = bench.channel(0x31, &centre_keys()).unwrap();
    let certificates: Vec<_> = roots.iter().map(|root| &root.certificate).collect();
    for wrong in [
        &[][..],
        &certificates[..],
        &[certificates[0], certificates[0]],
        &[&verifier.certificate],
        &[&terminal.certificate],
        &[&forged],
        &[&roots[0].link(&roots[1])],
    ] {
        let answer = bench::answer(&mut channel, &trust_points_command(wrong, first_day()));
        assert_eq!(
            answer.status,
            StatusWord::WRONG_DATA,
            "{} given",
            wrong.len()
        );
    }
    let mut no_date = trust_points_command(&certificates[..1], first_day());
    let at = no_date
        .data
        .windows(2)
        .position(|tag| tag == [0x5F, 0x25])
        .unwrap();
    no_date.data[at + 5] = 13;
    let answer = bench::answer(&mut channel, &no_date);
    assert_eq!(answer.status, StatusWord::WRONG_DATA);
    bench::order(
        &mut channel,
        &trust_points_command(&certificates[1..2], first_day()),
    );
    // Again, with others: the last ones count.
    bench::order(
        &mut channel,
        &trust_points_command(&certificates[..2], day(2026, 10, 2)),
    );
    drop(channel);
    let names = bench.card.trust_points();
    assert_eq!(names.len(), 2);
    assert_eq!(bench.card.card_date(), Some(day(2026, 10, 2)));
}
