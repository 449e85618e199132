//! Our reader's terminal authentication against our chip's: rights, dates, links, and whoever must not pass.

#![expect(clippy::expect_used, reason = "the helpers of a test may fail it")]

use crate::bench;
use crate::bench::Bench;
use crate::bench::terminals::{
    DOMESTIC, FOREIGN, Holder, Locked, Validity, World, certify, chip_authentication_of, day,
    first_day, locked, name, personalise_trusting,
};
use hardware_sim::card::maker::Blank;
use hardware_sim::card::profile::Profile;
use icao9303::apdu::StatusWord;
use icao9303::chip_authentication;
use icao9303::crypto::curve::CurveId;
use icao9303::cvc::{Certificate, Rights, Role};
use icao9303::lds::{DataGroup, EfCvca, ElementaryFile};
use icao9303::mrz::MrzInformation;
use icao9303::reading::{self, ChunkSize, ReadError};
use icao9303::terminal_authentication::{
    Chain, ChainError, ChipName, TerminalAuthenticationError, perform,
};
use icao9303::tlv;
use icao9303::transport::CardTransport;

const DG3: ElementaryFile = ElementaryFile::DataGroup(DataGroup::DG3);
const DG4: ElementaryFile = ElementaryFile::DataGroup(DataGroup::DG4);

fn read<T: CardTransport>(card: &mut T, file: ElementaryFile) -> Result<Vec<u8>, ReadError> {
    reading::read_file(card, file, ChunkSize::SHORT, reading::MAX_FILE)
}

fn is_denied(result: &Result<Vec<u8>, ReadError>) -> bool {
    matches!(result, Err(ReadError::AccessDenied { .. }))
}

fn refusal(result: Result<Rights, TerminalAuthenticationError>) -> TerminalAuthenticationError {
    result.expect_err("the chip must refuse")
}

/// The certificate that the chip refused, with 6300.
fn refused_holder(result: Result<Rights, TerminalAuthenticationError>) -> String {
    match refusal(result) {
        TerminalAuthenticationError::CertificateRefused {
            holder,
            status: StatusWord::AUTHENTICATION_FAILED,
        } => holder.to_string(),
        other => panic!("{other}"),
    }
}

fn years(from: i32, to: i32) -> Validity {
    (day(from, 1, 1), day(to, 12, 31))
}

const READ_DG3: (Role, Rights) = (Role::Terminal, Rights::READ_DG3);

#[test]
fn the_right_to_fingers_opens_fingers_and_nothing_else() {
    let world = World::new();
    let mut chip = locked(&[&world.root.certificate]);
    assert_eq!(chip.bench.card.trust_points(), [world.root.name().clone()]);
    assert_eq!(chip.bench.card.card_date(), Some(first_day()));
    let mut session = chip.enter();
    assert_eq!(session.trust_points, [world.root.name().clone()]);
    let cvca = EfCvca::parse(&read(&mut session.card, ElementaryFile::Cvca).unwrap()).unwrap();
    assert_eq!(cvca.trust_points, session.trust_points);
    assert!(is_denied(&read(&mut session.card, DG3)));
    let rights = session
        .authenticate(&world.terminal, &world.known())
        .unwrap();
    assert_eq!(rights, Rights::READ_DG3);
    let select = reading::select_file(&mut session.card, DG3);
    assert!(select.is_ok());
    assert_eq!(
        bench::ask(&mut session.card, "00B0000010"),
        format!("{}9000", "63".repeat(16))
    );
    assert!(is_denied(&read(&mut session.card, DG4)));
    // The rights end with the session.
    let mut session = chip.enter();
    session.authenticate_chip();
    assert!(is_denied(&read(&mut session.card, DG3)));
}

