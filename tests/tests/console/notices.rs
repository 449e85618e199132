//! Notices: a refusal's letter from the decision to "it is sent", read back by another program; nothing is lost between
//! printing and saying so.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use dossier::{ApplicationId, dossier::DocumentType, staff::Role};
use e2e::oracles;
use personalisation_core::ids::NoticeId;
use personalisation_store::review::NoticeRow;

use crate::console::{centre::Centre, seed::Case};

impl Centre {
    /// The only notice about an application.
    fn notice(&self, case: ApplicationId) -> NoticeRow {
        let found = self.runtime.block_on(self.store.notices_of(case)).unwrap();
        let [notice] = <[NoticeRow; 1]>::try_from(found).unwrap();
        notice
    }

    /// Refuses a case on its page.
    fn refuse(&self, case: ApplicationId, reason: &str) {
        self.open(&format!("/review/{case}/refuse"));
        self.run("document.querySelector('input[value=identity_not_proven]').click()")
            .unwrap();
        self.type_into("#reason", reason).unwrap();
        self.press(".danger");
    }

    /// Does what a case's page asks, and is back at the list.
    fn press(&self, button: &str) {
        self.click(&format!(".acts {button}")).unwrap();
        self.wait_for("location.pathname === '/review'").unwrap();
    }

    /// The letter's bytes, as the browser gets them; none where it is refused.
    fn letter(&self, id: NoticeId) -> Option<Vec<u8>> {
        let script = format!(
            "window.got = null; fetch('/notices/{id}/letter').then(async (answer) => {{ \
             if (!answer.ok) {{ window.got = 'status ' + answer.status; return; }} \
             const bytes = new Uint8Array(await answer.arrayBuffer()); \
             window.got = btoa(bytes.reduce((text, byte) => text + String.fromCharCode(byte), '')); }});"
        );
        self.run(&script).unwrap();
        self.wait_for("window.got !== null").unwrap();
        STANDARD
            .decode(self.text("return window.got").unwrap())
            .ok()
    }
}

/// A centre where somebody waits in review, and the reviewer `weber` signed in; `others` work there too.
fn reviewer_with_a_case(others: &[(&str, Role)]) -> (Centre, ApplicationId) {
    let mut centre = Centre::prepare();
    let clerk = centre.person("clerk", &[Role::Clerk]);
    for (login, role) in [("weber", Role::Reviewer)].iter().chain(others) {
        centre.person(login, &[*role]);
    }
    let case = centre.in_review(&Case {
        clerk,
        refer: &[],
        forced: false,
        portrait: 3,
        document: DocumentType::IdentityCard,
    });
    let centre = centre.start();
    centre.sign_in("weber", "/");
    (centre, case)
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one letter's way from the decision to the post"
)]
fn a_refusal_is_a_letter_that_waits_until_somebody_says_that_it_is_sent() {
    let (centre, case) =
        reviewer_with_a_case(&[("klein", Role::Supervisor), ("thill", Role::Reviewer)]);
    centre.refuse(case, "The photograph shows somebody else.");
    let notice = centre.notice(case);
    centre.open("/");
    assert!(centre.says().contains("Notices to send"));
    centre.open("/notices?office=L-0304");
    assert!(centre.says().contains("To be printed") && !centre.says().contains("Muster"));
    centre.open("/notices?office=L-0105");
    assert!(centre.says().contains("Every notice was sent"));

    // Not before it is written down that it was given out.
    centre.open("/notices");
    centre.click("tbody a").unwrap();
    centre
        .wait_for("location.pathname.startsWith('/notices/')")
        .unwrap();
    assert!(centre.letter(notice.id).is_none());
    assert!(centre.says().contains("Tribunal administratif"));
    centre.click("form[action$='/print'] button").unwrap();
    centre
        .wait_for("document.querySelector('form[action$=\"/sent\"]')")
        .unwrap();
    let pdf = centre.letter(notice.id).unwrap();
    let read = oracles::paper(&pdf).unwrap();
    assert_eq!(read["language"], "de");
    assert_eq!(read["tagged"], true);
    let text = read["text"].as_array().unwrap();
    let text: Vec<&str> = text.iter().filter_map(|page| page.as_str()).collect();
    let text = text
        .join(" ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    for wanted in [
        "Anne-Léa Muster-Weiler 12, rue de l’Alzette L-4010 Esch-sur-Alzette",
        "Bureau of documents",
        "Ihr Antrag (Personalausweis) ist abgelehnt",
        "Es ist nicht bewiesen",
        "The photograph shows somebody else.",
        "drei Monaten",
        "avocat à la Cour",
        "Tribunal administratif, 2, Court Street, L-1499 Luxembourg",
    ] {
        assert!(text.contains(wanted), "{wanted}: {text}");
    }
    assert!(text.contains(&case.to_string()));

    // Printed and not said to be sent: it waits, and says so to whoever comes next.
    centre.sign_in("klein", "/notices");
    assert!(centre.says().contains("Printed, not sent"));
    centre.open(&format!("/notices/{}", notice.id));
    assert!(centre.says().contains("nobody has said that it was sent"));
    centre.click("form[action$='/sent'] button").unwrap();
    centre
        .wait_for("!document.querySelector('form[action$=\"/sent\"]')")
        .unwrap();
    let sent = centre.notice(case);
    assert_eq!(sent.sent.unwrap().1, centre.id("klein"));
    // Again, from a page that was open before: who said it first stays.
    centre.sign_in("thill", "/notices");
    assert!(centre.says().contains("Every notice was sent"));
    let script = format!(
        "document.title = 'asked'; fetch('/notices/{}/sent', {{ method: 'POST', \
         body: new URLSearchParams('token=' + document.body.dataset.token) }}) \
         .then((answer) => document.title = 'status ' + answer.status);",
        notice.id
    );
    centre.run(&script).unwrap();
    centre
        .wait_for("document.title.startsWith('status')")
        .unwrap();
    assert_eq!(centre.text("return document.title").unwrap(), "status 200");
    assert_eq!(centre.notice(case), sent);

    let lines = centre.audit();
    let object = format!("notice {}", notice.id);
    for (act, entries) in [("print-notice", 2), ("send-notice", 4), ("read-letter", 2)] {
        let name = format!("\"{act}\"");
        let found = lines
            .iter()
            .filter(|line| line.contains(&name) && line.contains(&object));
        assert_eq!(found.count(), entries, "{act}");
    }
    let before = lines.iter().filter(|line| line.contains("was sent before"));
    assert_eq!(before.count(), 1);
    for line in &lines {
        assert!(
            !line.contains("Muster") && !line.contains("photograph"),
            "{line}"
        );
    }
}

