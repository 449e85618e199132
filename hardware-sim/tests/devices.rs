//! `hardware-sim biometric` and `hardware-sim register` as programs.
#![allow(clippy::expect_used, clippy::unwrap_used, reason = "tests may panic")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// The program; it ends with this.
struct Program(Child);

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn program() -> Command {
    Command::new(env!("CARGO_BIN_EXE_hardware-sim"))
}

/// Starts both kinds of devices on the first two free ports, and reads where they listen.
fn devices(trust: &Path) -> (Program, Vec<u16>) {
    for port in (4580..4600).step_by(2) {
        let mut child = program()
            .args([
                "biometric",
                "--kind",
                "finger",
                "--kind",
                "face",
                "--people",
                "7",
                "8",
            ])
            .args(["--port", &port.to_string(), "--trust"])
            .arg(trust)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let lines: Vec<String> = out.lines().take(2).map(Result::unwrap).collect();
        let program = Program(child);
        if let [finger, face] = &*lines {
            assert_eq!(
                *finger,
                format!("SIM-FINGER-{port} listens on 127.0.0.1:{port}")
            );
            let next = port + 1;
            assert_eq!(
                *face,
                format!("SIM-FACE-{next} listens on 127.0.0.1:{next}")
            );
            return (program, vec![port, next]);
        }
    }
    panic!("no two ports are free");
}

/// A request as text, and the body of its answer.
fn ask(port: u16, verb: &str, path: &str, body: &str) -> (String, String) {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    write!(
        stream,
        "{verb} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nEXT: test\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    let (head, body) = text.split_once("\r\n\r\n").unwrap();
    (head.to_lowercase(), body.to_owned())
}

#[test]
fn two_devices_answer_with_the_protocols_verbs() {
    let folder = tempfile::tempdir().unwrap();
    let (_program, ports) = devices(folder.path());
    let anchor = folder.path().join(format!("device-maker-{}.cer", ports[0]));
    let anchor = openssl::x509::X509::from_der(&std::fs::read(anchor).unwrap()).unwrap();
    assert!(anchor.verify(&anchor.public_key().unwrap()).unwrap());

    let (head, body) = ask(
        ports[0],
        "MOSIPDISC",
        "/device",
        r#"{"type":"Biometric Device"}"#,
    );
    assert!(head.starts_with("http/1.1 200 ok"), "{head}");
    assert!(head.contains("cache-control: no-store") && head.contains("connection: close"));
    let found: Value = serde_json::from_str(&body).unwrap();
    assert_eq!(found[0]["deviceStatus"], "Ready");
    assert_eq!(
        found[0]["callbackId"],
        format!("http://127.0.0.1:{}/", ports[0])
    );
    let (_, none) = ask(ports[1], "MOSIPDISC", "/device", r#"{"type":"Finger"}"#);
    assert_eq!(none, "[]");

    let (head, _) = ask(ports[0], "OPTIONS", "/capture", "");
    assert!(head.contains("access-control-allow-methods: mosipdisc, mosipdinfo, rcapture"));
    let (_, auth) = ask(ports[0], "CAPTURE", "/capture", "{}");
    let auth: Value = serde_json::from_str(&auth).unwrap();
    assert_eq!(auth["biometrics"][0]["error"]["errorCode"], "109");
    for (question, code) in [
        (r#"{"transactionId":"a b"}"#, "112"),
        (r#"{"transactionId":"abcd"}"#, "101"),
        (r#"{"transactionId":"abcd","bio":[{"type":"Iris"}]}"#, "106"),
        (
            r#"{"transactionId":"abcd","bio":[{"type":"Finger","count":"11"}]}"#,
            "109",
        ),
        ("garbage", "101"),
    ] {
        let (_, answer) = ask(ports[0], "RCAPTURE", "/capture", question);
        let answer: Value = serde_json::from_str(&answer).unwrap();
        assert_eq!(
            answer["biometrics"][0]["error"]["errorCode"], code,
            "{question}"
        );
    }
    let (head, _) = ask(ports[0], "POST", "/admin/fault", r#"{"fault":"no such"}"#);
    assert!(head.starts_with("http/1.1 400"), "{head}");
    let (head, _) = ask(ports[0], "GET", "/device", "");
    assert!(head.starts_with("http/1.1 404"), "{head}");
}

#[test]
fn a_device_takes_no_other_port() {
    let output = program()
        .args(["biometric", "--kind", "face", "--port", "8080"])
        .output()
        .unwrap();
    assert!(!output.status.success());
    assert!(String::from_utf8_lossy(&output.stderr).contains("4501 to 4600"));
}

#[test]
fn the_register_names_an_example_of_each_case() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("people.csv");
    let made = program()
        .args(["people", "--count", "30000", "--register"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(made.status.success());
    let output = program()
        .args(["register", "--examples", "--file"])
        .arg(&file)
        .output()
        .unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(text.lines().count(), 18, "{text}");
    for line in text.lines() {
        assert!(
            line[..13].bytes().all(|byte| byte.is_ascii_digit()),
            "{line}"
        );
    }
    // A file that is none is told by its line.
    std::fs::write(&file, "national_number\n1\n").unwrap();
    let output = program()
        .args(["register", "--examples", "--file"])
        .arg(&file)
        .output()
        .unwrap();
    assert!(String::from_utf8_lossy(&output.stderr).contains("line 1"));
}
