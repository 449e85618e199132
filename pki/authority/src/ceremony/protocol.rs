//! The ceremony's protocol: what was made, its fingerprints, and who must sign that they saw it.

use std::fmt::Write;

use icao9303::{crl::RevocationList, x509::Certificate};
use openssl::sha::sha256;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::plan::Plan;

/// The protocol as Markdown, over the published files.
pub(super) fn write(plan: &Plan, now: OffsetDateTime, files: &[(String, Vec<u8>)]) -> String {
    let mut text = String::new();
    let time = now.format(&Rfc3339).unwrap_or_default();
    // Writing to a String has no failure.
    let _ = write!(
        text,
        "# Protocol of a key ceremony\n\n\
         - Finished: {time}\n\
         - Ceremony file: SHA-256 {}\n\
         - State: {} ({})\n\
         - Country signing CA: {}, brainpoolP384r1, SHA-384, token `country-signing`\n\
         - Operations CA: {}, P-256, SHA-256, token `operations-ca`\n\n\
         ## Made and published\n\n| file | SHA-256 | what |\n|---|---|---|\n",
        hex::encode_upper(plan.digest),
        plan.state.mrz_code,
        plan.state.country,
        plan.country_signing.common_name,
        plan.operations.common_name,
    );
    for (name, bytes) in files {
        let digest = hex::encode_upper(sha256(bytes));
        let _ = writeln!(
            text,
            "| `{name}` | `{digest}` | {} |",
            describe(name, bytes)
        );
    }
    text.push_str(
        "\n## Made and kept\n\n\
         Private and secret keys exist only in the tokens under `tokens/` (sensitive, not extractable), \
         except the TLS keys `operations/*.key` (mode 600).\n\n\
         - [ ] `tokens/country-signing` and `tokens/operations-ca` moved to the safe; no service is configured with them\n\
         - [ ] each `so.pin` moved to its own sealed envelope\n\
         - [ ] `tokens/signing` handed to pki-authority, `tokens/order` and `tokens/line` to personalisation, each with its `user.pin`\n\
         - [ ] `trust/` published; fingerprints compared by a second channel\n\
         \n## Witnesses\n\nEach compared the fingerprints above with the files and signs here.\n\n",
    );
    for witness in &plan.witnesses {
        let _ = writeln!(
            text,
            "- {witness}: ______________________ (date, signature)"
        );
    }
    text
}

fn describe(name: &str, bytes: &[u8]) -> String {
    let extension = name.rsplit('.').next().unwrap_or_default();
    match extension {
        "cer" => Certificate::parse(bytes).map_or_else(
            |error| error.to_string(),
            |certificate| {
                format!(
                    "{}, serial {}, until {}",
                    certificate.subject(),
                    certificate.serial_hex(),
                    certificate.not_after().date()
                )
            },
        ),
        "crl" => RevocationList::parse(bytes).map_or_else(
            |error| error.to_string(),
            |list| format!("revocation list, {} revoked", list.revoked().len()),
        ),
        "pem" => "the same certificate for TLS".into(),
        "spki" => "public key (SubjectPublicKeyInfo)".into(),
        _ => String::new(),
    }
}
