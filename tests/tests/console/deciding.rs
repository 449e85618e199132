//! Deciding about cases: by keys alone, four eyes, forced captures, asking for more.

use dossier::dossier::DocumentType;
use dossier::staff::Role;
use e2e::browser::Key;
use personalisation_core::application::{Check, Detail, Referral};

use crate::console::centre::Centre;
use crate::console::seed::Case;

/// Presses Tab until what has the focus is what JavaScript says; how often.
fn tab_to(centre: &Centre, wanted: &str) -> u32 {
    for presses in 0..120 {
        let there = format!("return !!(document.activeElement && ({wanted}))");
        if centre.run(&there).unwrap() == true {
            return presses;
        }
        centre.press(Key::Tab).unwrap();
    }
    panic!("Tab never came to {wanted}");
}

#[test]
fn a_case_is_read_and_approved_by_keys_alone() {
    let mut centre = Centre::prepare();
    let clerk = centre.person("clerk", &[Role::Clerk]);
    centre.person("weber", &[Role::Reviewer]);
    let refer = [(
        Check::Register,
        Referral::DiffersFromRegister,
        Some(Detail::Surname),
    )];
    let first = Case {
        clerk,
        refer: &[],
        forced: false,
        portrait: 3,
        document: DocumentType::ResidencePermit,
    };
    let before = centre.in_review(&first);
    let case = centre.in_review(&Case {
        refer: &refer,
        portrait: 4,
        document: DocumentType::IdentityCard,
        ..first
    });
    let centre = centre.start();
    centre.sign_in("weber", "/review");
    centre.open(&format!("/review/{case}"));
    centre
        .wait_for("[...document.images].length === 2 && [...document.images].every((i) => i.naturalWidth > 300)")
        .unwrap();
    let marked = "[...document.querySelectorAll('tbody tr')].find((r) => r.textContent.includes('Muster-Weiler')) \
        .querySelector('.tag.attention').textContent";
    assert_eq!(centre.text(&format!("return {marked}")).unwrap(), "Differs");
    assert!(!centre.says().contains("FIR"));

    centre.run("document.activeElement.blur()").unwrap();
    let presses = tab_to(&centre, "document.activeElement.id === 'reason'");
    centre.keys("Compared both pictures").unwrap();
    tab_to(&centre, "document.activeElement.matches('.acts .primary')");
    centre.press(Key::Enter).unwrap();
    centre.wait_for("location.pathname === '/review'").unwrap();
    println!("{presses} presses of Tab from the page's beginning to the reason");
    assert_eq!(centre.state(case), "approved");
    assert_eq!(centre.state(before), "in_review");
    // Until its card is made it can be ended, though it is no case any more.
    centre.open(&format!("/review/{case}/refuse"));
    assert!(
        centre
            .run("return !!document.querySelector('.irreversible')")
            .unwrap()
            == true
    );

    let lines = centre.audit();
    let by = format!("person {}", centre.id("weber"));
    for (act, entries) in [
        ("read-application", 2),
        ("read-portrait", 2),
        ("read-previous-portrait", 2),
        ("approve", 2),
    ] {
        let name = format!("\"{act}\"");
        let case = format!("application {case}");
        let found = lines
            .iter()
            .filter(|line| line.contains(&name) && line.contains(&by) && line.contains(&case));
        assert_eq!(found.count(), entries, "{act}");
    }
    for line in &lines {
        assert!(
            !line.contains("Muster") && !line.contains("Compared"),
            "{line}"
        );
    }
}

#[test]
fn who_captured_it_is_told_so_and_cannot_decide_by_any_way() {
    let mut centre = Centre::prepare();
    let clerk = centre.person("both", &[Role::Reviewer]);
    let case = centre.in_review(&Case {
        clerk,
        refer: &[],
        forced: false,
        portrait: 3,
        document: DocumentType::IdentityCard,
    });
    let centre = centre.start();
    centre.sign_in("both", "/review");
    assert!(centre.says().contains("I captured it"));
    centre.open(&format!("/review/{case}"));
    assert!(centre.says().contains("A colleague must decide"));
    let forms = "return document.querySelectorAll('main form').length";
    assert_eq!(centre.run(forms).unwrap(), 0);
    // Another way than the page's: the same request without its form.
    let send = |path: &str, fields: &str| {
        let script = format!(
            "const token = document.body.dataset.token; document.title = 'asked'; \
             fetch('/review/{case}/{path}', {{ method: 'POST', body: new URLSearchParams('{fields}&token=' + token) }}) \
             .then((answer) => document.title = 'status ' + answer.status);"
        );
        centre.run(&script).unwrap();
        centre
            .wait_for("document.title.startsWith('status')")
            .unwrap();
        centre.text("return document.title").unwrap()
    };
    let step = centre
        .runtime
        .block_on(centre.store.application(case))
        .unwrap()
        .unwrap()
        .step;
    let reason = format!("step={step}&reason=mine");
    assert_eq!(send("approve", &reason), "status 403");
    let refusal = format!("{reason}&ground=not_paid");
    assert_eq!(send("refuse", &refusal), "status 403");
    assert_eq!(
        send("more", &format!("{reason}&wanted=portrait")),
        "status 403"
    );
    assert_eq!(centre.state(case), "in_review");
}

