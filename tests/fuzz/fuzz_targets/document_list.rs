//! Signed lists of documents as inspection systems receive them: one form each, and no signature but the right one.
#![cfg_attr(fuzzing, no_main)]

use evidence::document_list::{DocumentList, SignedDocumentList};

/// A P-256 key of nobody's: uncompressed generator in a `SubjectPublicKeyInfo`.
const KEY: &[u8] = include_bytes!("../keys/p256_generator.der");
/// When the lists of the corpus are good.
const NOW: i64 = 1_700_000_000;

fuzz::target!(|data| {
    if let Ok(signed) = SignedDocumentList::decode(data) {
        assert_eq!(signed.encode(), data);
        // The generator's private key is 1, and nobody signs with it here.
        assert!(signed.verify(KEY, None, NOW).is_err());
    }
    if let Ok(list) = DocumentList::parse(data) {
        assert_eq!(list.to_be_signed(), data);
        assert!(
            list.entries()
                .iter()
                .all(|entry| list.find(&entry.number) == Some(entry))
        );
    }
});
