//! One application in front of the clerk: loaded, shown at a step, saved.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use axum::extract::{FromRequestParts, Path};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use dossier::staff::Role;
use dossier::{ApplicationId, Configuration, Hash, Language, PersonId};
use maud::{Markup, html};
use pages::component::{
    Errors, Form, Notification, Step as Shown, StepList, StepState, Tone, Values,
};
use pages::http::{self, Problem, Signed, Who};
use pages::{Link, Page, Speech, Visit};
use serde::Serialize;
use serde::de::DeserializeOwned;
use time::Date;
use tokio::sync::OwnedMutexGuard;
use zeroize::Zeroizing;

use super::place::{Place, failed, holds};
use super::today;
use crate::capture::step::Circumstances;
use crate::capture::{Application, Step, build, summary};
use crate::draft::{Draft, DraftError};
use crate::edge;
use crate::outbox::Recapture;

/// The parts in which a draft is saved; pictures apart from words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Everything but pictures.
    Form,
    /// The portrait.
    Portrait,
    /// Both hands.
    Hands,
    /// The signature.
    Signature,
}

impl Part {
    /// Its name in the draft.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Form => "form",
            Self::Portrait => "portrait",
            Self::Hands => "hands",
            Self::Signature => "signature",
        }
    }
}

/// One application, and who works on it.
pub struct Desk {
    /// The station.
    pub place: Place,
    /// The request.
    pub visit: Visit,
    /// The clerk.
    pub who: Who,
    /// The application as it is saved.
    pub application: Application,
    /// The configuration in force.
    pub configuration: Arc<Configuration>,
    /// The day.
    pub today: Date,
    /// Whether the configuration does not hold now: then nothing is confirmed, approved or sent.
    pub over: bool,
    /// What the centre asks to capture again, where this is such an application.
    pub asked: Vec<Recapture>,
    revision: u64,
    _turn: Option<OwnedMutexGuard<()>>,
}

impl fmt::Debug for Desk {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Desk")
            .field("application", &self.application)
            .finish_non_exhaustive()
    }
}

impl FromRequestParts<Place> for Desk {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, place: &Place) -> Result<Self, Problem> {
        let Signed { visit, who } = Signed::from_request_parts(parts, place).await?;
        let path = Path::<HashMap<String, String>>::from_request_parts(parts, place).await;
        let Path(path) = path.map_err(|_| Problem::NotFound)?;
        let id = path.get("id").and_then(|id| id.parse().ok());
        let id: ApplicationId = id.ok_or(Problem::NotFound)?;
        let turn = if parts.method.is_safe() {
            None
        } else {
            Some(place.changing.clone().lock_owned().await)
        };
        let (application, revision) = load(place, id).await?;
        if http::revision(parts).is_some_and(|shown| shown != revision) {
            return Err(Problem::Overtaken);
        }
        let configuration = place.configuration().await?;
        let mut desk = Self {
            today: visit.now().date(),
            over: !holds(&configuration, visit.now())?,
            asked: today::asked(place, application.recapture_of).await?,
            configuration,
            place: place.clone(),
            visit,
            who,
            application,
            revision,
            _turn: turn,
        };
        desk.look_again();
        Ok(desk)
    }
}

