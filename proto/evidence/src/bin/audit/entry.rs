//! `audit verify-entry`: single entries, by the proof of each.

use evidence::{
    proof::{MAX_PROOF_LENGTH, Proof},
    verify::Verdict,
};
use serde_json::json;

use super::{arguments::VerifyEntry, of_file, read, tell_all, trusted};

const NO_KEY: &str = "without the log's key (--key) anybody may have made the proof";

/// Checks a proof, and says what was found.
pub(super) fn check(arguments: &VerifyEntry) -> Result<Verdict, String> {
    let trust = trusted(&arguments.trusted)?;
    let path = &arguments.proof;
    let proof = Proof::decode(&read(path, MAX_PROOF_LENGTH)?);
    let proof = proof.map_err(|error| of_file(path, error))?;
    if trust.log.is_empty() {
        return Err(NO_KEY.to_owned());
    }
    let findings = proof.check(&trust);
    let verdict = if findings.is_empty() {
        Verdict::Verified
    } else {
        Verdict::NotVerified
    };
    let (head, witnesses) = (&proof.head.head, proof.witnesses(&trust));
    let text = if arguments.trusted.json {
        let findings = findings.iter().map(|finding| {
            json!({"kind": finding.kind(), "position": finding.position(), "text": finding.to_string()})
        });
        let report = json!({
            "schema": 1, "verdict": if verdict == Verdict::Verified { "verified" } else { "not-verified" },
            "log": head.log, "head": {"size": head.size, "time": head.time, "witnesses": witnesses},
            "entries": proof.entries.len(), "findings": findings.collect::<Vec<_>>(),
        });
        report.to_string()
    } else {
        let mut lines: Vec<_> = proof.entries.iter().map(ToString::to_string).collect();
        lines.push(format!(
            "log {}: a head over {} entries, signed at {} (seconds since 1970), {witnesses} trusted witnesses",
            head.log, head.size, head.time
        ));
        let wrong = findings.iter().map(|finding| format!("WRONG: {finding}"));
        lines.extend(wrong);
        let said = if findings.is_empty() {
            "verified"
        } else {
            "NOT VERIFIED"
        };
        lines.push(said.to_owned());
        lines.join("\n")
    };
    tell_all(&format!("{text}\n"))?;
    Ok(verdict)
}
