//! After reading: is what was read genuine, and is the chip the original (9303-11 §5.1, §6)?

use icao9303::card_security::CardSecurity;
use icao9303::lds::Dg14;
use icao9303::lds::{DataGroup, ElementaryFile};
use icao9303::pace::{ChipProof, ChipProofError, Established};
use icao9303::passive_authentication::{
    DataGroupResult, Evidence, FileState as Met, Outcome, Report, Step, Verdict, authenticate,
    authenticate_card_security,
};
use icao9303::security_info::SecurityInfos;
use icao9303::x509::Certificate;
use time::format_description::well_known::Rfc3339;

use super::Request;
use super::journal::Journal;
use super::telling::tell;
use crate::report::{CertificateFacts, Check, CheckName, CheckResult, FileState};

/// The chip's key is not the signed one, or the chip does not hold it.
pub(super) const CLONE_SUSPECT: &str = "CLONE_SUSPECT";
/// Nothing tells the original from a copy.
const NOT_CHECKED: &str = "NOT_CHECKED";

/// Passive authentication, then the proofs of originality. `pace` is nothing where basic access
/// control opened the chip.
pub(super) fn judge(request: &Request<'_>, pace: Option<&Established>, journal: &mut Journal<'_>) {
    let started = journal.start();
    let report = authenticate(&evidence(request, journal), request.trust, request.now);
    for result in report.steps() {
        journal.check(check(name_of(result.step), &result.outcome));
    }
    journal.certificates = certificates(&report);
    journal.stop("Passive authentication", started);
    let started = journal.start();
    let proof = pace.and_then(Established::proof);
    let mapping = proof.and_then(|proof| mapping(request, proof, journal));
    let authentic = |group| report.data_groups().get(&group) == Some(&DataGroupResult::Matches);
    let keys = Keys {
        dg14: authentic(DataGroup::DG14),
        dg15: authentic(DataGroup::DG15),
    };
    if pace.is_none() && keys.dg14 {
        hidden_pace(journal);
    }
    original(mapping, &keys, journal);
    journal.stop("Verifying the chip's key", started);
}

fn evidence<'a>(request: &Request<'a>, journal: &'a Journal<'_>) -> Evidence<'a> {
    let met = |file: ElementaryFile| {
        let facts = journal
            .file_facts
            .iter()
            .find(|facts| facts.name == file.file_name());
        match (journal.files.get(file), facts.map(|facts| facts.state)) {
            (Some(content), _) => Met::Read(content),
            (None, Some(FileState::Absent)) => Met::Absent,
            (None, Some(FileState::Locked)) => Met::Denied,
            (None, Some(FileState::Failed | FileState::Read) | None) => Met::NotRead,
        }
    };
    let groups = DataGroup::all().map(|group| (group, met(ElementaryFile::DataGroup(group))));
    Evidence {
        security_object: met(ElementaryFile::Sod),
        data_groups: groups.collect(),
        com: journal.files.get(ElementaryFile::Com),
        card_access: journal.files.get(ElementaryFile::CardAccess),
        printed_mrz: request.printed_mrz,
        issue_date: None,
    }
}

fn name_of(step: Step) -> CheckName {
    match step {
        Step::SecurityObject => CheckName::SecurityObject,
        Step::Content => CheckName::Content,
        Step::Signer => CheckName::Signer,
        Step::Signature => CheckName::Signature,
        Step::Trust => CheckName::TrustAnchor,
        Step::Validity => CheckName::Validity,
        Step::Profile => CheckName::Profile,
        Step::KeyUsagePeriod => CheckName::KeyUsagePeriod,
        Step::Revocation => CheckName::Revocation,
        Step::DataGroups => CheckName::DataGroups,
        Step::PrintedMrz => CheckName::PrintedMrz,
        Step::IssuingState => CheckName::IssuingState,
        Step::DocumentCode => CheckName::DocumentCode,
        Step::FileList => CheckName::FileList,
        Step::AccessInfos => CheckName::AccessInfos,
    }
}

fn check(name: CheckName, outcome: &Outcome) -> Check {
    match outcome {
        Outcome::Passed => Check::passed(name, ""),
        Outcome::Warned(remarks) => Check::passed(name, format!("but: {}", remarks.join("; "))),
        Outcome::Failed { failure, detail } => {
            Check::failed(name, detail.clone()).with_code(failure.code())
        }
        Outcome::Undetermined { failure, detail } => {
            Check::undetermined(name, detail.clone()).with_code(failure.code())
        }
        Outcome::NotChecked(why) => Check::not_checked(name, *why),
    }
}

