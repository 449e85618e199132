//! What waits for the clerk today: drafts, what is on its way, what the centre asks for, and how the station is.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use dossier::staff::Role;
use dossier::{ApplicationId, Timestamp};
use maud::{Markup, html};
use pages::component::{
    Button, Cell, Column, Errors, Form, Irreversible, Notification, Table, Tag, Tile, Tiles, Tone,
    Values,
};
use pages::http::{Problem, Signed};
use pages::{Id, Layout, Page, Speech, Visit};
use time::OffsetDateTime;

use super::asking;
use super::desk::{Desk, Part, encode, load_form, navigation};
use super::place::{Place, failed, stamp};
use crate::capture::application::Heard;
use crate::capture::{Application, Step};
use crate::edge;
use crate::outbox::{ApplicationState, Item, Recapture, State as Stage, Task, Trouble};
use crate::store::space;

/// Rows of the outbox that are shown.
const SHOWN: usize = 20;

/// The page.
pub async fn show(
    State(place): State<Place>,
    Signed { visit, .. }: Signed,
) -> Result<Response, Problem> {
    let speech = visit.speech();
    let drafts = drafts(&place).await?;
    let items = place.outbox.rows().await.map_err(failed("the outbox"))?;
    let alarms = place.outbox.alarms().await.map_err(failed("the outbox"))?;
    let tasks = place.outbox.tasks().await.map_err(failed("tasks"))?;
    let asked: Vec<&Task> = tasks
        .iter()
        .filter(|task| task.state == ApplicationState::MoreNeeded)
        .collect();
    let waiting = items
        .iter()
        .filter(|item| item.state == Stage::Waiting)
        .count();
    let body = html! {
        (trouble(&place, &visit).await?)
        @for alarm in &alarms {
            (Notification::new(Tone::Bad, speech.text(cause(alarm.cause.message_id()))).more(html! {
                p { (speech.format("today-application", &[("number", short(alarm.item.application).into())])) }
            }))
        }
        (begin(&visit))
        (tiles(&place, speech, drafts.len(), waiting, asked.len()))
        (asked_again(speech, &visit, &asked))
        (drafts_table(speech, &drafts))
        (outbox_table(speech, &items))
    };
    let page = Page::new(&visit, speech.text("today-title"))
        .layout(Layout::Wide)
        .navigation(navigation(&visit, true))
        .above(speech.date(visit.now().date()))
        .body(body);
    Ok(page.render().into_response())
}

/// One draft, as the list shows it.
struct Row {
    id: ApplicationId,
    name: String,
    step: Option<Step>,
    heard: Option<Heard>,
    saved_at: OffsetDateTime,
}

async fn drafts(place: &Place) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::new();
    for head in place.drafts.list().await.map_err(failed("drafts"))? {
        let form = load_form(place, head.application).await?;
        rows.push(Row {
            id: head.application,
            name: form.as_ref().map(Application::name).unwrap_or_default(),
            step: step_of(form.as_ref()),
            heard: form.and_then(|form| Some(form.asked?.heard)),
            saved_at: head.saved_at,
        });
    }
    Ok(rows)
}

/// Where a draft goes on; none where only sending is left.
fn step_of(form: Option<&Application>) -> Option<Step> {
    let at = form.map_or(Step::Request.slug(), |form| form.goes_on_at.as_str());
    let at = if at.is_empty() {
        Step::Request.slug()
    } else {
        at
    };
    Step::ALL.into_iter().find(|step| step.slug() == at)
}

/// What keeps the station from working, said before anything is captured.
async fn trouble(place: &Place, visit: &Visit) -> Result<Markup, Problem> {
    let speech = visit.speech();
    let space = space::check(&place.store)
        .await
        .map_err(failed("the disk"))?;
    let configuration = place.configuration().await?;
    let full = space.allows(&configuration.station).err();
    let over = !holds(&configuration, visit.now())?;
    let way = place.way.borrow().trouble;
    Ok(html! {
        @if let Some(full) = full {
            (Notification::new(Tone::Bad, speech.text(no_room(full.message_id()))).urgent())
        }
        @if over { (Notification::new(Tone::Bad, speech.text("today-configuration-over")).urgent()) }
        @if let Some(trouble) = way {
            (Notification::new(Tone::Attention, speech.text(way_words(trouble))))
        }
    })
}

fn holds(configuration: &dossier::Configuration, now: OffsetDateTime) -> Result<bool, Problem> {
    let now: Timestamp = stamp(now)?;
    Ok(configuration.issue.from <= now && now < configuration.issue.until)
}

fn no_room(id: &str) -> Id {
    if id == "space-outbox-full" {
        Id("space-outbox-full")
    } else {
        Id("space-disk-full")
    }
}

