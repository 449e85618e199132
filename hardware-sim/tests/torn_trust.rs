//! Power pulled before every page that terminal authentication writes: trust points and date change
//! together or not at all, and a chip never forgets what it has answered.

#![expect(clippy::unwrap_used, reason = "the helpers of a test may fail it")]

use crate::bench;
use crate::bench::terminals::{
    DOMESTIC, Holder, Locked, World, chip_authentication_of, day, first_day, locked,
    trust_points_command,
};
use crate::bench::{Bench, CAN, centre_keys, host, pace_parameters, replace_keys, seeded};
use hardware_sim::card::Card;
use icao9303::chip_authentication;
use icao9303::cvc::{Certificate, CertificateReference, Rights, Role};
use icao9303::pace::{self, Password};
use icao9303::reading;
use icao9303::secure_messaging::SecureTransport;
use icao9303::terminal_authentication::{self, Chain, ChipName};
use time::Date;

const READ_DG3: Rights = Rights::READ_DG3;

/// PACE, chip and terminal authentication, as far as the power lasts.
fn authenticate(
    card: &mut Card,
    chip_key: &[u8],
    terminal: &Holder,
    known: &[Certificate],
) -> Option<()> {
    let password = Password::can(CAN).unwrap();
    let parameters = pace_parameters();
    let established = pace::perform(card, &parameters, &password, &mut host()).ok()?;
    let trust_points = terminal_authentication::trust_points(&established);
    let chip = ChipName::after_pace(&established);
    let mut card = SecureTransport::new(card, established.secure_messaging());
    reading::select_application(&mut card, &bench::APPLICATION).ok()?;
    let parameters = chip_authentication_of(chip_key);
    let agreement = chip_authentication::perform(&mut card, &parameters, &mut host()).ok()?;
    let chain = Chain::select(&trust_points, &terminal.certificate, known).unwrap();
    let signer = terminal.signer();
    terminal_authentication::perform(&mut card, &chain, &chip, &agreement, signer).ok()?;
    Some(())
}

type Memory = (Vec<CertificateReference>, Option<Date>);

fn memory(bench: &Bench) -> Memory {
    (bench.card.trust_points(), bench.card.card_date())
}

#[test]
fn links_and_dates_are_whole_wherever_power_fails() {
    let first = Holder::root(
        "UTCVCAUTO00001",
        READ_DG3,
        (day(2024, 1, 1), day(2026, 12, 31)),
    );
    let second = Holder::root(
        "UTCVCAUTO00002",
        READ_DG3,
        (day(2026, 10, 15), day(2029, 1, 1)),
    );
    let valid = (day(2026, 11, 1), day(2027, 1, 31));
    let verifier = second.issue("UTDVPOLICE00002", (DOMESTIC, READ_DG3), valid);
    let valid = (day(2026, 12, 1), day(2026, 12, 31));
    let terminal = verifier.issue("UTISGATE00002", (Role::Terminal, READ_DG3), valid);
    let known = [first.link(&second), verifier.certificate.clone()];
    let old = vec![first.name().clone()];
    let new = vec![second.name().clone(), first.name().clone()];
    // The states that the chip passes through, in this order.
    let states: [Memory; 4] = [
        (old, Some(first_day())),
        (new.clone(), Some(day(2026, 10, 15))),
        (new.clone(), Some(day(2026, 11, 1))),
        (new, Some(day(2026, 12, 1))),
    ];
    let mut reached = Vec::new();
    for pages in 0.. {
        let Locked {
            mut bench,
            chip_key,
        } = locked(&[&first.certificate]);
        bench.card.set_power_fuse(Some(pages));
        let whole = authenticate(&mut bench.card, &chip_key, &terminal, &known).is_some();
        let mut bench = bench.reload(seeded(pages.into()));
        let state = states.iter().position(|state| *state == memory(&bench));
        reached.push(state.unwrap_or_else(|| panic!("{pages} pages: {:?}", memory(&bench))));
        // Wherever it stands, the same terminal gets in, and the chip ends in the last state.
        authenticate(&mut bench.card, &chip_key, &terminal, &known).unwrap();
        assert_eq!(memory(&bench), states[3], "{pages} pages");
        if whole {
            break;
        }
    }
    // Two pages of PACE, 23 of the link, one for each date: never back, and every state was seen.
    assert!(reached.len() > 25, "{} tear points", reached.len());
    assert!(reached.is_sorted(), "{reached:?}");
    for state in 0..states.len() {
        assert!(reached.contains(&state), "state {state} in {reached:?}");
    }
}

#[test]
fn rights_go_with_the_power() {
    let world = World::new();
    let mut chip = locked(&[&world.root.certificate]);
    let mut session = chip.enter();
    session
        .authenticate(&world.terminal, &world.known())
        .unwrap();
    assert_eq!(bench::ask(&mut session.card, "00B0830002"), "63639000");
    drop(session);
    chip.bench.run("reset");
    let mut session = chip.enter();
    assert_eq!(bench::ask(&mut session.card, "00B0830002"), "6982");
    session.authenticate_chip();
    assert_eq!(bench::ask(&mut session.card, "00B0830002"), "6982");
}

#[test]
fn trust_points_are_stored_whole_wherever_power_fails() {
    let rights = READ_DG3;
    let old = Holder::root(
        "UTCVCAUTO00001",
        rights,
        (day(2024, 1, 1), day(2026, 12, 31)),
    );
    let new = Holder::root("UTCVCAUTO00002", rights, (day(2026, 6, 1), day(2029, 6, 1)));
    let command = trust_points_command(&[&old.certificate, &new.certificate], first_day());
    let stored = (
        vec![new.name().clone(), old.name().clone()],
        Some(first_day()),
    );
    let mut outcomes = Vec::new();
    for pages in 0.. {
        let mut bench = Bench::new(seeded(5));
        replace_keys(&mut bench);
        // The channel writes three pages first; it may be torn as well.
        bench.card.set_power_fuse(Some(pages));
        let torn = match bench.channel(0x31, &centre_keys()) {
            Ok(mut channel) => bench::try_answer(&mut channel, &command).is_err(),
            Err(_) => true,
        };
        bench.card.set_power_fuse(None);
        let mut bench = bench.reload(seeded(6));
        let found = memory(&bench);
        let is_stored = found == stored;
        assert!(
            is_stored || found == (vec![], None),
            "{pages} pages: {found:?}"
        );
        assert!(torn || is_stored);
        outcomes.push(is_stored);
        // The line comes back and does it again.
        let mut channel = bench.channel(0x31, &centre_keys()).unwrap();
        bench::order(&mut channel, &command);
        assert_eq!(memory(&bench), stored);
        if !torn {
            break;
        }
    }
    assert!(outcomes.len() > 20, "{} tear points", outcomes.len());
    assert!(outcomes.is_sorted(), "once committed, always committed");
}
