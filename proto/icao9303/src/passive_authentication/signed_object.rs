//! Steps 1 to 6 on a signed object: content, signer, signature, trust, validity, profile, revocation.

use time::{Date, OffsetDateTime};

use super::report::{Failure, Outcome, Step, StepResult};
use crate::cms::{SignatureError, SignedData};
use crate::x509::{
    Anchor, Certificate, CertificateKind, ChainError, RevocationStatus, Severity, TrustStore,
    check_profile,
};

const AFTER_CONTENT: &str = "the content is not to be believed";
const AFTER_SIGNER: &str = "the signer's certificate is not known";
const AFTER_SIGNATURE: &str = "the signature does not hold";
const AFTER_TRUST: &str = "no trusted, valid CA certified the signer";
const AFTER_OBJECT: &str = "there is no signed object to look at";

/// What the steps need to know beside the object.
pub(super) struct Context<'a> {
    pub trust: &'a TrustStore,
    pub now: OffsetDateTime,
    pub issue_date: Option<Date>,
    pub document_expired: bool,
}

/// What the steps found.
pub(super) struct Examination<'a, T> {
    pub steps: Vec<StepResult>,
    pub content: Option<T>,
    pub signer: Option<Certificate>,
    pub anchor: Option<&'a Anchor>,
    pub signature_holds: bool,
}

impl<T> Examination<'_, T> {
    fn note(&mut self, step: Step, outcome: Outcome) {
        self.steps.push(StepResult { step, outcome });
    }

    /// Marks everything from `step` on as not checked.
    fn stop(mut self, steps: &[Step], why: &'static str) -> Self {
        for step in steps {
            self.note(*step, Outcome::NotChecked(why));
        }
        self
    }
}

/// The steps after the object itself, in order.
const STEPS: [Step; 8] = [
    Step::Content,
    Step::Signer,
    Step::Signature,
    Step::Trust,
    Step::Validity,
    Step::Profile,
    Step::KeyUsagePeriod,
    Step::Revocation,
];

/// No object: `outcome` says why, nothing else is checked.
pub(super) fn not_examined<'a, T>(outcome: Outcome) -> Examination<'a, T> {
    let mut examination = empty(None);
    examination.note(Step::SecurityObject, outcome);
    examination.stop(&STEPS, AFTER_OBJECT)
}

fn empty<'a, T>(content: Option<T>) -> Examination<'a, T> {
    let (steps, signer, anchor) = (Vec::new(), None, None);
    Examination {
        steps,
        content,
        signer,
        anchor,
        signature_holds: false,
    }
}

/// Carries out the steps on an object that could be read.
pub(super) fn examine<'a, T>(
    object: &SignedData,
    content: Result<T, String>,
    inspection: &Context<'a>,
) -> Examination<'a, T> {
    let (content, problem) = match content {
        Ok(content) => (Some(content), None),
        Err(problem) => (None, Some(problem)),
    };
    let mut found = empty(content);
    found.note(Step::SecurityObject, Outcome::Passed);
    if let Some(problem) = problem {
        found.note(Step::Content, Outcome::failed(Failure::BadContent, problem));
        return found.stop(&STEPS[1..], AFTER_CONTENT);
    }
    found.note(Step::Content, Outcome::Passed);
    let signer = match object.find_signer(inspection.trust.signers()) {
        Ok(signer) => signer,
        Err(error) => {
            found.note(
                Step::Signer,
                Outcome::undetermined(Failure::NoDs, error.to_string()),
            );
            return found.stop(&STEPS[2..], AFTER_SIGNER);
        }
    };
    found.note(Step::Signer, Outcome::Passed);
    found.signer = Some(signer.clone());
    let signature = match object.check_signature(&signer) {
        Ok(()) => Outcome::Passed,
        Err(SignatureError::OpenSsl(error)) => {
            Outcome::undetermined(Failure::CryptoFailed, error.to_string())
        }
        Err(error) => Outcome::failed(Failure::BadSignature, error.to_string()),
    };
    found.signature_holds = signature.is_good();
    found.note(Step::Signature, signature);
    if !found.signature_holds {
        return found.stop(&STEPS[3..], AFTER_SIGNATURE);
    }
    let issuer = inspection.trust.issuer_of(&signer, inspection.now);
    found.note(Step::Trust, trust(&issuer));
    found.note(Step::Validity, validity(&signer, &issuer, inspection));
    found.note(Step::Profile, profile(&signer));
    found.note(
        Step::KeyUsagePeriod,
        key_usage_period(&signer, object, inspection),
    );
    found.anchor = issuer.ok();
    let revocation = match found.anchor {
        Some(anchor) => revocation(&signer, anchor, inspection),
        None => Outcome::NotChecked(AFTER_TRUST),
    };
    found.note(Step::Revocation, revocation);
    found
}