/// After basic access control the chip is called by its document number.
#[test]
fn a_passport_without_pace_admits_terminals_too() {
    let world = World::new();
    let blank = Blank {
        profile: Profile::BacPassport,
        ..Blank::new(bench::SERIAL, bench::transport_keys())
    };
    let mut bench = Bench::with(&blank, bench::seeded(5));
    let mrz = "IDD<<T220001293<<<<<<<<<<<<<<<6408125<1010318D<<<<<<<<<<<<<6MUSTERMANN<<ERIKA<<<<<<<<<<<<<";
    let dg1 = tlv::encode(0x61, &tlv::encode(0x5F1F, mrz.as_bytes()));
    let files = [
        bench::file(true, 0x0101, 0x01, 0x01, &dg1),
        bench::file(true, 0x0103, 0x03, 0x02, &[0x63; 40]),
    ];
    let authorities = [&world.root.certificate];
    let point = personalise_trusting(&mut bench, &files, &authorities, first_day());
    bench.run("reset");
    let mut card = bench::enter_with_mrz(&mut bench, &bench::MRZ_PASSWORD).unwrap();
    let parameters = chip_authentication_of(&point);
    let agreement =
        chip_authentication::perform(&mut card, &parameters, &mut bench::host()).unwrap();
    let cvca = EfCvca::parse(&read(&mut card, ElementaryFile::Cvca).unwrap()).unwrap();
    let known = world.known();
    let chain = Chain::select(&cvca.trust_points, &world.terminal.certificate, &known).unwrap();
    let chip = |text: &str| {
        ChipName::after_basic_access_control(&MrzInformation::from_text(text).unwrap())
    };
    let other = chip("L898902C<369080619406236");
    let result = perform(
        &mut card,
        &chain,
        &other,
        &agreement,
        world.terminal.signer(),
    );
    assert!(matches!(
        refusal(result),
        TerminalAuthenticationError::SignatureRefused { .. }
    ));
    let ours = chip("T22000129364081251010318");
    assert_eq!(ours.as_bytes(), b"T220001293");
    perform(
        &mut card,
        &chain,
        &ours,
        &agreement,
        world.terminal.signer(),
    )
    .unwrap();
    assert_eq!(bench::ask(&mut card, "00B0830002"), "63639000");
}

/// The rights of a chain are those that all of its certificates have.
#[test]
fn rights_are_what_the_whole_chain_has() {
    let both = Rights::READ_DG3_DG4;
    let cases = [
        (both, both, both),
        (Rights::READ_DG3, both, both),
        (both, Rights::READ_DG4, both),
        (both, both, Rights::NONE),
        (Rights::READ_DG3, Rights::READ_DG4, both),
    ];
    for (authority, verifier, terminal) in cases {
        let root = Holder::root("UTCVCAUTO00001", authority, years(2026, 2028));
        let dv = root.issue("UTDVPOLICE00001", (DOMESTIC, verifier), years(2026, 2026));
        let is = dv.issue(
            "UTISGATE00001",
            (Role::Terminal, terminal),
            years(2026, 2026),
        );
        let mut chip = locked(&[&root.certificate]);
        let mut session = chip.enter();
        // The reader sees no more than the chain's certificates: it does not hold the root's.
        session
            .authenticate(&is, std::slice::from_ref(&dv.certificate))
            .unwrap();
        let effective = authority & verifier & terminal;
        for (file, right) in [("03", Rights::READ_DG3), ("04", Rights::READ_DG4)] {
            let answer = bench::ask(&mut session.card, &format!("00B08{}0004", &file[1..]));
            let expected = if effective.contains(right) {
                "9000"
            } else {
                "6982"
            };
            assert!(
                answer.ends_with(expected),
                "{effective:?} DG{file}: {answer}"
            );
        }
    }
}

