//! Certificates of programs end, and are renewed while the programs run.

use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

use openssl::{
    ssl::{SslConnector, SslFiletype, SslMethod, SslStream},
    x509::X509,
};

use crate::common::{House, Service, ceremony};

/// The certificate that the service shows at this moment; `openssl` builds its chain.
fn shown(house: &House, service: &Service) -> X509 {
    connected(house, service).ssl().peer_certificate().unwrap()
}

/// A connection with the line's certificate.
fn connected(house: &House, service: &Service) -> SslStream<TcpStream> {
    let path = |name: &str| house.path("pki/operations").join(name);
    let mut builder = SslConnector::builder(SslMethod::tls_client()).unwrap();
    builder.set_ca_file(path("operations-ca.pem")).unwrap();
    builder
        .set_certificate_file(path("line.pem"), SslFiletype::PEM)
        .unwrap();
    builder
        .set_private_key_file(path("line.key"), SslFiletype::PEM)
        .unwrap();
    builder.set_alpn_protos(b"\x02h2").unwrap();
    let stream = TcpStream::connect(&service.address).unwrap();
    builder.build().connect("localhost", stream).unwrap()
}

fn held(house: &House, text: &str) -> Result<String, String> {
    let file = house.path("renewal.toml");
    fs::write(&file, text).unwrap();
    let done = ceremony(&file);
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    if done.status.success() {
        Ok(String::from_utf8_lossy(&done.stdout).into_owned())
    } else {
        Err(said)
    }
}

const RENEWAL: &str = r#"
name = "2027"
output = "pki"
witnesses = ["Ada Example"]
[[renew]]
program = "pki-authority"
months = 36
[[renew]]
program = "line"
months = 6
"#;

#[test]
fn a_renewed_certificate_is_used_from_the_next_connection_on() {
    let house = House::planned(|text| {
        text.replace(
            "validity_months = 12",
            "validity_months = 12\nprogram_months = 1",
        )
    });
    let service = house.serve(1);
    let first = shown(&house, &service);
    held(&house, RENEWAL).unwrap();
    let path = |name: &str| house.path("pki/operations").join(name);
    let renewed = X509::from_pem(&fs::read(path("pki-authority-2027.pem")).unwrap()).unwrap();
    // The same of the same key, for longer, and not beyond the CA's end.
    let ca = X509::from_pem(&fs::read(path("operations-ca.pem")).unwrap()).unwrap();
    assert!(renewed.not_after() > first.not_after());
    assert!(renewed.not_after() == ca.not_after());
    assert_ne!(
        renewed.serial_number().to_bn().unwrap(),
        first.serial_number().to_bn().unwrap()
    );
    let key = |one: &X509| one.public_key().unwrap().public_key_to_der().unwrap();
    assert_eq!(key(&renewed), key(&first));
    let names = |one: &X509| {
        let names = one.subject_alt_names().unwrap();
        let names: Vec<_> = names.iter().map(|name| format!("{name:?}")).collect();
        (format!("{:?}", one.subject_name()), names)
    };
    assert_eq!(names(&renewed), names(&first));
    // In use only once somebody puts it in its place; then without a restart.
    assert_eq!(
        shown(&house, &service).to_der().unwrap(),
        first.to_der().unwrap()
    );
    fs::copy(path("pki-authority-2027.pem"), path("next.pem")).unwrap();
    fs::rename(path("next.pem"), path("pki-authority.pem")).unwrap();
    assert_eq!(
        shown(&house, &service).to_der().unwrap(),
        renewed.to_der().unwrap()
    );
    // What is not of our key, or nothing at all, is not used.
    for wrong in ["line.pem", "operations-ca.cer"] {
        fs::copy(path(wrong), path("next.pem")).unwrap();
        fs::rename(path("next.pem"), path("pki-authority.pem")).unwrap();
        assert_eq!(
            shown(&house, &service).to_der().unwrap(),
            renewed.to_der().unwrap()
        );
    }
    // Safe to repeat.
    let before = fs::read(path("line-2027.cer")).unwrap();
    assert!(held(&house, RENEWAL).unwrap().contains("nothing changed"));
    assert_eq!(fs::read(path("line-2027.cer")).unwrap(), before);
}

/// The type octet of the HTTP/2 frame that says good-bye.
const GOAWAY: u8 = 7;

#[test]
fn a_connection_ends_so_that_its_caller_shows_a_renewed_certificate() {
    let house = House::new();
    let file = house.config(1);
    let text = fs::read_to_string(&file).unwrap();
    fs::write(
        &file,
        text.replace("[tls]\n", "[tls]\nconnection_seconds = 1\n"),
    )
    .unwrap();
    let service = Service::start(&file);
    let mut stream = connected(&house, &service);
    let limit = Some(Duration::from_secs(20));
    stream.get_ref().set_read_timeout(limit).unwrap();
    // A connection on which nothing is asked: the preface, and settings that set nothing.
    stream
        .write_all(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")
        .unwrap();
    stream.write_all(&[0, 0, 0, 4, 0, 0, 0, 0, 0]).unwrap();
    let mut head = [0; 9];
    while head[3] != GOAWAY {
        stream.read_exact(&mut head).unwrap();
        let length = u32::from_be_bytes([0, head[0], head[1], head[2]]);
        stream
            .read_exact(&mut vec![0; length.try_into().unwrap()])
            .unwrap();
    }
}

#[test]
fn only_what_the_first_ceremony_made_is_renewed() {
    let house = House::new();
    let stranger = RENEWAL.replace("\"line\"", "\"stranger\"");
    let refused = held(&house, &stranger).unwrap_err();
    assert!(
        refused.contains("operations/stranger.cer is missing"),
        "{refused}"
    );
    // A certificate of another house under a program's name.
    let other = House::new();
    let path = |house: &House| house.path("pki/operations/line.cer");
    fs::copy(path(&other), path(&house)).unwrap();
    let foreign = RENEWAL.replace("2027", "2028");
    let refused = held(&house, &foreign).unwrap_err();
    assert!(
        refused.contains("operations/line.cer does not belong"),
        "{refused}"
    );
    // The CA is no program.
    let authority = RENEWAL
        .replace("2027", "2029")
        .replace("\"line\"", "\"operations-ca\"");
    assert!(
        held(&house, &authority)
            .unwrap_err()
            .contains("only a program's is renewed")
    );
}
