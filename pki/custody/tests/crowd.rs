//! Many callers that say nothing, or begin and go no further, at a listener that others need.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use std::{fs, net::SocketAddr, os::unix::fs::PermissionsExt as _, time::Duration};

use key_custody::tls::{KeyPlace, accept, acceptor, identity};
use openssl::{
    asn1::Asn1Time,
    ec::{EcGroup, EcKey},
    hash::MessageDigest,
    nid::Nid,
    pkey::PKey,
    ssl::{SslConnector, SslMethod, SslVerifyMode},
    x509::{X509, X509NameBuilder},
};
use tempfile::TempDir;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::{TcpListener, TcpSocket, TcpStream},
    sync::mpsc,
    time::timeout,
};

/// Less than a handshake may take, and more than a first word.
const SOON: Duration = Duration::from_secs(6);

/// Our certificate and its key, in files.
fn files() -> TempDir {
    let group = EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap();
    let key = PKey::from_ec_key(EcKey::generate(&group).unwrap()).unwrap();
    let mut name = X509NameBuilder::new().unwrap();
    name.append_entry_by_text("CN", "localhost").unwrap();
    let name = name.build();
    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_subject_name(&name).unwrap();
    builder.set_issuer_name(&name).unwrap();
    let day = |days| Asn1Time::days_from_now(days).unwrap();
    builder.set_not_before(&day(0)).unwrap();
    builder.set_not_after(&day(1)).unwrap();
    builder.set_pubkey(&key).unwrap();
    builder.sign(&key, MessageDigest::sha256()).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let (certificate, private) = (folder.path().join("pem"), folder.path().join("key"));
    fs::write(certificate, builder.build().to_pem().unwrap()).unwrap();
    fs::write(&private, key.private_key_to_pem_pkcs8().unwrap()).unwrap();
    fs::set_permissions(&private, fs::Permissions::from_mode(0o600)).unwrap();
    folder
}

/// Listens; where.
async fn listen() -> SocketAddr {
    let folder = files();
    let key = folder.path().join("key");
    let ours = identity(&folder.path().join("pem"), KeyPlace::DangerFile(&key)).unwrap();
    let acceptor = acceptor(ours, None).unwrap();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (accepted, mut connections) = mpsc::channel(16);
    tokio::spawn(accept(listener, acceptor, accepted, std::convert::identity));
    tokio::spawn(async move {
        let mut kept = Vec::new();
        while let Some(connection) = connections.recv().await {
            kept.push(connection);
        }
    });
    address
}

/// A caller of one of this machine's own addresses.
async fn call(from: &str, to: SocketAddr) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    socket.connect(to).await.unwrap()
}

/// Waits until the other end hangs up.
async fn is_hung_up_on(mut stream: TcpStream) -> bool {
    timeout(SOON, stream.read(&mut [0])).await.is_ok()
}

/// Shakes hands as 127.0.0.1.
async fn shakes_hands(to: SocketAddr) -> bool {
    let shaking = tokio::task::spawn_blocking(move || {
        let stream = std::net::TcpStream::connect(to).unwrap();
        let mut builder = SslConnector::builder(SslMethod::tls_client()).unwrap();
        builder.set_verify(SslVerifyMode::NONE);
        builder.set_alpn_protos(b"\x02h2").unwrap();
        builder.build().connect("localhost", stream).is_ok()
    });
    timeout(SOON, shaking).await.is_ok_and(Result::unwrap)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_address_that_begins_and_goes_no_further_keeps_out_itself_alone() {
    let address = listen().await;
    let mut held = Vec::new();
    for _ in 0..128 {
        let mut stream = call("127.0.0.2", address).await;
        // The first octet of a handshake, and then nothing.
        stream.write_all(&[22]).await.unwrap();
        held.push(stream);
    }
    // Beyond its share.
    for _ in 0..64 {
        assert!(is_hung_up_on(call("127.0.0.2", address).await).await);
    }
    assert!(shakes_hands(address).await);
    drop(held);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_nothing_is_hung_up_on_long_before_a_handshake_would_end() {
    let address = listen().await;
    assert!(is_hung_up_on(call("127.0.0.1", address).await).await);
    assert!(shakes_hands(address).await);
}