fn trust(issuer: &Result<&Anchor, ChainError>) -> Outcome {
    match issuer {
        Ok(_) | Err(ChainError::Expired) => Outcome::Passed,
        Err(error @ ChainError::UnknownCsca) => {
            Outcome::undetermined(Failure::UnknownCsca, error.to_string())
        }
        Err(error @ ChainError::Untrusted) => {
            Outcome::failed(Failure::Untrusted, error.to_string())
        }
        Err(error @ ChainError::OpenSsl(_)) => {
            Outcome::undetermined(Failure::CryptoFailed, error.to_string())
        }
    }
}

/// Certificates live as long as the documents under them, so an expired one is an anomaly, unless the
/// document is over too: then nobody keeps its status any more, and there is no verdict.
fn validity(
    signer: &Certificate,
    issuer: &Result<&Anchor, ChainError>,
    context: &Context<'_>,
) -> Outcome {
    let whose = if !signer.is_valid_at(context.now) {
        "document signer"
    } else if matches!(issuer, Err(ChainError::Expired)) {
        "country signing CA"
    } else {
        return Outcome::Passed;
    };
    let detail = format!("the certificate of the {whose} is not valid at the time of inspection");
    if context.document_expired && signer.not_before() <= context.now {
        Outcome::undetermined(
            Failure::Expired,
            format!("{detail}; neither is the document"),
        )
    } else {
        Outcome::failed(Failure::Expired, detail)
    }
}

fn profile(signer: &Certificate) -> Outcome {
    let findings = check_profile(signer, CertificateKind::DocumentSigner);
    let errors: Vec<String> = findings
        .iter()
        .filter(|finding| finding.severity() == Severity::Error)
        .map(ToString::to_string)
        .collect();
    if !errors.is_empty() {
        Outcome::failed(Failure::Profile, errors.join("; "))
    } else if !findings.is_empty() {
        Outcome::Warned(findings.iter().map(ToString::to_string).collect())
    } else {
        Outcome::Passed
    }
}

fn key_usage_period(signer: &Certificate, object: &SignedData, context: &Context<'_>) -> Outcome {
    // An unreadable period is an error of the profile step already.
    let period = signer
        .extensions()
        .private_key_usage_period()
        .ok()
        .flatten();
    let Some(period) = period else {
        return Outcome::NotChecked("the signer's certificate states no private key usage period");
    };
    let stated = object.signing_time().map(OffsetDateTime::date);
    let Some(issued) = context.issue_date.or(stated) else {
        return Outcome::NotChecked("the date of issue is not known");
    };
    let early = period.not_before.is_some_and(|from| issued < from.date());
    let late = period.not_after.is_some_and(|until| until.date() < issued);
    if early || late {
        let detail = "the document was issued outside the signer's private key usage period";
        Outcome::failed(Failure::Profile, detail)
    } else {
        Outcome::Passed
    }
}

fn revocation(signer: &Certificate, anchor: &Anchor, context: &Context<'_>) -> Outcome {
    let unknown = |detail: String| Outcome::undetermined(Failure::StatusUndetermined, detail);
    match context.trust.revocation_status(signer, anchor, context.now) {
        Ok(RevocationStatus::Good) => Outcome::Passed,
        Ok(RevocationStatus::Revoked { since }) => {
            let detail = format!("the signer or its CA is revoked since {}", since.date());
            Outcome::failed(Failure::Revoked, detail)
        }
        Ok(RevocationStatus::NoList) => {
            unknown("there is no revocation list of the CA; fetch one".into())
        }
        Ok(RevocationStatus::Stale { next_update }) => {
            let due = next_update.date();
            unknown(format!(
                "the newest revocation list was to be replaced on {due}; fetch one"
            ))
        }
        Ok(RevocationStatus::BadSignature) => {
            unknown("the revocation list was not signed by a trusted CA; fetch another".into())
        }
        Err(error) => Outcome::undetermined(Failure::CryptoFailed, error.to_string()),
    }
}
