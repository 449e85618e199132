//! The letter: the facts of a notice in plain words, in the language of whoever gets it. What is decided, why, what to
//! do now and by when, and for a refusal where to appeal (docs/review.md says by which law).

use dossier::{ApplicationId, dossier::DocumentType};
use maud::{Markup, html};
use pages::{Id, Speech, language::zone};
use personalisation_core::application::{Channel, Recapture, RefusalGround};
use personalisation_store::review::{NoticeRow, names};

use crate::review::notice::{Facts, NoticesSection, Told, at, day};

/// A piece of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Piece {
    /// A title within the text.
    Heading(String),
    /// A paragraph.
    Text(String),
    /// A point of a list.
    Point(String),
}

/// A letter, in words.
#[derive(Clone)]
pub(super) struct Letter {
    /// Who writes: the name, then the address.
    pub(super) sender: Vec<String>,
    /// Who gets it, as it stands in the window.
    pub(super) window: Vec<String>,
    /// Where and when it was written.
    pub(super) dated: String,
    /// What it is about, for whoever answers.
    pub(super) reference: String,
    /// The subject.
    pub(super) subject: String,
    /// What it says.
    pub(super) text: Vec<Piece>,
}

/// What a letter is made of.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) notice: &'a NoticeRow,
    pub(super) facts: &'a Facts,
    pub(super) section: &'a NoticesSection,
    /// The name of the office where it was captured.
    pub(super) office: &'a str,
}

impl Letter {
    /// The letter; `speech` is that of whoever gets it.
    pub(super) fn write(speech: Speech<'_>, source: Source<'_>) -> Self {
        let Source {
            notice,
            facts,
            section,
            office,
        } = source;
        let date = speech.date(zone::local(at(facts.decided_at)).date());
        let mut window = Vec::new();
        if notice.channel == Channel::Office {
            window.push(speech.format("letter-by-office", &[("office", office.into())]));
        }
        window.push(facts.addressee.clone());
        window.extend(facts.address.iter().cloned());
        let place = section.place.as_str();
        Self {
            sender: section.sender.clone(),
            window,
            dated: speech.format(
                "letter-dated",
                &[("place", place.into()), ("date", date.into())],
            ),
            reference: reference(speech, notice.application),
            subject: subject(speech, facts),
            text: text(speech, source),
        }
    }

    /// How it reads, on a page of ours.
    pub(super) fn show(&self) -> Markup {
        html! {
            article.letter {
                address { @for line in &self.window { (line) br; } }
                p { (self.dated) }
                p { (self.reference) }
                h3 { (self.subject) }
                @for piece in &self.text {
                    @match piece {
                        Piece::Heading(text) => { h4 { (text) } }
                        Piece::Text(text) => { p { (text) } }
                        Piece::Point(text) => { ul { li { (text) } } }
                    }
                }
            }
        }
    }
}

fn reference(speech: Speech<'_>, application: ApplicationId) -> String {
    let application = application.to_string();
    speech.format("letter-reference", &[("application", application.into())])
}

fn document(speech: Speech<'_>, facts: &Facts) -> String {
    let permit = names::document_type(DocumentType::ResidencePermit);
    speech.text(if facts.document == permit {
        Id("letter-document-residence-permit")
    } else {
        Id("letter-document-identity-card")
    })
}

fn subject(speech: Speech<'_>, facts: &Facts) -> String {
    let id = match facts.told {
        Told::MoreNeeded { .. } => Id("letter-subject-more"),
        Told::Refused { .. } => Id("letter-subject-refused"),
        Told::Withdrawn => Id("letter-subject-withdrawn"),
        Told::Death => Id("letter-subject-death"),
    };
    speech.format(id, &[("document", document(speech, facts).into())])
}

