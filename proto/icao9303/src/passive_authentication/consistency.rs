//! Step 8: sources that must agree. What is compared here was authenticated by the step before, or is
//! held against something that was.

use std::collections::{BTreeMap, BTreeSet};

use super::Evidence;
use super::report::{DataGroupResult, Failure, Outcome, Step, StepResult};
use crate::lds::{DataGroup, EfCom};
use crate::mrz::{CountryCode, Mrz};
use crate::security_info::SecurityInfos;
use crate::sod::LdsSecurityObject;
use crate::x509::Certificate;

const NO_DG1: &str = "DG1 is not authentic or cannot be read";

pub(super) fn check(
    list: Option<&LdsSecurityObject>,
    signer: Option<&Certificate>,
    evidence: &Evidence<'_>,
    results: &BTreeMap<DataGroup, DataGroupResult>,
    steps: &mut Vec<StepResult>,
) {
    let authentic = |group| results.get(&group) == Some(&DataGroupResult::Matches);
    let mut note = |step, outcome| steps.push(StepResult { step, outcome });
    let mrz = evidence.mrz().filter(|_| authentic(DataGroup::DG1));
    note(
        Step::PrintedMrz,
        printed_mrz(mrz.as_ref(), evidence.printed_mrz),
    );
    let (state, code) = match (mrz.as_ref(), signer) {
        (Some(mrz), Some(signer)) => (issuing_state(mrz, signer), document_code(mrz, signer)),
        _ if authentic(DataGroup::DG1) => {
            // Signed, and yet no MRZ: an issuer's mistake that no inspector should overlook.
            let outcome = Outcome::failed(Failure::Inconsistent, "DG1 holds no readable MRZ");
            (outcome, Outcome::NotChecked(NO_DG1))
        }
        _ => (Outcome::NotChecked(NO_DG1), Outcome::NotChecked(NO_DG1)),
    };
    note(Step::IssuingState, state);
    note(Step::DocumentCode, code);
    note(Step::FileList, file_list(list, evidence.com));
    let dg14 = evidence
        .state(DataGroup::DG14)
        .content()
        .filter(|_| authentic(DataGroup::DG14));
    note(Step::AccessInfos, access_infos(evidence.card_access, dg14));
}

fn inconsistent(detail: impl Into<String>) -> Outcome {
    Outcome::failed(Failure::Inconsistent, detail)
}

fn printed_mrz(mrz: Option<&Mrz>, printed: Option<&Mrz>) -> Outcome {
    match (mrz, printed) {
        (_, None) => Outcome::NotChecked("nobody read the printed MRZ"),
        (None, _) => Outcome::NotChecked(NO_DG1),
        (Some(mrz), Some(printed)) if mrz.as_str() == printed.as_str() => Outcome::Passed,
        _ => inconsistent("the printed MRZ is not the one in DG1"),
    }
}

/// DG1's issuer, the State's code in the signer's subjectAltName, and its countryName. The last ties
/// both to the CA: without it any State's CA could sign for any other.
fn issuing_state(mrz: &Mrz, signer: &Certificate) -> Outcome {
    let issuer = mrz.issuer();
    let country = signer
        .subject()
        .country()
        .map(|country| country.to_uppercase());
    let expected = CountryCode::new(issuer)
        .ok()
        .and_then(|code| code.two_letter());
    let Some(expected) = expected else {
        return inconsistent("the issuing State in DG1 is not one that certificates name");
    };
    if country.as_deref() != Some(expected) {
        return inconsistent("the issuing State in DG1 is not the country of the signer");
    }
    let codes = signer.mrz_country_codes();
    if codes.is_empty() {
        return Outcome::Warned(vec![
            "the signer's certificate does not name the State".into(),
        ]);
    }
    if codes
        .iter()
        .any(|code| code.trim_end_matches('<') == issuer)
    {
        Outcome::Passed
    } else {
        inconsistent("the issuing State in DG1 is not the one in the signer's subjectAltName")
    }
}

fn document_code(mrz: &Mrz, signer: &Certificate) -> Outcome {
    match signer.extensions().document_types() {
        Ok(Some(types)) => {
            let code = mrz.document_code();
            if types.iter().any(|own| own.trim_end_matches('<') == code) {
                Outcome::Passed
            } else {
                inconsistent("the signer may not sign documents with the code in DG1")
            }
        }
        // Unreadable, it is an error of the profile step; absent, a warning there.
        _ => Outcome::NotChecked("the signer's certificate lists no document codes"),
    }
}

fn file_list(list: Option<&LdsSecurityObject>, com: Option<&[u8]>) -> Outcome {
    let (Some(list), Some(com)) = (list, com) else {
        return Outcome::NotChecked("EF.COM was not read, or no signed list holds");
    };
    let Ok(com) = EfCom::parse(com) else {
        return inconsistent("EF.COM cannot be read");
    };
    let listed: BTreeSet<DataGroup> = com.data_groups.iter().copied().collect();
    if !listed.iter().eq(list.hashes().keys()) {
        return inconsistent("EF.COM does not list the data groups that were signed");
    }
    match list.version_info() {
        Some(info) if info.lds != com.lds_version || info.unicode != com.unicode_version => {
            inconsistent("EF.COM names another version than the one that was signed")
        }
        _ => Outcome::Passed,
    }
}

/// EF.CardAccess is not signed. What it adds was never issued; a PACE protocol that it leaves out was
/// taken away from the terminal, which then settled for a weaker one. Other protocols stand in DG14
/// only.
fn access_infos(card_access: Option<&[u8]>, dg14: Option<&[u8]>) -> Outcome {
    let Some(card_access) = card_access else {
        return Outcome::NotChecked("EF.CardAccess was not read");
    };
    let Some(dg14) = dg14 else {
        return Outcome::NotChecked("there is no authentic DG14 to compare with");
    };
    let offered = SecurityInfos::parse_file(card_access);
    let signed = crate::lds::Dg14::parse(dg14).map(|dg14| dg14.security_infos);
    match (offered, signed) {
        (Ok(offered), Ok(signed)) if !signed.contains_all(&offered) => {
            inconsistent("EF.CardAccess offers what the signed DG14 does not")
        }
        (Ok(offered), Ok(signed))
            if !signed.pace().all(|info| offered.pace().any(|o| o == info)) =>
        {
            inconsistent("EF.CardAccess hides a PACE protocol that the signed DG14 offers")
        }
        (Ok(_), Ok(_)) => Outcome::Passed,
        (Err(_), _) => inconsistent("EF.CardAccess cannot be read"),
        (_, Err(_)) => inconsistent("DG14 cannot be read"),
    }
}
