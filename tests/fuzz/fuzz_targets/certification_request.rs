//! Requests for certificates as the operations CA reads them: a key comes out only where its own
//! signature verifies, in the one encoding of a P-256 key.
#![cfg_attr(fuzzing, no_main)]

use openssl::x509::X509Req;
use pki_authority::operations::request::verified_key;

fuzz::target!(|data| {
    if let Ok(spki) = verified_key(data) {
        let request = X509Req::from_der(data).expect("OpenSSL reads it too");
        let key = request.public_key().expect("it has a key");
        assert!(request.verify(&key).expect("it can be verified"));
        assert_eq!(key.public_key_to_der().expect("it can be written"), spki);
    }
});
