//! What a decision writes for the applicant: to whom, which way, in which language; and that nobody reads it on the disk.

use std::fs;

use dossier::{
    Dossier, Language, Text,
    dossier::{Contact, DocumentKind, DocumentSeen, Relation, Representative},
};
use e2e::counter::Intake;
use personalisation::review::notice::{Facts, Told};
use personalisation_core::application::{Channel, NoticeKind, Recapture, RefusalGround};
use personalisation_store::review::NoticeRow;

use crate::review::support::{REVIEWER, SUPERVISOR, at_work, case, file, named, now, printable};

fn reached(mut dossier: Dossier, language: Language) -> Dossier {
    let address = ["9, Unmistakable Street", "L-4010 Esch-sur-Alzette"];
    dossier.contact = Some(Contact {
        address: address.map(|line| Text::new(line).unwrap()).to_vec(),
        email: None,
        telephone: None,
        language,
    });
    dossier
}

fn represented(mut dossier: Dossier) -> Dossier {
    dossier.representative = Some(Representative {
        surname: Text::new("Parent").unwrap(),
        given_names: Text::new("Pat").unwrap(),
        relation: Relation::Parent,
        document: DocumentSeen {
            kind: DocumentKind::Passport,
            number: None,
            issuer: Text::new("LUX").unwrap(),
            expires: None,
        },
    });
    dossier
}

async fn told(centre: &Intake, id: dossier::ApplicationId) -> (NoticeRow, Facts) {
    let notices = centre.store.notices_of(id).await.unwrap();
    let [notice] = <[NoticeRow; 1]>::try_from(notices).unwrap();
    let facts = centre.store.notice_facts(notice.id).await.unwrap();
    (notice, Facts::decode(&facts.unwrap()).unwrap())
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "each way a notice can go")]
async fn each_decision_tells_whom_it_concerns_and_an_approval_tells_nobody() {
    let (_place, centre, counter, desk) = at_work().await;
    let paper = |surname: &str| {
        let paper = named(printable(centre.paper(&counter)), surname);
        paper.dossier().unwrap()
    };

    // Refused: a letter, in the language that was asked for, with the facts of the case.
    let dossier = reached(paper("Letter"), Language::Lb);
    let row = file(&centre, &counter, &dossier).await;
    let ground = RefusalGround::NotEntitled;
    desk.refuse(case(&row, SUPERVISOR), ground, now())
        .await
        .unwrap();
    let (notice, facts) = told(&centre, dossier.application).await;
    assert_eq!(
        (notice.kind, notice.channel),
        (NoticeKind::Refused, Channel::Letter)
    );
    assert_eq!((notice.language, notice.step), (Language::Lb, row.step + 1));
    assert!(facts.addressee.ends_with(" Letter") && facts.applicant.is_none());
    assert_eq!(facts.address[0], "9, Unmistakable Street");
    let Told::Refused { ground, reason } = &facts.told else {
        panic!("not told of the refusal");
    };
    assert_eq!(
        (ground.as_str(), reason.as_str()),
        ("not_entitled", "looked at twice")
    );

    // More is needed of a child: its parent is told, at the office, in the language of the summary.
    let dossier = represented(paper("Child"));
    let row = file(&centre, &counter, &dossier).await;
    let wanted = [Recapture::Portrait, Recapture::Documents].into();
    let asked = desk.ask_more(case(&row, REVIEWER), wanted, None, now());
    asked.await.unwrap();
    let (notice, facts) = told(&centre, dossier.application).await;
    assert_eq!(
        (notice.kind, notice.channel),
        (NoticeKind::MoreNeeded, Channel::Office)
    );
    assert_eq!(notice.language, Language::Fr);
    assert_eq!(facts.addressee, "Pat Parent");
    assert!(facts.applicant.unwrap().ends_with(" Child"));
    let Told::MoreNeeded {
        wanted,
        appointment: None,
        until: Some(until),
    } = facts.told
    else {
        panic!("not told by when");
    };
    assert_eq!(wanted, ["portrait", "documents"]);
    let last = personalisation::review::notice::day(until).unwrap();
    assert_eq!(last, now().date() + time::Duration::days(60));

    // A death: to the representative, else to nobody; never to the address of the dead.
    for (surname, with_parent, channel) in [
        ("Alone", false, Channel::Nobody),
        ("Mourned", true, Channel::Letter),
    ] {
        let dossier = reached(paper(surname), Language::En);
        let dossier = if with_parent {
            represented(dossier)
        } else {
            dossier
        };
        let row = file(&centre, &counter, &dossier).await;
        desk.withdraw(case(&row, REVIEWER), true, now())
            .await
            .unwrap();
        let (notice, facts) = told(&centre, dossier.application).await;
        assert_eq!(
            (notice.kind, notice.channel),
            (NoticeKind::Withdrawn, channel)
        );
        assert!(facts.told == Told::Death);
        assert_eq!(facts.addressee == "Pat Parent", with_parent);
    }

    // Approved: nothing to tell. Withdrawn after that by wish: told.
    let dossier = reached(paper("Wish"), Language::De);
    let row = file(&centre, &counter, &dossier).await;
    desk.approve(case(&row, SUPERVISOR), now()).await.unwrap();
    let none = centre.store.notices_of(dossier.application).await.unwrap();
    assert!(none.is_empty());
    let row = centre
        .store
        .application(dossier.application)
        .await
        .unwrap()
        .unwrap();
    desk.withdraw(case(&row, REVIEWER), false, now())
        .await
        .unwrap();
    let (notice, facts) = told(&centre, dossier.application).await;
    assert_eq!(
        (notice.kind, notice.channel),
        (NoticeKind::Withdrawn, Channel::Letter)
    );
    assert!(facts.told == Told::Withdrawn);

    // Three letters and a hand-over wait; whom and why cannot be read on the disk.
    assert_eq!(
        centre.store.notices_to_send(None, 10).await.unwrap().len(),
        4
    );
    for entry in fs::read_dir(centre.folder()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            for word in ["Unmistakable", "looked at twice", "Pat Parent"] {
                let found = bytes
                    .windows(word.len())
                    .any(|part| part == word.as_bytes());
                assert!(!found, "{word} in {}", path.display());
            }
        }
    }
}