#[test]
fn a_forced_capture_is_for_a_supervisor() {
    let mut centre = Centre::prepare();
    let clerk = centre.person("clerk", &[Role::Clerk]);
    centre.person("weber", &[Role::Reviewer]);
    centre.person("klein", &[Role::Supervisor]);
    let refer = [(
        Check::Capture,
        Referral::ForcedCapture,
        Some(Detail::Portrait),
    )];
    let case = centre.in_review(&Case {
        clerk,
        refer: &refer,
        forced: true,
        portrait: 3,
        document: DocumentType::IdentityCard,
    });
    let centre = centre.start();
    centre.sign_in("weber", "/review");
    centre.open("/review/forced");
    assert!(centre.says().contains("This page is not for your role"));
    centre.open(&format!("/review/{case}"));
    assert!(centre.says().contains("A supervisor decides"));

    centre.sign_in("klein", "/review/forced");
    centre.click("tbody a").unwrap();
    centre
        .wait_for(&format!("location.pathname === '/review/{case}'"))
        .unwrap();
    assert!(centre.says().contains("the lamp on the left was broken"));
    centre.click("a[href$='/refuse']").unwrap();
    centre
        .wait_for("location.pathname.endsWith('/refuse')")
        .unwrap();
    centre.click(".acts .danger").unwrap();
    centre
        .wait_for("document.querySelectorAll('.error-summary li').length === 2")
        .unwrap();
    // Below the bar that stays in sight, until it is scrolled to.
    centre
        .run("document.querySelector('input[value=identity_not_proven]').scrollIntoView({ block: 'center' })")
        .unwrap();
    centre.click("input[value=identity_not_proven]").unwrap();
    centre.type_into("#reason", "Not the same face").unwrap();
    centre.click(".acts .danger").unwrap();
    centre.wait_for("location.pathname === '/review'").unwrap();
    assert_eq!(centre.state(case), "refused");
}

#[test]
fn more_is_asked_for_with_an_appointment() {
    let mut centre = Centre::prepare();
    let clerk = centre.person("clerk", &[Role::Clerk]);
    centre.person("weber", &[Role::Reviewer]);
    let case = centre.in_review(&Case {
        clerk,
        refer: &[],
        forced: false,
        portrait: 3,
        document: DocumentType::IdentityCard,
    });
    let centre = centre.start();
    centre.sign_in("weber", &format!("/review/{case}/more"));
    centre.open(&format!("/language/en?back=/review/{case}/more"));
    centre.click("input[value=portrait]").unwrap();
    for (field, value) in [("day-day", "1"), ("day-month", "3"), ("day-year", "2000")] {
        centre.type_into(&format!("#{field}"), value).unwrap();
    }
    centre.type_into("#hour", "14:30").unwrap();
    centre.type_into("#reason", "Eyes closed").unwrap();
    centre.click(".acts .primary").unwrap();
    centre
        .wait_for("document.querySelector('.error-summary')")
        .unwrap();
    assert!(centre.says().contains("Enter a day to come"));
    let typed = "return document.getElementById('reason').value";
    assert_eq!(centre.text(typed).unwrap(), "Eyes closed");
    centre
        .run("document.getElementById('day-year').value = '2999'")
        .unwrap();
    centre.click(".acts .primary").unwrap();
    centre.wait_for("location.pathname === '/review'").unwrap();
    assert_eq!(centre.state(case), "more_needed");
    let row = centre.runtime.block_on(centre.store.application(case));
    let appointment = row.unwrap().unwrap().appointment.unwrap();
    // Typed by Luxembourg's clocks, in winter.
    let typed = (appointment.year(), appointment.hour(), appointment.minute());
    assert_eq!(typed, (2999, 13, 30));
}

#[test]
fn who_died_is_withdrawn_as_such() {
    let mut centre = Centre::prepare();
    let clerk = centre.person("clerk", &[Role::Clerk]);
    centre.person("klein", &[Role::Supervisor]);
    let refer = [(Check::Alive, Referral::Deceased, None)];
    let case = centre.in_review(&Case {
        clerk,
        refer: &refer,
        forced: false,
        portrait: 3,
        document: DocumentType::IdentityCard,
    });
    let centre = centre.start();
    centre.sign_in("klein", &format!("/review/{case}/withdraw"));
    centre.open(&format!("/language/en?back=/review/{case}/withdraw"));
    centre.type_into("#reason", "The register says so").unwrap();
    centre.click(".acts .danger").unwrap();
    centre
        .wait_for("document.querySelector('.error-summary')")
        .unwrap();
    assert!(centre.says().contains("Choose why it is withdrawn"));
    centre.click("input[value=death]").unwrap();
    centre.click(".acts .danger").unwrap();
    centre.wait_for("location.pathname === '/review'").unwrap();
    assert_eq!(centre.state(case), "withdrawn");
    let lines = centre.audit();
    let noted = lines
        .iter()
        .any(|line| line.contains("\"withdraw\"") && line.contains("\"death\""));
    assert!(noted, "the audit says why");
}