#[test]
fn who_must_come_again_is_told_what_for_and_when_and_the_case_shows_it() {
    let (centre, case) = reviewer_with_a_case(&[]);
    centre.open(&format!("/review/{case}/more"));
    centre
        .run("for (const one of ['portrait', 'documents']) document.querySelector(`input[value=${one}]`).click()")
        .unwrap();
    for (field, value) in [("day-day", "1"), ("day-month", "7"), ("day-year", "2999")] {
        centre.type_into(&format!("#{field}"), value).unwrap();
    }
    centre.type_into("#hour", "14:30").unwrap();
    centre.type_into("#reason", "Eyes closed").unwrap();
    centre.press(".primary");
    let notice = centre.notice(case);
    centre.open(&format!("/notices/{}", notice.id));
    let says = centre.says();
    // In the applicant's language, by Luxembourg's clocks; what the reviewer wrote is not theirs.
    assert!(
        says.contains("1. Juli 2999, 14:30") && says.contains("ein neues Foto"),
        "{says}"
    );
    assert!(says.contains("Papiere, die das Amt sehen muss") && !says.contains("Eyes closed"));
    centre.open(&format!("/review/{case}"));
    let says = centre.says();
    assert!(
        says.contains("Notices to the applicant") && says.contains("To be printed"),
        "{says}"
    );
}

#[test]
fn a_death_is_told_to_nobody_who_was_not_there() {
    let (centre, case) = reviewer_with_a_case(&[]);
    centre.open(&format!("/review/{case}/withdraw"));
    centre
        .run("document.querySelector('input[value=death]').click()")
        .unwrap();
    centre.type_into("#reason", "Register of today").unwrap();
    centre.press(".danger");
    assert_eq!(centre.state(case), "withdrawn");
    let notice = centre.notice(case);
    centre.open("/notices");
    assert!(centre.says().contains("Every notice was sent"));
    centre.open(&format!("/notices/{}", notice.id));
    assert!(centre.says().contains("nobody is written to"));
    assert_eq!(
        centre
            .run("return document.querySelectorAll('main form').length")
            .unwrap(),
        0
    );
}
