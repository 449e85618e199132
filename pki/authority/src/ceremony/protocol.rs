//! The ceremony's protocol: what was made, its fingerprints, and who must sign that they saw it.

use std::fmt::Write;

use icao9303::{crl::RevocationList, cvc, x509::Certificate};
use openssl::sha::sha256;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{later_plan::LaterPlan, plan::Plan, verifying_plan::VerifyingPlan};

/// What the protocol says before it lists files.
pub(super) struct Heading {
    title: &'static str,
    digest: [u8; 32],
    /// Who was set up, a line each.
    facts: Vec<String>,
    /// What must be carried where, a line each.
    carried: Vec<&'static str>,
}

const VERIFYING: &str = "brainpoolP256r1, SHA-256, token `country-verifying`";

impl Heading {
    /// Of a first ceremony.
    pub(super) fn first(plan: &Plan) -> Self {
        let mut facts = vec![
            format!("State: {} ({})", plan.state.mrz_code, plan.state.country),
            format!(
                "Country signing CA: {}, brainpoolP384r1, SHA-384, token `country-signing`",
                plan.country_signing.common_name
            ),
            format!(
                "Operations CA: {}, P-256, SHA-256, token `operations-ca`",
                plan.operations.common_name
            ),
        ];
        let mut carried = vec![
            "`tokens/country-signing` moved to the safe; no service is configured with it",
            "`tokens/operations-ca` handed to pki-authority operations, with its `user.pin`",
            "each `so.pin` moved to its own sealed envelope",
            "`tokens/signing` handed to pki-authority, `tokens/order` and `tokens/line` to personalisation, each with its `user.pin`",
            "`trust/` published; fingerprints compared by a second channel",
        ];
        let tokens: Vec<_> = plan
            .programs
            .iter()
            .map(|one| one.token.as_deref())
            .collect();
        if tokens.contains(&Some("intake")) {
            carried.push(
                "`tokens/intake` handed to personalisation: `user.pin` to intake alone, `review.pin` to intake and console, `stock.pin` to stock and console",
            );
        }
        if tokens.contains(&Some("console")) {
            carried.push("`tokens/intake/console.pin` handed to personalisation console alone");
        }
        if tokens.contains(&Some("audit")) {
            carried.push(
                "`tokens/audit` handed to personalisation audit sequence, on a host of its own; `public/audit-1.spki` and `public/witness-1.spki` published for whoever verifies",
            );
        }
        if let Some(verifying) = plan.verifying() {
            facts.push(authority(&verifying));
            carried.push(
                "`tokens/country-verifying` moved to the safe; no service is configured with it",
            );
            carried.push(
                "`tokens/signing/document-verifying.pin` handed to pki-authority with its token",
            );
        }
        Self {
            title: "Protocol of a key ceremony",
            digest: plan.digest,
            facts,
            carried,
        }
    }

    /// Of a later ceremony.
    pub(super) fn later(plan: &LaterPlan) -> Self {
        let mut facts = vec![format!("Ceremony: {}", plan.name)];
        let mut carried = Vec::new();
        if let Some(verifying) = &plan.verifying {
            facts.push(authority(verifying));
            carried.extend([
                "`tokens/country-verifying` moved back to the safe",
                "`trust/` published and given to pki-authority and the lines; fingerprints compared by a second channel",
            ]);
        }
        for one in &plan.renew {
            let (program, name) = (&one.program, &plan.name);
            facts.push(format!(
                "Renewed: operations/{program}-{name}.pem, over the same key"
            ));
        }
        if !plan.renew.is_empty() {
            carried.push(
                "each renewed `.pem` put in the place of the file that its program is configured with",
            );
        }
        for one in &plan.destroy {
            let (label, successor) = (&one.label, &one.successor);
            facts.push(format!(
                "Destroyed: the key {label}, in whose place {successor} works"
            ));
        }
        if !plan.destroy.is_empty() {
            carried.push("copies of `tokens/signing` that hold destroyed keys destroyed too");
        }
        Self {
            title: "Protocol of a later key ceremony",
            digest: plan.digest,
            facts,
            carried,
        }
    }
}

fn authority(plan: &VerifyingPlan) -> String {
    let (country, authority) = (&plan.country, &plan.authority);
    let (mnemonic, sequence) = (&authority.mnemonic, authority.sequence);
    format!("Country verifying CA: {country}{mnemonic}{sequence:05}, {VERIFYING}")
}

/// The protocol as Markdown, over the published files.
pub(super) fn write(
    heading: &Heading,
    now: OffsetDateTime,
    files: &[(String, Vec<u8>)],
    witnesses: &[String],
) -> String {
    let mut text = String::new();
    let time = now.format(&Rfc3339).unwrap_or_default();
    // Writing to a String has no failure.
    let _ = write!(
        text,
        "# {}\n\n- Finished: {time}\n- Ceremony file: SHA-256 {}\n",
        heading.title,
        hex::encode_upper(heading.digest),
    );
    for fact in &heading.facts {
        let _ = writeln!(text, "- {fact}");
    }
    text.push_str("\n## Made and published\n\n| file | SHA-256 | what |\n|---|---|---|\n");
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
         Private and secret keys exist only in the tokens under `tokens/` (sensitive, not extractable). \
         A program without a token has its TLS key in `operations/NAME.key` (mode 600): for tests \
         alone.\n\n",
    );
    for carried in &heading.carried {
        let _ = writeln!(text, "- [ ] {carried}");
    }
    text.push_str(
        "\n## Witnesses\n\nEach compared the fingerprints above with the files and signs here.\n\n",
    );
    for witness in witnesses {
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
        "cvcert" => cvc::Certificate::parse(bytes).map_or_else(
            |error| error.to_string(),
            |certificate| {
                let body = certificate.body();
                format!(
                    "{} certified by {}, until {}",
                    body.holder, body.authority, body.expiration
                )
            },
        ),
        "cvreq" => "request of a document verifier".into(),
        "pem" => "the same certificate for TLS".into(),
        "spki" => "public key (SubjectPublicKeyInfo)".into(),
        _ => String::new(),
    }
}