/// A chip follows links from the authority it was made with, keeps the newest two, and its date.
#[test]
fn links_lead_on_and_the_oldest_trust_point_goes() {
    let all = Rights::READ_DG3;
    let first = Holder::root("UTCVCAUTO00001", all, years(2024, 2026));
    let second = Holder::root("UTCVCAUTO00002", all, (day(2026, 11, 1), day(2029, 1, 1)));
    let third = Holder::root("UTCVCAUTO00003", all, (day(2028, 6, 1), day(2031, 6, 1)));
    let links = [first.link(&second), second.link(&third)];
    let mut chip = locked(&[&first.certificate]);

    // Under the second authority: the reader presents one link.
    let dv = second.issue("UTDVPOLICE00002", (DOMESTIC, all), years(2027, 2027));
    let is = dv.issue(
        "UTISGATE00002",
        READ_DG3,
        (day(2027, 3, 1), day(2027, 3, 31)),
    );
    let known = [&links[..], std::slice::from_ref(&dv.certificate)].concat();
    chip.enter().authenticate(&is, &known).unwrap();
    let names = || [second.name().clone(), first.name().clone()];
    assert_eq!(chip.bench.card.trust_points(), names());
    assert_eq!(chip.bench.card.card_date(), Some(day(2027, 3, 1)));
    // What it knows now, it knows after power went and came.
    chip.bench = chip.bench.reload(bench::seeded(1));
    assert_eq!(chip.bench.card.trust_points(), names());
    let mut session = chip.enter();
    assert_eq!(session.trust_points, names());
    // And no link is needed any more.
    let chain = Chain::select(&session.trust_points, &is.certificate, &known).unwrap();
    assert_eq!(chain.certificates().count(), 2);
    session.authenticate(&is, &known).unwrap();

    // Under the third; the first is forgotten.
    let dv3 = third.issue("UTDVPOLICE00003", (DOMESTIC, all), years(2028, 2029));
    let is3 = dv3.issue("UTISGATE00003", READ_DG3, years(2029, 2029));
    let known = [&links[..], std::slice::from_ref(&dv3.certificate)].concat();
    chip.enter().authenticate(&is3, &known).unwrap();
    assert_eq!(
        chip.bench.card.trust_points(),
        [third.name().clone(), second.name().clone()]
    );
    assert_eq!(chip.bench.card.card_date(), Some(day(2029, 1, 1)));
    let mut session = chip.enter();
    let cvca = EfCvca::parse(&read(&mut session.card, ElementaryFile::Cvca).unwrap()).unwrap();
    assert_eq!(cvca.trust_points, session.trust_points);
    let chain = Chain::select(&[first.name().clone()], &is3.certificate, &known).unwrap();
    let agreement = session.authenticate_chip();
    let error = perform(
        &mut session.card,
        &chain,
        &session.chip,
        &agreement,
        is3.signer(),
    );
    assert!(matches!(
        refusal(error),
        TerminalAuthenticationError::UnknownAuthority { authority } if authority == *first.name()
    ));
}

/// A link may lead to any curve that certificates are on, and the trust point stays there without
/// power.
#[test]
fn links_lead_to_other_curves() {
    let all = Rights::READ_DG3;
    let curves = [CurveId::P384, CurveId::BrainpoolP512r1, CurveId::P521];
    let mut last = Holder::root("UTCVCAUTO00000", all, years(2026, 2028));
    let mut chip = locked(&[&last.certificate]);
    for (number, curve) in (1..).zip(curves) {
        let valid = (day(2026 + number, 1, 1), day(2028 + number, 12, 31));
        let next = Holder::root_on(curve, &format!("UTCVCAUTO0000{number}"), all, valid);
        let dv = next.issue("UTDVPOLICE00001", (DOMESTIC, all), valid);
        let is = dv.issue("UTISGATE00001", READ_DG3, valid);
        let known = [
            last.link(&next),
            dv.certificate.clone(),
            next.certificate.clone(),
        ];
        chip.enter().authenticate(&is, &known).unwrap();
        chip.bench = chip.bench.reload(bench::seeded(2));
        assert_eq!(chip.bench.card.trust_points()[0], *next.name());
        let mut session = chip.enter();
        session.authenticate(&is, &known[1..]).unwrap();
        assert!(
            reading::select_file(&mut session.card, DG3).is_ok(),
            "{}",
            curve.name()
        );
        drop(session);
        last = next;
    }
}

/// A card that lay in a drawer: three links at once, all of them expired by the last one's date.
#[test]
fn expired_links_are_followed() {
    let all = Rights::READ_DG3;
    let roots: Vec<_> = (0..4)
        .map(|n| {
            Holder::root(
                &format!("UTCVCAUTO0000{n}"),
                all,
                years(2026 + 3 * n, 2028 + 3 * n),
            )
        })
        .collect();
    let links: Vec<_> = roots
        .windows(2)
        .map(|pair| pair[0].link(&pair[1]))
        .collect();
    let dv = roots[3].issue("UTDVPOLICE00009", (DOMESTIC, all), years(2036, 2036));
    let is = dv.issue("UTISGATE00009", READ_DG3, years(2036, 2036));
    let mut chip = locked(&[&roots[0].certificate]);
    let known = [&links[..], std::slice::from_ref(&dv.certificate)].concat();
    let mut session = chip.enter();
    session.authenticate(&is, &known).unwrap();
    assert!(reading::select_file(&mut session.card, DG3).is_ok());
    drop(session);
    assert_eq!(chip.bench.card.card_date(), Some(day(2036, 1, 1)));
    // The one before the last expired in 2034: nobody it certified may enter any more.
    let old = roots[2].issue("UTDVPOLICE00008", (DOMESTIC, all), years(2032, 2040));
    let is = old.issue("UTISGATE00008", READ_DG3, years(2036, 2036));
    let result = chip
        .enter()
        .authenticate(&is, std::slice::from_ref(&old.certificate));
    assert_eq!(refused_holder(result), "UTDVPOLICE00008");
}