fn way_words(trouble: Trouble) -> Id {
    match trouble {
        Trouble::Unreachable => Id("outbox-trouble-unreachable"),
        Trouble::Certificate => Id("outbox-trouble-certificate"),
        Trouble::Refused => Id("outbox-trouble-refused"),
        Trouble::Clock => Id("outbox-trouble-clock"),
        Trouble::NoRoom => Id("outbox-trouble-no-room"),
    }
}

fn cause(id: &str) -> Id {
    match id {
        "outbox-alarm-unopened" => Id("outbox-alarm-unopened"),
        "outbox-alarm-other-dossier" => Id("outbox-alarm-other-dossier"),
        "outbox-alarm-rejected" => Id("outbox-alarm-rejected"),
        _ => Id("outbox-alarm-stuck"),
    }
}

fn begin(visit: &Visit) -> Markup {
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(visit, &values, &errors);
    form.wrap(
        "/applications",
        &html! {
            div.acts.plain { (Button::primary(visit.speech().text("today-begin"))) }
        },
    )
}

fn tiles(place: &Place, speech: Speech<'_>, drafts: usize, waiting: usize, asked: usize) -> Tiles {
    let status = *place.way.borrow();
    let line = match (status.trouble, status.last_contact) {
        (Some(_), _) => Tag::new(Tone::Attention, speech.text("today-line-down")),
        (None, Some(_)) => Tag::new(Tone::Good, speech.text("today-line-up")),
        (None, None) => Tag::new(Tone::Waiting, speech.text("today-line-unknown")),
    };
    let tile = |name: String, figure: usize, tag: Option<Tag>| Tile {
        name,
        figure: figure.to_string(),
        tag,
        href: None,
    };
    Tiles::new([
        tile(speech.text("today-drafts"), drafts, None),
        tile(speech.text("today-waiting"), waiting, Some(line)),
        tile(speech.text("today-asked"), asked, None),
    ])
}

fn asked_again(speech: Speech<'_>, visit: &Visit, asked: &[&Task]) -> Markup {
    if asked.is_empty() {
        return Markup::default();
    }
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(visit, &values, &errors);
    let columns = [
        Column::words(speech.text("today-number")),
        Column::words(speech.text("today-what")),
        Column::words(speech.text("today-appointment")),
        Column::words(speech.text("today-act")),
    ];
    asked
        .iter()
        .fold(
            Table::new(speech.text("today-asked-again"), columns),
            |table, task| {
                let what: Vec<String> = task
                    .recapture
                    .iter()
                    .map(|one| again(speech, *one))
                    .collect();
                let at = task
                    .appointment
                    .and_then(|at| OffsetDateTime::from_unix_timestamp(at).ok());
                let at = at.map_or_else(
                    || speech.text("today-no-appointment"),
                    |at| speech.moment(at),
                );
                let act = form.wrap(
                    "/applications",
                    &html! {
                        input type="hidden" name="recapture" value=(task.application);
                        (Button::secondary(speech.text("today-recapture")))
                    },
                );
                table.row([
                    Cell::from(short(task.application)),
                    Cell::from(what.join(", ")),
                    Cell::from(at),
                    Cell::of(&act),
                ])
            },
        )
        .into_markup()
}

/// A table as markup.
trait IntoMarkup {
    fn into_markup(self) -> Markup;
}

impl IntoMarkup for Table {
    fn into_markup(self) -> Markup {
        html! { (self) }
    }
}

fn again(speech: Speech<'_>, what: Recapture) -> String {
    match what {
        Recapture::Portrait => speech.text("step-portrait"),
        Recapture::Fingers => speech.text("step-fingers"),
        Recapture::Signature => speech.text("step-signature"),
        Recapture::Documents => speech.text("step-papers"),
        Recapture::Identity => speech.text("step-identity"),
    }
}

fn drafts_table(speech: Speech<'_>, rows: &[Row]) -> Markup {
    let columns = [
        Column::words(speech.text("today-applicant")),
        Column::words(speech.text("today-next-step")),
        Column::words(speech.text("today-saved")),
        Column::words(speech.text("today-act")),
    ];
    let table = Table::new(speech.text("today-drafts-list"), columns);
    let table = rows.iter().fold(table, |table, row| {
        let name = if row.name.is_empty() {
            speech.text("today-nameless")
        } else {
            row.name.clone()
        };
        let step = row.step.map_or_else(
            || speech.text("send-title"),
            |step| speech.text(step.name()),
        );
        let links = html! {
            a href={ "/applications/" (row.id) } {
                (speech.text("today-continue")) span.hidden { " " (name) }
            }
            " · "
            a href={ "/applications/" (row.id) "/discard" } {
                (speech.text("wizard-discard")) span.hidden { " " (name) }
            }
        };
        table.row([
            Cell::from(name.clone()),
            Cell::of(&html! { (step) @if let Some(heard) = &row.heard { " " (elsewhere(speech, heard)) } }),
            Cell::from(speech.moment(row.saved_at)),
            Cell::of(&links),
        ])
    });
    html! { (table.or_if_empty(speech.text("today-no-drafts"))) }
}

