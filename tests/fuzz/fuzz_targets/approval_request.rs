//! Requests for second persons as the centre reads them: sealed, and out of the seal.
#![cfg_attr(fuzzing, no_main)]

use dossier::{ApprovalRequest, Body, approval::SealedRequest};

fuzz::target!(|data| {
    if let Ok(sealed) = SealedRequest::decode(data) {
        assert_eq!(sealed.intake_key().as_bytes()[..], data[1..33]);
    }
    if let Ok(request) = ApprovalRequest::decode(data) {
        assert!(!request.summary_text().is_empty());
        let again = request.encode().expect("what was read can be written");
        assert_eq!(*again, data);
    }
});