#[test]
fn the_chips_date_shuts_out_what_expired() {
    let world = World::new();
    let mut chip = locked(&[&world.root.certificate]);
    let late = (day(2026, 9, 1), day(2026, 12, 31));
    let dv = world
        .root
        .issue("UTDVPOLICE00002", (DOMESTIC, Rights::READ_DG3), late);
    let stale = dv.issue(
        "UTISGATE00002",
        READ_DG3,
        (day(2026, 9, 1), day(2026, 9, 30)),
    );
    let known = vec![dv.certificate.clone(), world.verifier.certificate.clone()];
    // Expired the day before the chip was made.
    let result = chip.enter().authenticate(&stale, &known);
    assert_eq!(refused_holder(result), "UTISGATE00002");
    // Valid on the very day.
    let today = dv.issue("UTISGATE00003", READ_DG3, (day(2026, 9, 1), first_day()));
    chip.enter().authenticate(&today, &known).unwrap();
    assert_eq!(chip.bench.card.card_date(), Some(first_day()));
    // A terminal of December tells the chip the date; those of October are over, verifiers too.
    let december = dv.issue(
        "UTISGATE00004",
        READ_DG3,
        (day(2026, 12, 5), day(2026, 12, 31)),
    );
    chip.enter().authenticate(&december, &known).unwrap();
    assert_eq!(chip.bench.card.card_date(), Some(day(2026, 12, 5)));
    let result = chip.enter().authenticate(&today, &known);
    assert_eq!(refused_holder(result), "UTISGATE00003");
    let result = chip.enter().authenticate(&world.terminal, &known);
    assert_eq!(refused_holder(result), "UTDVPOLICE00001");
    // A refused certificate dates nothing.
    assert_eq!(chip.bench.card.card_date(), Some(day(2026, 12, 5)));
}

/// A foreign verifier may let its terminals in, but their dates are not believed.
#[test]
fn foreign_terminals_read_but_do_not_date_the_chip() {
    let world = World::new();
    let mut chip = locked(&[&world.root.certificate]);
    let valid = (day(2026, 10, 5), day(2027, 1, 31));
    let dv = world
        .root
        .issue("XXDVBORDERUT001", (FOREIGN, Rights::READ_DG3), valid);
    let is = dv.issue(
        "XXISGATE00001",
        READ_DG3,
        (day(2027, 1, 1), day(2027, 1, 31)),
    );
    let mut session = chip.enter();
    session
        .authenticate(&is, std::slice::from_ref(&dv.certificate))
        .unwrap();
    assert!(reading::select_file(&mut session.card, DG3).is_ok());
    drop(session);
    assert_eq!(chip.bench.card.card_date(), Some(day(2026, 10, 5)));
}

/// Presents `certificates` one after another, as a reader that checks nothing would; what the chip
/// says to the last, and to the naming of its signer.
fn present(chip: &mut Locked, certificates: &[&Certificate]) -> (StatusWord, StatusWord) {
    use icao9303::apdu::Command;
    let mut session = chip.enter();
    session.authenticate_chip();
    let mut answers = (StatusWord::OK, StatusWord::OK);
    for certificate in certificates {
        let signer = tlv::encode(0x83, certificate.authority().as_bytes());
        let name = Command::new(0x00, 0x22, 0x81, 0xB6).with_data(signer);
        let verify = Command::new(0x00, 0x2A, 0x00, 0xBE).with_data(certificate.content());
        answers = (
            bench::answer(&mut session.card, &name).status,
            bench::answer(&mut session.card, &verify).status,
        );
    }
    answers
}

