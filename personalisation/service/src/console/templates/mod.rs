//! `/templates`: the versions by which faces are printed, who proposed and approved each, and the act that one may do.

mod specimen;

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use dossier::dossier::DocumentType;
use maud::{Markup, html};
use pages::{
    Id, Layout, Speech,
    component::{
        Button, Cell, Column, Errors, Form, Notification, SummaryList, SummaryRow, Table, Tag,
        Tone, Values,
    },
    http::Problem,
};
use personalisation_core::template::{
    APPROVALS, Origin, Template, TemplateError, TemplateKey, TemplateRecord,
};
use personalisation_store::{StoreError, review::names};

use super::{
    Desk,
    permissions::{Action, Resource, Staffer},
    review::words,
    routes::Routes,
    view::{failed, login, page},
};
use crate::{
    faces,
    template::{TemplateDeskError, Wish, carry_out, digest, document},
};

pub(super) use self::specimen::Specimens;

pub(super) fn add(routes: Routes) -> Routes {
    const ONE: &str = "/templates/{state}/{document}/{version}";
    routes
        .see("/templates", Resource::Templates, list)
        .see(ONE, Resource::Templates, show)
        .see(
            "/templates/{state}/{document}/{version}/specimen/{face}",
            Resource::Templates,
            specimen::show,
        )
        .act(
            "/templates/{state}/{document}/{version}/propose",
            Resource::Templates,
            propose,
        )
        .act(
            "/templates/{state}/{document}/{version}/approve",
            Resource::Templates,
            approve,
        )
}

/// A version that the centre knows, the program has, or both.
struct Seen {
    key: TemplateKey,
    record: Option<TemplateRecord>,
    ours: Option<&'static Template>,
}

impl Seen {
    fn path(&self) -> String {
        let (key, document) = (&self.key, names::document_type(self.key.document));
        format!(
            "/templates/{}/{document}/{}",
            key.issuer_profile, key.version
        )
    }

    /// Whether the program may propose what it has.
    fn is_proposable(&self) -> bool {
        match (&self.record, self.ours) {
            (Some(record), Some(ours)) => {
                record.template.digest != ours.digest && !record.is_frozen()
            }
            (None, Some(_)) => true,
            (_, None) => false,
        }
    }

    fn state(&self, speech: Speech<'_>) -> Tag {
        let (tone, word) = match (&self.record, self.ours) {
            (None, _) => (Tone::Waiting, Id("template-new")),
            (Some(record), _) if !record.is_approved() => (Tone::Waiting, Id("template-proposed")),
            (Some(record), Some(ours)) if record.template.digest != ours.digest => {
                (Tone::Bad, Id("template-differs"))
            }
            (Some(record), _) if record.is_frozen() => (Tone::Good, Id("template-frozen")),
            (Some(_), _) => (Tone::Good, Id("template-approved")),
        };
        Tag::new(tone, speech.text(word))
    }
}

async fn all(desk: &Desk) -> Result<Vec<Seen>, Problem> {
    let mut known = desk.store.templates().await.map_err(failed)?;
    let mut seen = Vec::new();
    for ours in faces::templates() {
        let place = known.iter().position(|one| one.template.key == ours.key);
        seen.push(Seen {
            key: ours.key.clone(),
            record: place.map(|place| known.swap_remove(place)),
            ours: Some(ours),
        });
    }
    // Of another release of the program.
    seen.extend(known.into_iter().map(|record| Seen {
        key: record.template.key.clone(),
        record: Some(record),
        ours: None,
    }));
    seen.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(seen)
}

async fn find(desk: &Desk, path: &(String, String, String)) -> Result<Seen, Problem> {
    let (state, name, version) = path;
    let wanted = document(name).zip(version.parse().ok());
    let (document, version): (DocumentType, u32) = wanted.ok_or(Problem::NotFound)?;
    let found = all(desk).await?.into_iter().find(|one| {
        one.key.issuer_profile == *state
            && one.key.document == document
            && one.key.version == version
    });
    found.ok_or(Problem::NotFound)
}

async fn list(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let columns = [
        Column::words(speech.text("template-document")),
        Column::words(speech.text("template-issuer")),
        Column::numbers(speech.text("template-version")),
        Column::words(speech.text("template-state")),
        Column::numbers(speech.text("template-approvals")),
    ];
    let mut table = Table::new(speech.text("template-caption"), columns);
    for one in all(&desk).await? {
        let record = one.record.as_ref();
        let approvals = record.map_or(0, |record| record.approvals.len());
        table = table.row([
            Cell::link(&one.path(), &speech.text(words::document(one.key.document))),
            Cell::from(one.key.issuer_profile.clone()),
            Cell::from(one.key.version.to_string()),
            Cell::of(&one.state(speech)),
            Cell::from(approvals.to_string()),
        ]);
    }
    let body = html! { p.lead { (speech.text("template-about")) } (table) };
    Ok(page(&staffer, "/templates", speech.text("template-title"))
        .body(body)
        .render())
}

async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(path): Path<(String, String, String)>,
) -> Result<Markup, Problem> {
    let seen = find(&desk, &path).await?;
    render(&desk, &staffer, &seen, None).await
}