impl Desk {
    /// The clerk's language.
    pub fn speech(&self) -> Speech<'_> {
        self.visit.speech()
    }

    /// The messages in the applicant's language.
    pub fn speak(&self, language: Language) -> Speech<'_> {
        let tag = pages::Language::from_tag(language.tag()).unwrap_or_default();
        self.visit.site().texts().speak(tag)
    }

    /// The clerk, as a dossier names them.
    pub fn person(&self) -> PersonId {
        PersonId::from_bytes(*self.who.person.bytes())
    }

    /// The hash of what the applicant would confirm now.
    pub fn summary(&self, language: Language) -> Hash {
        build::hash(&self.summary_text(language))
    }

    /// The text whose hash is confirmed, as it is now.
    pub fn summary_text(&self, language: Language) -> String {
        summary::text(&summary::rows(
            &self.application,
            self.speak(language),
            &self.configuration,
            self.today,
        ))
    }

    /// What was confirmed under another configuration or on another day holds while it reads the same; else the
    /// applicant reads it again.
    fn look_again(&mut self) {
        let confirmed = self.application.summary.as_ref();
        if confirmed.is_some_and(|one| self.summary(one.language) != one.text) {
            self.application.changed();
        }
    }

    /// A form of a page of this application.
    pub fn form<'a>(&'a self, values: &'a Values, errors: &'a Errors) -> Form<'a> {
        Form::new(&self.visit, values, errors).of_revision(self.revision)
    }

    /// The address of a page of this application.
    pub fn href(&self, page: &str) -> String {
        format!("/applications/{}/{page}", self.application.id)
    }

    /// What decides which steps there are.
    pub fn circumstances(&self) -> Circumstances<'_> {
        Circumstances {
            today: self.today,
            second_person: self.configuration.second_person(&self.place.office),
            configuration: &self.configuration,
        }
    }

    /// Where to go on: the first step that is not done, else sending.
    pub fn onward(&self) -> Response {
        let next = self.application.next(self.circumstances());
        Redirect::to(&self.href(next.map_or("send", Step::slug))).into_response()
    }

    /// Keeps somebody from a step whose predecessors are not done.
    pub fn ready_for(&self, step: Step) -> Result<(), Box<Response>> {
        let steps = self.application.steps(self.circumstances());
        let before = steps.iter().take_while(|(one, _)| *one != step);
        let exists = steps.iter().any(|(one, _)| *one == step);
        let undone = before.into_iter().any(|(_, done)| !done);
        if undone || !exists {
            return Err(Box::new(self.onward()));
        }
        if self.over && matches!(step, Step::Summary | Step::Approval) {
            let text = self.speech().text("today-configuration-over");
            let body = html! { (Notification::new(Tone::Bad, text).urgent()) };
            return Err(Box::new(self.wrong(step, body)));
        }
        Ok(())
    }

    /// Saves parts; the applicant's confirmation is taken back.
    pub async fn save(&mut self, parts: &[Part]) -> Result<(), Problem> {
        self.application.changed();
        self.keep(parts).await
    }

    /// Saves parts as they are, all of them or none: what the form says was confirmed is never beside other pictures.
    pub async fn keep(&mut self, parts: &[Part]) -> Result<(), Problem> {
        let next = self.application.next(self.circumstances());
        next.map_or("send", Step::slug)
            .clone_into(&mut self.application.goes_on_at);
        let person = self.person();
        self.application.handled_by.insert(person);
        let application = &self.application;
        let mut encoded = Vec::new();
        for part in parts.iter().chain(std::iter::once(&Part::Form)) {
            let bytes = match part {
                Part::Form => encode(application)?,
                Part::Portrait => encode(&application.portrait)?,
                Part::Hands => encode(&application.hands)?,
                Part::Signature => encode(&application.signature)?,
            };
            encoded.push((part.name(), bytes));
        }
        let all: Vec<(&str, &[u8])> = encoded
            .iter()
            .map(|(name, bytes)| (*name, &bytes[..]))
            .collect();
        let (mut rng, known) = (edge::rng(), Some(self.revision));
        let drafts = &self.place.drafts;
        let saved = drafts.save_all(&mut rng, application.id, &all, known, self.visit.now());
        self.revision = saved.await.map_err(draft_problem)?;
        Ok(())
    }

    /// A page of the wizard.
    pub fn page(&self, step: Step, body: Markup) -> Page<'_> {
        let speech = self.speech();
        let steps = self.list(step);
        let body = if self.asked.is_empty() {
            body
        } else {
            html! { (self.asked_again()) (body) }
        };
        Page::new(&self.visit, speech.text(step.name()))
            .navigation(navigation(&self.visit, false))
            .above(self.above(&steps))
            .steps(steps.show(speech))
            .body(body)
    }

    /// A step of the wizard that came back with errors.
    pub fn wrong(&self, step: Step, body: Markup) -> Response {
        let page = self.page(step, body).failed(true).render();
        (StatusCode::UNPROCESSABLE_ENTITY, page).into_response()
    }

    /// What the centre asks for, on every step.
    fn asked_again(&self) -> Markup {
        let speech = self.speech();
        let what: Vec<String> = self
            .asked
            .iter()
            .map(|one| today::again(speech, *one))
            .collect();
        let what = [("what", what.join(", ").into())];
        let text = speech.format("today-recapture-steps", &what);
        html! { (Notification::new(Tone::Notice, text)) }
    }

    fn above(&self, steps: &StepList) -> String {
        let (place, name) = (steps.place(self.speech()), self.application.name());
        if name.is_empty() {
            place
        } else {
            format!("{place} · {name}")
        }
    }

    fn list(&self, current: Step) -> StepList {
        let speech = self.speech();
        let steps = self.application.steps(self.circumstances());
        let mut reachable = true;
        StepList::new(steps.into_iter().map(|(step, done)| {
            let open = reachable;
            reachable &= done;
            Shown {
                name: speech.text(step.name()),
                href: self.href(step.slug()),
                state: match (step == current, open && done) {
                    (true, _) => StepState::Current,
                    (false, true) => StepState::Done,
                    (false, false) => StepState::Ahead,
                },
            }
        }))
    }
}