#[test]
fn nobody_gets_a_role_from_who_may_not_give_it() {
    const REFUSED: (StatusWord, StatusWord) = (StatusWord::OK, StatusWord::AUTHENTICATION_FAILED);
    let world = World::new();
    let mut chip = locked(&[&world.root.certificate]);
    let all = Rights::READ_DG3;
    let valid = years(2026, 2028);
    let (root, dv, is) = (&world.root, &world.verifier, &world.terminal);
    // An authority does not certify terminals, a verifier neither verifiers nor authorities.
    let direct = root.issue("UTISGATE00005", READ_DG3, valid);
    assert_eq!(present(&mut chip, &[&direct.certificate]), REFUSED);
    let below = dv.issue("UTDVPOLICE00005", (DOMESTIC, all), valid);
    assert_eq!(
        present(&mut chip, &[&dv.certificate, &below.certificate]),
        REFUSED
    );
    let risen = dv.issue("UTCVCAUTO00002", (Role::Cvca, all), valid);
    assert_eq!(
        present(&mut chip, &[&dv.certificate, &risen.certificate]),
        REFUSED
    );
    // A terminal certifies nobody.
    let below = is.issue("UTISGATE00006", READ_DG3, valid);
    let chain = [&dv.certificate, &is.certificate, &below.certificate];
    assert_eq!(present(&mut chip, &chain), REFUSED);
    let verifier = is.issue("UTDVPOLICE00006", (FOREIGN, all), valid);
    let chain = [&dv.certificate, &is.certificate, &verifier.certificate];
    assert_eq!(present(&mut chip, &chain), REFUSED);
    // Another authority of the same name, and another key under a name that is trusted.
    let twin = Holder::root("UTCVCAUTO00001", all, valid);
    let forged = twin.issue("UTDVPOLICE00001", (DOMESTIC, all), valid);
    assert_eq!(present(&mut chip, &[&forged.certificate]), REFUSED);
    let again = root.link(&twin);
    assert_eq!(present(&mut chip, &[&again]), REFUSED);
    // The root's own certificate changes nothing.
    assert_eq!(
        present(&mut chip, &[&root.certificate]),
        (StatusWord::OK, StatusWord::OK)
    );
    // An authority that the chip has never heard of.
    let other = Holder::root("XXCVCAXXX00001", all, valid);
    let stranger = other.issue("XXDVXXX00001", (DOMESTIC, all), valid);
    assert_eq!(
        present(&mut chip, &[&stranger.certificate]),
        (
            StatusWord::REFERENCE_NOT_FOUND,
            StatusWord::CONDITIONS_NOT_SATISFIED
        )
    );
    // Terminals of another kind.
    let mut body = dv.certificate.body().clone();
    body.authorization.terminal = icao9303::cvc::TerminalType::SignatureTerminal;
    let online = certify(&root.key, body);
    assert_eq!(present(&mut chip, &[&online]), REFUSED);
    assert_eq!(chip.bench.card.trust_points(), [root.name().clone()]);
    assert_eq!(chip.bench.card.card_date(), Some(first_day()));
}

