//! Revocation, and the list that says so.

use icao9303::crl::RevocationList;
use tonic::Code;
use wire::operations::{KeyUse, RevocationListRequest};

use crate::operations::bench::{Bench, STATION, certify, p256, request, revoke};

#[tokio::test]
async fn a_revoked_station_is_on_the_list_and_gets_nothing_more() {
    let mut bench = Bench::new();
    let (tls, signing) = (p256(), p256());
    let for_tls = bench.certify(&tls, KeyUse::StationTls).await;
    let for_signing = bench.certify(&signing, KeyUse::StationSigning).await;
    let mut client = bench.client("fleet").await;
    let list = client.revocation_list(RevocationListRequest {}).await;
    let empty = list.unwrap().into_inner().revocation_list;
    for certificate in [&for_tls, &for_signing] {
        bench
            .openssl_verifies(certificate, "", Some(&empty))
            .unwrap();
    }
    let answer = client.revoke(revoke(STATION)).await.unwrap().into_inner();
    assert_eq!(answer.certificates, 2);
    for certificate in [&for_tls, &for_signing] {
        let refused = bench.openssl_verifies(certificate, "", Some(&answer.revocation_list));
        assert!(refused.unwrap_err().contains("revoked"));
    }
    let shown = bench.openssl_shows_list();
    assert_eq!(shown.matches("Key Compromise").count(), 2, "{shown}");
    // Again: nothing becomes revoked, and the list is the same.
    let again = client.revoke(revoke(STATION)).await.unwrap().into_inner();
    assert_eq!(again.certificates, 0);
    assert_eq!(again.revocation_list, answer.revocation_list);
    // For ever: neither its old keys nor new ones.
    for key in [&tls, &p256()] {
        let asked = certify(request(key), KeyUse::StationTls);
        let refused = client.certify(asked).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition, "{refused}");
    }
    bench.restart();
    let mut client = bench.client("fleet").await;
    let kept = client.revocation_list(RevocationListRequest {}).await;
    let kept = kept.unwrap().into_inner().revocation_list;
    assert_eq!(kept, answer.revocation_list);
    let (one, two) = (RevocationList::parse(&empty), RevocationList::parse(&kept));
    assert!(one.unwrap().number() < two.unwrap().number());
}