/// The links below the masthead.
pub fn navigation(visit: &Visit, today: bool) -> Vec<Link> {
    let speech = visit.speech();
    vec![
        Link {
            href: "/today".to_owned(),
            text: speech.text("today-title"),
            current: today,
        },
        Link {
            href: "/passkeys".to_owned(),
            text: speech.text("passkey-title"),
            current: false,
        },
    ]
}

/// An application as its draft has it, and the draft's revision.
pub async fn load(place: &Place, id: ApplicationId) -> Result<(Application, u64), Problem> {
    let draft = place.drafts.load(id).await.map_err(draft_problem)?;
    let mut application: Application = decode(&draft, Part::Form)?.ok_or(Problem::NotFound)?;
    application.portrait = decode(&draft, Part::Portrait)?.flatten();
    application.hands = decode(&draft, Part::Hands)?.unwrap_or_default();
    application.signature = decode(&draft, Part::Signature)?.flatten();
    Ok((application, draft.head.revision))
}

/// Only the words of an application, for lists.
pub async fn load_form(place: &Place, id: ApplicationId) -> Result<Option<Application>, Problem> {
    let bytes = place.drafts.load_step(id, Part::Form.name()).await;
    let Some(bytes) = bytes.map_err(draft_problem)? else {
        return Ok(None);
    };
    read(&bytes, Part::Form).map(Some)
}

/// What a part looks like in a draft.
pub fn encode<T: Serialize>(part: &T) -> Result<Zeroizing<Vec<u8>>, Problem> {
    serde_cbor::to_vec(part).map(Zeroizing::new).map_err(|_| {
        tracing::error!("a draft cannot be written");
        Problem::Failed
    })
}

fn decode<T: DeserializeOwned>(draft: &Draft, part: Part) -> Result<Option<T>, Problem> {
    let Some(bytes) = draft.step(part.name()) else {
        return Ok(None);
    };
    read(bytes, part).map(Some)
}

/// The decoder's own words quote what it read: they are about the applicant and stay out of the log.
fn read<T: DeserializeOwned>(bytes: &[u8], part: Part) -> Result<T, Problem> {
    serde_cbor::from_slice(bytes).map_err(|_| {
        let part = part.name();
        tracing::error!(
            part,
            "a draft is of another form than this program's; discard it"
        );
        Problem::Failed
    })
}

/// A draft that is gone is a page that is gone.
pub fn draft_problem(error: DraftError) -> Problem {
    match error {
        DraftError::Gone(_) => Problem::NotFound,
        DraftError::Newer { .. } => Problem::Overtaken,
        other => failed("a draft")(other),
    }
}

/// The clerk who works, as the dossier names them; refused to anybody else.
pub async fn clerk(desk: &Desk) -> Result<dossier::dossier::SignIn, Problem> {
    let now = desk.visit.now();
    let signed = desk.place.signed_in(&desk.who, Role::Clerk, now).await?;
    signed.ok_or(Problem::Forbidden)
}