#[test]
fn a_signature_of_another_key_or_session_is_refused() {
    let world = World::new();
    let mut chip = locked(&[&world.root.certificate]);
    let chain = |trust_points: &[_]| {
        Chain::select(trust_points, &world.terminal.certificate, &world.known()).unwrap()
    };
    let other = Holder::root("UTCVCAUTO00009", Rights::NONE, years(2026, 2028));
    let mut recorded = Vec::new();
    let mut session = chip.enter();
    let agreement = session.authenticate_chip();
    let path = chain(&session.trust_points);
    let wrong = perform(
        &mut session.card,
        &path,
        &session.chip,
        &agreement,
        other.signer(),
    );
    let is_refused = |error| {
        matches!(error, TerminalAuthenticationError::SignatureRefused { terminal }
            if terminal == *world.terminal.name())
    };
    assert!(is_refused(refusal(wrong)));
    // The session stands, without rights; the right key may still sign in it.
    assert!(is_denied(&read(&mut session.card, DG3)));
    let record = |message: &[u8]| {
        recorded = world.terminal.key.sign(message);
        Ok::<_, std::io::Error>(recorded.clone())
    };
    perform(&mut session.card, &path, &session.chip, &agreement, record).unwrap();
    assert!(reading::select_file(&mut session.card, DG3).is_ok());
    // Once a session.
    let again = perform(
        &mut session.card,
        &path,
        &session.chip,
        &agreement,
        other.signer(),
    );
    assert!(matches!(
        refusal(again),
        TerminalAuthenticationError::NotAdmitted { .. }
    ));
    // The recorded signature in another session, for another chip name, with another key.
    let mut session = chip.enter();
    let agreement = session.authenticate_chip();
    let replay = |_: &[u8]| Ok::<_, std::io::Error>(recorded.clone());
    let result = perform(&mut session.card, &path, &session.chip, &agreement, replay);
    assert!(is_refused(refusal(result)));
    let empty = |_: &[u8]| Ok::<_, std::io::Error>(vec![0; 63]);
    let result = perform(&mut session.card, &path, &session.chip, &agreement, empty);
    assert!(is_refused(refusal(result)));
    let failing = |_: &[u8]| Err(std::io::Error::other("the token is gone"));
    let result = perform(&mut session.card, &path, &session.chip, &agreement, failing);
    assert!(matches!(
        refusal(result),
        TerminalAuthenticationError::Signer(_)
    ));
    // Before chip authentication nothing is admitted.
    let mut session = chip.enter();
    let result = perform(
        &mut session.card,
        &path,
        &session.chip,
        &agreement,
        other.signer(),
    );
    assert!(matches!(
        refusal(result),
        TerminalAuthenticationError::NotAdmitted { .. }
    ));
}

/// Each thing that is wrong with a chain has its name before the chip sees it.
#[test]
fn the_reader_names_what_is_wrong_with_a_chain() {
    let world = World::new();
    let trust = [world.root.name().clone()];
    let (root, dv, is) = (&world.root, &world.verifier, &world.terminal);
    let select = |terminal: &Holder, known: &[Certificate]| {
        Chain::select(&trust, &terminal.certificate, known)
    };
    let chain = select(is, &world.known()).unwrap();
    assert!(chain.check_dates(day(2026, 10, 31)).is_ok());
    assert!(matches!(
        chain.check_dates(day(2026, 11, 1)),
        Err(ChainError::Expired { holder, .. }) if holder == *is.name()
    ));
    assert!(matches!(
        chain.check_dates(day(2026, 9, 14)),
        Err(ChainError::NotYetValid { holder, .. }) if holder == *is.name()
    ));
    let swapped = select(dv, &world.known());
    assert!(matches!(
        swapped,
        Err(ChainError::NotATerminal { role: DOMESTIC, .. })
    ));
    assert!(
        matches!(select(is, &[]), Err(ChainError::Missing { missing, .. }) if missing == *dv.name())
    );
    let direct = root.issue("UTISGATE00005", READ_DG3, years(2026, 2026));
    assert!(matches!(
        select(&direct, &world.known()),
        Err(ChainError::WrongRole {
            role: Role::Cvca,
            ..
        })
    ));
    let below = dv.issue(
        "UTDVPOLICE00005",
        (DOMESTIC, Rights::READ_DG3),
        years(2026, 2026),
    );
    let terminal = below.issue("UTISGATE00006", READ_DG3, years(2026, 2026));
    let known = [dv, &below].map(|holder| holder.certificate.clone());
    assert!(matches!(
        select(&terminal, &known),
        Err(ChainError::WrongRole { role: DOMESTIC, .. })
    ));
    let elsewhere = Chain::select(&[name("XXCVCAXXX00001")], &is.certificate, &world.known());
    assert!(matches!(elsewhere, Err(ChainError::OtherAuthority { .. })));
    let twin = Holder::root("UTCVCAUTO00001", Rights::READ_DG3, years(2026, 2028));
    let known = [twin.certificate.clone(), dv.certificate.clone()];
    assert!(matches!(
        select(is, &known),
        Err(ChainError::Certificate(_))
    ));
    let mut body = dv.certificate.body().clone();
    body.authorization.terminal = icao9303::cvc::TerminalType::SignatureTerminal;
    let known = [certify(&root.key, body)];
    assert!(matches!(
        select(is, &known),
        Err(ChainError::OtherTerminal { .. })
    ));
    for error in [
        select(is, &[]).unwrap_err(),
        select(is, &known).unwrap_err(),
        elsewhere.unwrap_err(),
    ] {
        assert!(error.to_string().contains("UT"), "{error}");
    }
}