/// Chip-authentication mapping: EF.CardSecurity must be signed, and its key must have made the
/// mapping key of PACE. `None` where the file is missing.
fn mapping(
    request: &Request<'_>,
    proof: &ChipProof,
    journal: &mut Journal<'_>,
) -> Option<CheckResult> {
    let name = CheckName::ChipAuthenticationMapping;
    let Some(file) = journal.files.get(ElementaryFile::CardSecurity) else {
        let detail = "EF.CardSecurity, which PACE-CAM needs, was not read";
        journal.check(Check::undetermined(name, detail).with_code(NOT_CHECKED));
        return None;
    };
    let report = authenticate_card_security(file, request.trust, request.now, None);
    let infos = CardSecurity::parse(file)
        .ok()
        .and_then(|signed| SecurityInfos::parse(signed.security_infos().ok()?).ok());
    let signed = card_security(&report);
    let believed = signed.result == CheckResult::Passed;
    journal.check(signed);
    let check = match infos.map(|infos| proof.verify_with(&infos)) {
        Some(Ok(())) if believed => {
            Check::passed(name, "the signed key of EF.CardSecurity took part in PACE")
        }
        Some(Err(error @ ChipProofError::NotTheSignedKey)) => {
            Check::failed(name, tell(&error)).with_code(CLONE_SUSPECT)
        }
        Some(Err(error)) => Check::undetermined(name, tell(&error)).with_code(NOT_CHECKED),
        Some(Ok(())) | None => Check::not_checked(name, "EF.CardSecurity is not to be believed"),
    };
    let result = check.result;
    journal.check(check);
    Some(result)
}

/// All steps on EF.CardSecurity as one check: the first that is not good.
fn card_security(report: &Report) -> Check {
    let name = CheckName::CardSecurity;
    let first = |wanted: CheckResult| {
        let checks = report
            .steps()
            .iter()
            .map(|result| check(name, &result.outcome));
        checks.into_iter().find(|check| check.result == wanted)
    };
    match report.verdict() {
        Verdict::Genuine => Check::passed(name, ""),
        Verdict::NotGenuine(_) => first(CheckResult::Failed)
            .unwrap_or_else(|| Check::failed(name, "EF.CardSecurity is not genuine")),
        Verdict::NoVerdict(_) => first(CheckResult::Undetermined).unwrap_or_else(|| {
            Check::undetermined(name, "EF.CardSecurity could not be checked to the end")
        }),
    }
}

/// Which files with public keys are the signed ones.
struct Keys {
    dg14: bool,
    dg15: bool,
}

/// A chip whose signed DG14 offers PACE has an EF.CardAccess: without it, somebody between us and the
/// chip had us settle for basic access control.
fn hidden_pace(journal: &mut Journal<'_>) {
    let offers_pace = journal
        .files
        .data_group(DataGroup::DG14)
        .and_then(|file| Dg14::parse(file).ok())
        .is_some_and(|dg14| dg14.security_infos.pace().next().is_some());
    if !offers_pace {
        return;
    }
    let name = CheckName::AccessInfos;
    journal.checks.retain(|check| check.name != name);
    let detail = "the signed DG14 offers PACE, but EF.CardAccess was hidden";
    journal.check(Check::failed(name, detail).with_code("INCONSISTENT"));
}

/// Is the chip no copy? One proof is enough, one failed proof is too much.
fn original(mapping: Option<CheckResult>, keys: &Keys, journal: &mut Journal<'_>) {
    let name = CheckName::Original;
    let result_of = |name| {
        journal
            .checks
            .iter()
            .find(|check| check.name == name)
            .map(|check| check.result)
    };
    let authentication = result_of(CheckName::ChipAuthentication);
    let active = result_of(CheckName::ActiveAuthentication);
    // DG14 names the hash of ECDSA keys; one that is there must be the signed one.
    let signs = keys.dg15 && (keys.dg14 || journal.files.data_group(DataGroup::DG14).is_none());
    let proofs = [mapping, authentication, active];
    let check = if proofs.contains(&Some(CheckResult::Failed)) {
        let detail = "the chip does not hold the key that was signed: treat it as a copy";
        Check::failed(name, detail).with_code(CLONE_SUSPECT)
    } else if mapping == Some(CheckResult::Passed) {
        Check::passed(name, "proved by PACE-CAM")
    } else if authentication == Some(CheckResult::Passed) && keys.dg14 {
        Check::passed(name, "proved by chip authentication")
    } else if active == Some(CheckResult::Passed) && signs {
        Check::passed(name, "proved by active authentication")
    } else if authentication == Some(CheckResult::Passed) {
        let detail = "chip authentication succeeded, but its key in DG14 is not to be believed";
        Check::undetermined(name, detail).with_code(NOT_CHECKED)
    } else if active == Some(CheckResult::Passed) {
        let detail = "active authentication succeeded, but its key in DG15 is not to be believed";
        Check::undetermined(name, detail).with_code(NOT_CHECKED)
    } else {
        let detail = "the chip gave no proof that this program can check";
        Check::undetermined(name, detail).with_code(NOT_CHECKED)
    };
    journal.check(check);
}

fn certificates(report: &Report) -> Vec<CertificateFacts> {
    let signer = report
        .signer()
        .map(|signer| describe("document signer", signer));
    let issuer = report.issuer().map(|issuer| {
        let link = !issuer.is_signed_by(issuer.public_key()).unwrap_or(false);
        describe(
            if link {
                "link certificate"
            } else {
                "country signing CA"
            },
            issuer,
        )
    });
    signer.into_iter().chain(issuer).collect()
}

fn describe(role: &str, certificate: &Certificate) -> CertificateFacts {
    let subject = certificate.subject();
    let written = |at: time::OffsetDateTime| at.format(&Rfc3339).unwrap_or_default();
    CertificateFacts {
        role: role.to_owned(),
        subject: subject.common_name().unwrap_or_default(),
        country: subject.country().unwrap_or_default(),
        serial: certificate.serial_hex(),
        key: certificate.public_key().describe(),
        not_before: written(certificate.not_before()),
        not_after: written(certificate.not_after()),
    }
}
