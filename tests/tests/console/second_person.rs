//! A second person for an office that has nobody beside its clerk: reads, signs in for this alone, approves or declines.

use std::io::Cursor;

use dossier::{
    ApplicationId, ApprovalRequest, Blob, Body as _, Language, PersonId, StationId, Text,
    Timestamp, Version, configuration::Occasion, staff::Role,
};
use image::{ImageFormat, RgbImage};
use personalisation::edge;
use personalisation_store::intake::{NewQuestion, QuestionId, QuestionState};

use crate::console::centre::{Centre, PASSWORD};

/// A question that waits.
fn ask(centre: &Centre, number: u8, clerk: PersonId) -> QuestionId {
    let mut portrait = Cursor::new(Vec::new());
    let grey = RgbImage::from_pixel(40, 52, image::Rgb([120; 3]));
    grey.write_to(&mut portrait, ImageFormat::Jpeg).unwrap();
    let request = ApprovalRequest {
        version: Version,
        application: ApplicationId::from_bytes([number; 16]),
        station: StationId::from_bytes([9; 16]),
        office: "L-0105".parse().unwrap(),
        clerk,
        captured_by: vec![clerk],
        language: Language::Fr,
        summary: Blob::new("Nom: Muster\nPrénoms: Anne\n".into()).unwrap(),
        occasions: vec![Occasion::ManualIdentity],
        reasons: vec![Text::new("Eyes half shut").unwrap()],
        portrait: Blob::new(portrait.into_inner()).unwrap(),
        asked_at: Timestamp::from_seconds(1_700_000_000).unwrap(),
    };
    let id = QuestionId {
        application: request.application,
        summary: request.summary_hash(),
    };
    let new = NewQuestion {
        id,
        station: request.station,
        office: &request.office,
        clerk,
        captured_by: &[clerk].into(),
        content: &request.encode().unwrap(),
    };
    let mut rng = edge::rng();
    let asked = centre
        .store
        .ask_second_person(&mut rng, &new, &[], edge::now());
    centre.runtime.block_on(asked).unwrap();
    id
}

fn state(centre: &Centre, id: QuestionId) -> QuestionState {
    let question = centre.runtime.block_on(centre.store.question(id)).unwrap();
    question.unwrap().state
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one story from the list to the record"
)]
fn it_is_read_declined_with_a_reason_and_approved_by_passkey_by_somebody_else_alone() {
    let mut centre = Centre::prepare();
    let clerk = centre.person("clerk", &[Role::Clerk]);
    let reviewer = centre.person("weber", &[Role::Reviewer]);
    let (first, second) = (ask(&centre, 1, clerk), ask(&centre, 2, clerk));
    let own = ask(&centre, 3, reviewer);
    let centre = centre.start();
    centre.add_authenticator(true).unwrap();
    centre.sign_in("weber", "/approvals");
    assert!(centre.says().contains("L-0105"), "{}", centre.says());
    assert!(!centre.says().contains("Muster"), "no names in the list");
    assert_eq!(centre.axe().unwrap(), []);

    centre.open(&format!("/approvals/{}", first.application));
    centre
        .wait_for("[...document.images].every((image) => image.naturalWidth > 0)")
        .unwrap();
    for said in ["typed by hand", "Eyes half shut", "Nom: Muster"] {
        assert!(centre.says().contains(said), "{said}: {}", centre.says());
    }
    for language in ["fr", "de", "lb", "en"] {
        let path = format!("/approvals/{}", first.application);
        centre.open(&format!("/language/{language}?back={path}"));
        assert_eq!(centre.axe().unwrap(), [], "{language}");
    }
    // Without a fresh sign-in nothing is said, and a refusal needs its reason.
    let verdict = |value: &str| {
        let choice = format!("input[name=verdict][value={value}]");
        centre
            .run(&format!("document.querySelector(\"{choice}\").click()"))
            .unwrap();
    };
    verdict("decline");
    centre.click("main .acts .primary").unwrap();
    centre
        .wait_for("document.querySelector('.error-summary')")
        .unwrap();
    assert!(centre.says().contains("say why"), "{}", centre.says());
    centre.type_into("#note", "The eyes are shut").unwrap();
    centre.type_into("#password", PASSWORD).unwrap();
    centre.type_into("#code", "000000").unwrap();
    centre.click("main .acts .primary").unwrap();
    centre
        .wait_for("!document.querySelector('#password').value && document.querySelector('.error-summary')")
        .unwrap();
    assert_eq!(state(&centre, first), QuestionState::Waiting);

    // By passkey, for this alone.
    centre.open("/passkeys");
    centre.click("[data-passkey=add]").unwrap();
    centre
        .wait_for("document.querySelector('.notification.good')")
        .unwrap();
    let said = |id: QuestionId, value: &str| {
        centre.open(&format!("/approvals/{}", id.application));
        verdict(value);
        centre.type_into("#note", "The eyes are shut").unwrap();
        let button = "document.querySelector('[data-passkey=vouch]')";
        centre
            .run(&format!("{button}.scrollIntoView({{ block: 'center' }})"))
            .unwrap();
        centre.click("[data-passkey=vouch]").unwrap();
        centre
            .wait_for("location.pathname === '/approvals'")
            .unwrap();
        state(&centre, id)
    };
    assert_eq!(said(first, "decline"), QuestionState::Declined);
    assert_eq!(said(second, "approve"), QuestionState::Approved);

    // Who captured it is told so, and has no form.
    centre.open(&format!("/approvals/{}", own.application));
    assert!(centre.says().contains("You captured"), "{}", centre.says());
    assert_eq!(
        centre
            .run("return !!document.querySelector('main form')")
            .unwrap(),
        false
    );

    let lines = centre.audit();
    for act in [
        "read-for-second-person",
        "decline-for-office",
        "approve-for-office",
    ] {
        let of = lines.iter().filter(|line| line.contains(act));
        assert!(of.count() >= 2, "{act}: an intent and an outcome");
    }
    assert!(
        lines
            .iter()
            .all(|line| !line.contains("Muster") && !line.contains("shut"))
    );
}
