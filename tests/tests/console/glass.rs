//! Reading without a case: the glass is broken with a reason, and looked at by an auditor.

use dossier::dossier::DocumentType;
use dossier::staff::Role;

use crate::console::centre::Centre;
use crate::console::seed::{Case, NUMBER};

#[test]
fn a_search_without_a_case_needs_a_reason_and_is_looked_at() {
    let mut centre = Centre::prepare();
    let clerk = centre.person("clerk", &[Role::Clerk]);
    centre.person("weber", &[Role::Reviewer]);
    centre.person("audit", &[Role::Auditor]);
    let case = centre.in_review(&Case {
        clerk,
        refer: &[],
        forced: false,
        portrait: 3,
        document: DocumentType::IdentityCard,
    });
    let centre = centre.start();
    centre.sign_in("weber", "/search");
    centre.open("/search");
    centre.type_into("#what", NUMBER).unwrap();
    centre.type_into("#reason", "short").unwrap();
    centre.click(".acts .primary").unwrap();
    centre
        .wait_for("document.querySelector('.error-summary')")
        .unwrap();
    centre
        .type_into("#reason", " but now the letter of today")
        .unwrap();
    centre.click(".acts .primary").unwrap();
    centre
        .wait_for("document.title.startsWith('1 application found')")
        .unwrap();
    assert!(centre.says().contains("Muster-Weiler"));
    assert!(centre.says().contains(&case.to_string()));

    centre.sign_in("audit", "/oversight");
    centre.click("tbody a").unwrap();
    centre
        .wait_for("location.pathname.startsWith('/oversight/')")
        .unwrap();
    assert!(centre.says().contains("the letter of today"));
    centre.click("input[value=justified]").unwrap();
    centre.type_into("#remark", "Letter seen").unwrap();
    centre.click(".acts .primary").unwrap();
    centre
        .wait_for("location.pathname === '/oversight'")
        .unwrap();
    assert!(centre.says().contains("Justified"));
    let lines = centre.audit();
    for act in ["break-glass", "read-application", "review-glass"] {
        let name = format!("\"{act}\"");
        let found = lines.iter().filter(|line| line.contains(&name)).count();
        assert_eq!(found, 2, "{act}: intent and outcome");
    }
    for line in &lines {
        assert!(!line.contains(NUMBER) && !line.contains("letter"), "{line}");
    }
}
