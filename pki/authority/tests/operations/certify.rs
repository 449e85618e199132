//! What is certified, for whom, and what is refused.

use openssl::{nid::Nid, x509::X509};
use tonic::{Code, Status};
use wire::operations::{
    CertifyRequest, KeyUse, RevocationListRequest, RevocationReason, RevokeProgramRequest,
};

use crate::operations::bench::{Bench, certify, key, p256, request, revoke};

fn subject(certificate: &X509) -> Vec<(String, String)> {
    let entries = certificate.subject_name().entries().map(|entry| {
        let name = entry.object().nid().short_name().unwrap().to_owned();
        (name, entry.data().to_string().unwrap())
    });
    entries.collect()
}

#[tokio::test]
async fn a_station_gets_what_it_is_and_nothing_it_wrote_itself() {
    let bench = Bench::new();
    let (tls, signing) = (p256(), p256());
    let for_tls = bench.certify(&tls, KeyUse::StationTls).await;
    let for_signing = bench.certify(&signing, KeyUse::StationSigning).await;
    let expected = [("L", "L-0304"), ("OU", "station"), ("CN", &"a5".repeat(16))];
    let expected = expected.map(|(name, value)| (name.to_owned(), value.to_owned()));
    for (certificate, key) in [(&for_tls, &tls), (&for_signing, &signing)] {
        assert_eq!(subject(certificate), expected);
        assert!(certificate.public_key().unwrap().public_eq(key));
        assert!(certificate.subject_alt_names().is_none());
        bench.openssl_verifies(certificate, "", None).unwrap();
    }
    // Each for its use alone, as OpenSSL sees it.
    bench.openssl_verifies(&for_tls, "sslclient", None).unwrap();
    for (certificate, purpose) in [(&for_tls, "sslserver"), (&for_signing, "sslclient")] {
        let refused = bench.openssl_verifies(certificate, purpose, None);
        assert!(refused.unwrap_err().contains("purpose"));
    }
    // Ninety days.
    let days = for_tls.not_before().diff(for_tls.not_after()).unwrap().days;
    assert_eq!(days, 90);
}

#[tokio::test]
async fn a_repeated_request_gets_the_same_certificate_also_after_a_kill() {
    let mut bench = Bench::new();
    let key = p256();
    let first = bench.certify(&key, KeyUse::StationTls).await;
    let again = bench.certify(&key, KeyUse::StationTls).await;
    bench.restart();
    let after = bench.certify(&key, KeyUse::StationTls).await;
    let der = |certificate: &X509| certificate.to_der().unwrap();
    assert_eq!(der(&first), der(&again));
    assert_eq!(der(&first), der(&after));
    let audit = bench.audit("certify-station");
    let expected = ["intent: ", "outcome: signed, verified, issued"];
    assert_eq!(audit[..2], expected);
    assert_eq!(audit[3], "outcome: issued again");
}

#[tokio::test]
async fn a_key_of_one_station_or_use_is_no_other_one_s() {
    let bench = Bench::new();
    let key = p256();
    bench.certify(&key, KeyUse::StationTls).await;
    let mut other_station = certify(request(&key), KeyUse::StationTls);
    other_station.station = vec![1; 16];
    let mut other_office = certify(request(&key), KeyUse::StationTls);
    other_office.office = "CTIE".into();
    let other_use = certify(request(&key), KeyUse::StationSigning);
    let mut client = bench.client("fleet").await;
    for asked in [other_station, other_office, other_use] {
        let refused = client.certify(asked).await.unwrap_err();
        assert_eq!(refused.code(), Code::AlreadyExists, "{refused}");
    }
    let alarms = bench.audit("certify-station");
    let alarms = alarms.iter().filter(|line| line.contains("ALARM"));
    assert_eq!(alarms.count(), 3);
}

#[tokio::test]
async fn requests_that_prove_nothing_are_refused_by_name() {
    let bench = Bench::new();
    let good = request(&p256());
    let mut forged = good.clone();
    *forged.last_mut().unwrap() ^= 1;
    let mut client = bench.client("fleet").await;
    let tls = KeyUse::StationTls;
    let with = |change: &dyn Fn(&mut CertifyRequest)| {
        let mut asked = certify(good.clone(), tls);
        change(&mut asked);
        asked
    };
    for (asked, reason) in [
        (certify(forged, tls), "signature"),
        (certify(request(&key(Nid::SECP384R1)), tls), "P-256"),
        (certify(request(&key(Nid::BRAINPOOL_P256R1)), tls), "P-256"),
        (certify(vec![0x30; 5000], tls), "5000 bytes"),
        (certify(b"request".to_vec(), tls), "malformed"),
        (certify([&good[..], &[0]].concat(), tls), "malformed"),
        (certify(good.clone(), KeyUse::Unspecified), "use"),
        (with(&|asked| asked.station.truncate(15)), "station"),
        (with(&|asked| asked.office = "l-0304".into()), "office"),
    ] {
        let refused: Status = client.certify(asked).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused}");
        assert!(refused.message().contains(reason), "{reason}: {refused}");
    }
}

/// What each RPC says to a program's caller; nothing is asked that changes anything for others.
async fn answers(bench: &Bench, program: &str) -> [Option<Code>; 4] {
    let mut client = bench.client(program).await;
    let asked = certify(request(&p256()), KeyUse::StationTls);
    let line = std::fs::read(bench.house.path("pki/operations/line.cer")).unwrap();
    let ended = RevokeProgramRequest {
        certificate: line,
        reason: RevocationReason::KeyCompromise.into(),
    };
    [
        client.certify(asked).await.err(),
        client.revoke(revoke([1; 16])).await.err(),
        client.revoke_program(ended).await.err(),
        client.revocation_list(RevocationListRequest {}).await.err(),
    ]
    .map(|refused| refused.map(|refused| refused.code()))
}

#[tokio::test]
async fn each_role_may_ask_for_what_the_table_says_and_for_nothing_else() {
    let bench = Bench::new();
    let denied = Some(Code::PermissionDenied);
    let expected = [
        ("intake", [denied; 4]),
        ("line", [denied; 4]),
        ("console", [denied, None, denied, denied]),
        ("fleet", [None; 4]),
    ];
    for (program, answered) in expected {
        assert_eq!(answers(&bench, program).await, answered, "{program}");
    }
    // The console made nothing: the list has only what was ended.
    let issued = bench.audit("certify-station");
    assert_eq!(issued.len(), 2, "one certificate, the fleet's: {issued:?}");
}