/// One version; with what stood against an act that somebody tried.
async fn render(
    desk: &Desk,
    staffer: &Staffer,
    seen: &Seen,
    against: Option<Id>,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let facts = facts(desk, speech, seen).await?;
    let acts = if staffer.may(Resource::Templates, Action::Act) {
        acts(staffer, seen)
    } else {
        Markup::default()
    };
    let body = html! {
        @if let Some(against) = against {
            (Notification::new(Tone::Bad, speech.text(against)).urgent())
        }
        (facts)
        (specimen::section(speech, seen))
        (acts)
    };
    let title = speech.text(words::document(seen.key.document));
    Ok(page(staffer, "/templates", title)
        .above(format!("{} {}", seen.key.issuer_profile, seen.key.version))
        .layout(Layout::Column)
        .body(body)
        .render())
}

async fn facts(desk: &Desk, speech: Speech<'_>, seen: &Seen) -> Result<SummaryList, Problem> {
    let row = |name: Id, value: Markup| SummaryRow {
        name: speech.text(name),
        value,
        change: None,
    };
    let mut rows = vec![row(Id("template-state"), html! { (seen.state(speech)) })];
    if let Some(record) = &seen.record {
        let proposer = match record.origin {
            Origin::Founding => speech.text("template-founding"),
            Origin::Proposed(person) => login(desk, person).await?,
        };
        rows.push(row(Id("template-proposer"), html! { (proposer) }));
        let mut approvers = Vec::new();
        for person in &record.approvals {
            approvers.push(login(desk, *person).await?);
        }
        let approvers = approvers.join(", ");
        rows.push(row(Id("template-approvers"), html! { (approvers) }));
        let digest = hex::encode(record.template.digest.0);
        rows.push(row(Id("template-digest"), html! { code { (digest) } }));
    }
    if let Some(ours) = seen.ours {
        let digest = hex::encode(ours.digest.0);
        rows.push(row(Id("template-program"), html! { code { (digest) } }));
    }
    Ok(SummaryList::new(rows))
}

/// What this person may do with it: who proposed or approved it has done their part.
fn acts(staffer: &Staffer, seen: &Seen) -> Markup {
    let speech = staffer.visit.speech();
    let digest = seen.record.as_ref().map(|record| record.template.digest);
    let digest = digest.map_or_else(String::new, |digest| hex::encode(digest.0));
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(&staffer.visit, &values, &errors);
    let open = seen.record.as_ref().is_some_and(|record| {
        let own = record.origin == Origin::Proposed(staffer.person)
            || record.approvals.contains(&staffer.person);
        !record.is_approved() && !own
    });
    // Whoever approves has seen the specimen, which this program draws of its own content.
    let drawn = seen.record.as_ref().is_some_and(|record| {
        let ours = seen.ours.map(|ours| ours.digest);
        ours == Some(record.template.digest)
    });
    html! {
        @if seen.is_proposable() {
            p { (speech.text("template-propose-about")) }
            (form.wrap(&format!("{}/propose", seen.path()), &html! {
                div.acts.plain { (Button::primary(speech.text("template-propose"))) }
            }))
        } @else if open && !drawn {
            p { (speech.text("template-against-content")) }
        } @else if open {
            p { (speech.format("template-approve-about", &[("count", APPROVALS.into())])) }
            (form.wrap(&format!("{}/approve", seen.path()), &html! {
                div.acts.plain {
                    (Button::primary(speech.text("template-approve")).value("digest", digest))
                }
            }))
        }
    }
}

async fn propose(
    desk: State<Desk>,
    staffer: Staffer,
    Path(path): Path<(String, String, String)>,
) -> Result<Response, Problem> {
    settle(&desk, &staffer, &path, Wish::Propose).await
}

async fn approve(
    desk: State<Desk>,
    staffer: Staffer,
    Path(path): Path<(String, String, String)>,
    values: Values,
) -> Result<Response, Problem> {
    find(&desk, &path).await?;
    let seen = digest(values.get("digest")).ok_or(Problem::StaleForm)?;
    settle(&desk, &staffer, &path, Wish::Approve(seen)).await
}

async fn settle(
    desk: &Desk,
    staffer: &Staffer,
    path: &(String, String, String),
    wish: Wish,
) -> Result<Response, Problem> {
    let seen = find(desk, path).await?;
    let actor = format!("personalisation/console person {}", staffer.person);
    let (by, now) = ((staffer.person, actor.as_str()), staffer.visit.now());
    let mut rng = desk.rng;
    let done = carry_out(&desk.store, &seen.key, wish, by, &mut rng, now).await;
    let against = match done {
        Ok(_) => return Ok(Redirect::to(&seen.path()).into_response()),
        Err(TemplateDeskError::NotAllowed) => return Err(Problem::Forbidden),
        Err(TemplateDeskError::NoSuch(_)) => return Err(Problem::NotFound),
        Err(TemplateDeskError::OtherContent(_)) => Id("template-against-content"),
        Err(TemplateDeskError::Store(StoreError::Template(why))) => reason(why),
        Err(TemplateDeskError::Store(error)) => return Err(failed(error)),
    };
    // What it is by now, with what stood against it.
    let seen = find(desk, path).await?;
    let body = render(desk, staffer, &seen, Some(against)).await?;
    Ok((StatusCode::CONFLICT, body).into_response())
}

const fn reason(why: TemplateError) -> Id {
    match why {
        TemplateError::Proposer => Id("template-against-proposer"),
        TemplateError::Twice => Id("template-against-twice"),
        TemplateError::Approved => Id("template-against-approved"),
        TemplateError::Changed => Id("template-against-changed"),
        TemplateError::Former => Id("template-against-former"),
        TemplateError::Frozen => Id("template-against-frozen"),
        TemplateError::Same => Id("template-against-same"),
    }
}