/// What was heard of a second person elsewhere.
fn elsewhere(speech: Speech<'_>, heard: &Heard) -> Tag {
    match heard {
        Heard::Waiting => Tag::new(Tone::Waiting, speech.text("elsewhere-waits")),
        Heard::Approved => Tag::new(Tone::Good, speech.text("elsewhere-approved")),
        Heard::Declined(_) => Tag::new(Tone::Bad, speech.text("elsewhere-declined")),
        Heard::Ended => Tag::new(Tone::Attention, speech.text("elsewhere-over")),
    }
}

fn outbox_table(speech: Speech<'_>, items: &[Item]) -> Markup {
    let columns = [
        Column::words(speech.text("today-number")),
        Column::words(speech.text("today-state")),
        Column::words(speech.text("today-since")),
    ];
    let table = Table::new(speech.text("today-outbox-list"), columns);
    let table = items.iter().take(SHOWN).fold(table, |table, item| {
        table.row([
            Cell::from(short(item.application)),
            Cell::of(&state(speech, item.state)),
            Cell::from(speech.moment(item.changed_at)),
        ])
    });
    html! { (table.or_if_empty(speech.text("today-no-outbox"))) }
}

fn state(speech: Speech<'_>, state: Stage) -> Tag {
    match state {
        Stage::Waiting => Tag::new(Tone::Waiting, speech.text("outbox-waiting")),
        Stage::Held => Tag::new(Tone::Notice, speech.text("outbox-held")),
        Stage::Accepted => Tag::new(Tone::Good, speech.text("outbox-accepted")),
        Stage::Rejected(_) => Tag::new(Tone::Bad, speech.text("outbox-rejected")),
    }
}

/// The first eight digits: enough to find one among a day's.
fn short(id: ApplicationId) -> String {
    id.to_string().chars().take(8).collect()
}

/// Begins an application, if there is room for it; one that the centre asks for again names the other.
pub async fn start(
    State(place): State<Place>,
    Signed { visit, who }: Signed,
    values: Values,
) -> Result<Response, Problem> {
    let clerk = place.signed_in(&who, Role::Clerk, visit.now()).await?;
    let clerk = clerk.ok_or(Problem::Forbidden)?;
    let configuration = place.configuration().await?;
    let space = space::check(&place.store)
        .await
        .map_err(failed("the disk"))?;
    if space.allows(&configuration.station).is_err() || !holds(&configuration, visit.now())? {
        // The page says why.
        return Ok(Redirect::to("/today").into_response());
    }
    let now = visit.now();
    let id = place.drafts.create(&mut edge::rng(), now).await;
    let id = id.map_err(failed("beginning a draft"))?;
    let mut application = Application::new(id, &clerk, stamp(now)?);
    application.recapture_of = values.get("recapture").parse().ok();
    let bytes = encode(&application)?;
    let name = Part::Form.name();
    place
        .drafts
        .save(&mut edge::rng(), id, name, &bytes, None, now)
        .await
        .map_err(failed("beginning a draft"))?;
    Ok(Redirect::to(&format!("/applications/{id}/request")).into_response())
}

/// Goes on where the application is.
pub async fn go_on(desk: Desk) -> Response {
    desk.onward()
}

/// Asks before a draft is erased.
pub async fn ask_discard(desk: Desk) -> Response {
    let speech = desk.speech();
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(&desk.visit, &values, &errors);
    let name = match desk.application.name() {
        name if name.is_empty() => speech.text("today-nameless"),
        name => name,
    };
    let act = speech.format("discard-act", &[("name", name.into())]);
    let back = desk.href("");
    let body = Irreversible::new(
        act,
        speech.text("discard-follows"),
        back.trim_end_matches('/'),
    )
    .show(&form, &desk.href("discard"));
    Page::new(&desk.visit, speech.text("discard-title"))
        .navigation(navigation(&desk.visit, false))
        .body(body)
        .render()
        .into_response()
}

/// Erases it.
pub async fn discard(desk: Desk) -> Result<Response, Problem> {
    if desk.application.asked.is_some() || desk.application.take_back {
        asking::tell(&desk.place, desk.application.id);
    }
    let discarded = desk.place.drafts.discard(desk.application.id).await;
    discarded.map_err(failed("discarding a draft"))?;
    Ok(Redirect::to("/today").into_response())
}
