//! A heap of certificates and the names that a chip trusts: whatever chain is found leads from name to name, in roles that may.
#![cfg_attr(fuzzing, no_main)]

use icao9303::cvc::{Certificate, CertificateReference, Role};
use icao9303::lds::EfCvca;
use icao9303::terminal_authentication::Chain;
use icao9303::tlv::Reader;

/// EF.CVCA with 36 bytes, then certificates; the last one is the terminal's.
const EF_CVCA: usize = 36;
const MOST: usize = 12;

fuzz::target!(|data| {
    let Some((file, heap)) = data.split_at_checked(EF_CVCA) else {
        return;
    };
    let Ok(EfCvca { trust_points }) = EfCvca::parse(file) else {
        return;
    };
    let mut certificates = Vec::new();
    let mut reader = Reader::new(heap);
    while let Ok(Some(element)) = reader.next_element() {
        certificates.extend(Certificate::parse(element.raw));
        if certificates.len() == MOST {
            break;
        }
    }
    let Some(terminal) = certificates.pop() else {
        return;
    };
    match Chain::select(&trust_points, &terminal, &certificates) {
        Ok(chain) => check(&chain, &trust_points, &terminal),
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});

fn check(chain: &Chain, trust_points: &[CertificateReference], terminal: &Certificate) {
    assert!(trust_points.contains(chain.trust_point()));
    assert_eq!(chain.terminal(), terminal);
    let mut signer = chain.trust_point();
    let mut before = Role::Cvca;
    for certificate in chain.certificates() {
        let authorization = certificate.body().authorization;
        let role = authorization.role;
        assert_eq!(certificate.authority(), signer);
        assert_eq!(role == Role::Terminal, before.is_document_verifier());
        assert!(before == Role::Cvca || role == Role::Terminal);
        assert!(authorization.rights.contains(chain.rights()));
        (signer, before) = (certificate.holder(), role);
    }
    assert_eq!(before, Role::Terminal);
    let _ = chain.check_dates(terminal.body().effective);
}
