//! OpenPACE, an independent program, checks our certificates and drives our chip: `cvc-print` and a
//! terminal made of libeac (packages `openpace` and `libeac-dev`).

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "the helpers of a test may fail it"
)]

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::bench::terminals::{DOMESTIC, FOREIGN, Holder, Key, Locked, locked, name};
use crate::bench::{CAN, hex, small_card};
use icao9303::crypto::curve::CurveId;
use icao9303::cvc::{Certificate, Request, RequestBody, Rights, Role};
use time::{Date, Duration, OffsetDateTime};

/// OpenPACE goes by the clock of the machine, so these certificates are of today.
#[expect(
    clippy::disallowed_methods,
    reason = "another program compares the dates with the machine's clock"
)]
fn today() -> Date {
    OffsetDateTime::now_utc().date()
}

/// An authority, the one after it, two verifiers under them, and a terminal under each.
struct Chain {
    first: Holder,
    second: Holder,
    link: Certificate,
    domestic: Holder,
    terminal: Holder,
    foreign: Holder,
    foreign_terminal: Holder,
}

impl Chain {
    fn new() -> Self {
        let days = |before: i64, after: i64| {
            let today = today();
            (
                today - Duration::days(before),
                today + Duration::days(after),
            )
        };
        let right = Rights::READ_DG3;
        let first = Holder::root("LUCVCACARD00001", right, days(400, 600));
        let second = Holder::root("LUCVCACARD00002", right, days(20, 1000));
        let domestic = first.issue("LUDVPOLICELU001", (DOMESTIC, right), days(30, 60));
        let terminal = domestic.issue("LUISGATE0LU00A", (Role::Terminal, right), days(5, 25));
        let foreign = second.issue("FRDVBORDERLU001", (FOREIGN, right), days(10, 80));
        let foreign_terminal = foreign.issue("FRISGATE7LU00B", (Role::Terminal, right), days(2, 3));
        Self {
            link: first.link(&second),
            first,
            second,
            domestic,
            terminal,
            foreign,
            foreign_terminal,
        }
    }
}

/// What `cvc-print` says of one file; it looks for signers in `folder`, by their names. It ends with
/// status 0 whatever it finds, so its words are read.
fn cvc_print(folder: &Path, option: &str, file: &Path) -> String {
    let output = Command::new("cvc-print")
        .arg("--cvc-dir")
        .arg(folder)
        .arg(option)
        .arg(file)
        .output()
        .expect("cvc-print, of package openpace, is installed");
    String::from_utf8(output.stdout).unwrap()
}

fn is_verified(text: &str) -> bool {
    text.lines()
        .any(|line| line.trim() == "certificate verified")
}

#[test]
fn cvc_print_accepts_our_chains() {
    let chain = Chain::new();
    let folder = tempfile::tempdir().unwrap();
    let write = |file: &str, certificate: &Certificate| {
        let path = folder.path().join(file);
        std::fs::write(&path, certificate.to_bytes()).unwrap();
        path
    };
    let signers = [&chain.first, &chain.second, &chain.domestic, &chain.foreign];
    for signer in signers {
        write(&signer.name().to_string(), &signer.certificate);
    }
    let certificates = [
        (&chain.first.certificate, "CVCA certificate"),
        (&chain.second.certificate, "CVCA certificate"),
        (&chain.link, "CVCA certificate"),
        (&chain.domestic.certificate, "DV certificate"),
        (&chain.foreign.certificate, "DV certificate"),
        (&chain.terminal.certificate, "Terminal certificate"),
        (&chain.foreign_terminal.certificate, "Terminal certificate"),
    ];
    for (certificate, role) in certificates {
        let path = write("tried.cvcert", certificate);
        let text = cvc_print(folder.path(), "--cvc", &path);
        let body = certificate.body();
        for expected in [
            format!("CAR: {}", body.authority),
            format!("CHR: {}", body.holder),
            role.to_owned(),
            "Inspection system".to_owned(),
            "Read fingerprint".to_owned(),
            format!("Effective Date: {}", body.effective),
            format!("Expiration Date: {}", body.expiration),
        ] {
            assert!(text.contains(&expected), "no {expected} in: {text}");
        }
        assert!(!text.contains("Read iris"), "{text}");
        assert!(is_verified(&text), "{text}");
        // And it does not accept everything.
        let mut forged = certificate.to_bytes();
        *forged.last_mut().unwrap() ^= 1;
        std::fs::write(&path, forged).unwrap();
        assert!(!is_verified(&cvc_print(folder.path(), "--cvc", &path)));
    }
}