fn text(speech: Speech<'_>, source: Source<'_>) -> Vec<Piece> {
    let (facts, office) = (source.facts, source.office);
    let applied = speech.date(zone::local(at(facts.applied_at)).date());
    let name = facts.applicant.as_ref().unwrap_or(&facts.addressee);
    let mut text = vec![
        Piece::Text(speech.format(
            "letter-greeting",
            &[("name", facts.addressee.as_str().into())],
        )),
        Piece::Text(speech.format(
            "letter-applied",
            &[
                ("name", name.as_str().into()),
                ("document", document(speech, facts).into()),
                ("date", applied.into()),
                ("office", office.into()),
            ],
        )),
    ];
    match &facts.told {
        Told::MoreNeeded {
            wanted,
            appointment,
            until,
        } => more_needed(speech, office, wanted, (*appointment, *until), &mut text),
        Told::Refused { ground, reason } => {
            refused(speech, source.section, (ground, reason), &mut text);
        }
        Told::Withdrawn => {
            text.push(Piece::Text(speech.text("letter-withdrawn-why")));
            text.push(Piece::Heading(speech.text("letter-what-now")));
            let now = speech.format("letter-withdrawn-now", &[("office", office.into())]);
            text.push(Piece::Text(now));
        }
        Told::Death => {
            let why = speech.format("letter-death-why", &[("name", name.as_str().into())]);
            text.push(Piece::Text(why));
            text.push(Piece::Heading(speech.text("letter-what-now")));
            let now = speech.format("letter-death-now", &[("office", office.into())]);
            text.push(Piece::Text(now));
        }
    }
    text.push(Piece::Text(speech.text("letter-closing")));
    text
}

fn more_needed(
    speech: Speech<'_>,
    office: &str,
    wanted: &[String],
    (appointment, until): (Option<i64>, Option<u32>),
    text: &mut Vec<Piece>,
) {
    text.push(Piece::Text(speech.text("letter-more-why")));
    for one in Recapture::ALL {
        if wanted.iter().any(|name| name == one.name()) {
            text.push(Piece::Point(speech.text(recapture(one))));
        }
    }
    text.push(Piece::Heading(speech.text("letter-what-now")));
    let come = match (appointment, until.and_then(day)) {
        (None, Some(until)) => speech.format(
            "letter-more-until",
            &[
                ("office", office.into()),
                ("date", speech.date(until).into()),
            ],
        ),
        (appointment, _) => speech.format(
            "letter-more-appointment",
            &[
                ("office", office.into()),
                (
                    "when",
                    appointment
                        .map_or_else(String::new, |seconds| speech.moment(at(seconds)))
                        .into(),
                ),
            ],
        ),
    };
    text.push(Piece::Text(come));
    text.push(Piece::Text(speech.text("letter-more-bring")));
    text.push(Piece::Text(speech.text("letter-more-else")));
}

fn refused(
    speech: Speech<'_>,
    section: &NoticesSection,
    (ground, reason): (&str, &str),
    text: &mut Vec<Piece>,
) {
    text.push(Piece::Text(speech.text("letter-refused-why")));
    let known = RefusalGround::ALL.into_iter();
    for one in known.filter(|one| one.name() == ground) {
        text.push(Piece::Point(speech.text(refusal(one))));
    }
    text.push(Piece::Text(speech.text("letter-refused-facts")));
    text.push(Piece::Point(reason.to_owned()));
    text.push(Piece::Heading(speech.text("letter-what-now")));
    text.push(Piece::Text(speech.text("letter-refused-now")));
    text.push(Piece::Heading(speech.text("letter-appeal")));
    text.push(Piece::Text(speech.text("letter-appeal-informal")));
    let court = section.court.join(", ");
    text.push(Piece::Text(
        speech.format("letter-appeal-court", &[("court", court.into())]),
    ));
}

const fn recapture(wanted: Recapture) -> Id {
    match wanted {
        Recapture::Portrait => Id("letter-wanted-portrait"),
        Recapture::Fingers => Id("letter-wanted-fingers"),
        Recapture::Signature => Id("letter-wanted-signature"),
        Recapture::Documents => Id("letter-wanted-documents"),
        Recapture::Identity => Id("letter-wanted-identity"),
    }
}

const fn refusal(ground: RefusalGround) -> Id {
    match ground {
        RefusalGround::NotEntitled => Id("letter-ground-not-entitled"),
        RefusalGround::IdentityNotProven => Id("letter-ground-identity-not-proven"),
        RefusalGround::Duplicate => Id("letter-ground-duplicate"),
        RefusalGround::NotCompleted => Id("letter-ground-not-completed"),
        RefusalGround::NotPaid => Id("letter-ground-not-paid"),
    }
}