/// A request with its domain parameters, as an authority's is.
#[test]
fn cvc_print_accepts_our_requests() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("request");
    for curve in [
        CurveId::BrainpoolP256r1,
        CurveId::P384,
        CurveId::BrainpoolP512r1,
    ] {
        let key = Key::on(curve);
        let body = RequestBody {
            authority: Some(name("LUCVCACARD00001")),
            key: key.public().to_public_key(true),
            holder: name("LUDVPOLICELU002"),
        };
        let signature = key.sign(&body.to_bytes().unwrap());
        let request = Request::assemble(body, &signature).unwrap();
        std::fs::write(&path, request.to_bytes()).unwrap();
        let text = cvc_print(folder.path(), "--csr", &path);
        assert!(text.contains("CHR: LUDVPOLICELU002"), "{text}");
        assert!(text.contains("certificate request verified"), "{text}");
    }
}

/// Compiles the terminal into a folder.
fn compile(folder: &Path) -> PathBuf {
    let source = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/openpace/libeac_terminal.c"
    );
    let program = folder.join("libeac_terminal");
    let output = Command::new("cc")
        .args(["-Wall", "-Werror", "-Wno-deprecated-declarations", "-o"])
        .arg(&program)
        .args([source, "-leac", "-lcrypto"])
        .output()
        .expect("a C compiler is installed");
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "is libeac-dev installed? {text}");
    program
}

/// Runs the terminal against a chip; the steps that it reports, and what it complains about.
fn drive(chip: &mut Locked, program: &Path, arguments: &[String]) -> (Vec<String>, String) {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut to_terminal = child.stdin.take().unwrap();
    let mut steps = Vec::new();
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        if let Some(step) = line.strip_prefix("# ") {
            steps.push(step.to_owned());
            continue;
        }
        let answer = chip.bench.card.process(&hex(&line)).unwrap().response;
        // The terminal may have ended; its words tell why.
        let _ = writeln!(to_terminal, "{}", ::hex::encode_upper(answer));
    }
    let output = child.wait_with_output().unwrap();
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(
        output.status.success(),
        steps.last().is_some_and(|step| step == "done")
    );
    (steps, words)
}

fn arguments(
    chip: &Locked,
    can: &str,
    terminal: &Holder,
    root: &Holder,
    chain: &[&Certificate],
) -> Vec<String> {
    let text = |bytes: &[u8]| ::hex::encode_upper(bytes);
    let mut arguments = vec![
        text(&small_card()[0].content),
        can.to_owned(),
        text(&chip.chip_key),
        text(&terminal.key.to_der()),
        text(&root.certificate.to_bytes()),
    ];
    arguments.extend(
        chain
            .iter()
            .map(|certificate| text(&certificate.to_bytes())),
    );
    arguments
}

const WHOLE: [&str; 4] = [
    "pace",
    "chip authentication",
    "terminal authentication",
    "done",
];

#[test]
fn libeac_authenticates_itself_to_our_chip() {
    let folder = tempfile::tempdir().unwrap();
    let program = compile(folder.path());
    let people = Chain::new();
    let mut chip = locked(&[&people.first.certificate]);
    let domestic = [&people.domestic.certificate, &people.terminal.certificate];
    let run = arguments(&chip, CAN, &people.terminal, &people.first, &domestic);
    let (steps, words) = drive(&mut chip, &program, &run);
    assert_eq!(steps, WHOLE, "{words}");

    // Over the link to the next authority, to a foreign verifier's terminal.
    let foreign = [
        &people.link,
        &people.foreign.certificate,
        &people.foreign_terminal.certificate,
    ];
    let run = arguments(
        &chip,
        CAN,
        &people.foreign_terminal,
        &people.first,
        &foreign,
    );
    let (steps, words) = drive(&mut chip, &program, &run);
    assert_eq!(steps, WHOLE, "{words}");
    assert_eq!(
        chip.bench.card.trust_points(),
        [people.second.name().clone(), people.first.name().clone()]
    );

    // A wrong CAN, a key that is not the certificate's, a chip with another key.
    let run = arguments(&chip, "654321", &people.terminal, &people.first, &domestic);
    let (steps, words) = drive(&mut chip, &program, &run);
    assert!(steps.is_empty() && words.contains("status 6300"), "{words}");
    let run = arguments(
        &chip,
        CAN,
        &people.foreign_terminal,
        &people.first,
        &domestic,
    );
    let (steps, words) = drive(&mut chip, &program, &run);
    assert_eq!(steps, WHOLE[..2]);
    assert!(
        words.contains("status 6300") || words.contains("terminal's key"),
        "{words}"
    );
    let mut run = arguments(&chip, CAN, &people.terminal, &people.first, &domestic);
    let other = Key::on(CurveId::BrainpoolP256r1);
    run[2] = ::hex::encode_upper(other.public().point().as_bytes());
    let (steps, words) = drive(&mut chip, &program, &run);
    assert_eq!(steps, WHOLE[..1], "{words}");
}
