//! What waits for the clerk today: drafts, what is on its way, what the centre asks for, and how the station is.

use std::sync::atomic::Ordering;

use axum::extract::{Path, State};
use axum::response::{IntoResponse, Redirect, Response};
use dossier::ApplicationId;
use dossier::staff::Role;
use maud::{Markup, html};
use pages::component::{
    Button, Cell, Column, Errors, Form, Irreversible, Notification, Table, Tag, Tile, Tiles, Tone,
    Values,
};
use pages::http::{Problem, Signed};
use pages::{Layout, Page, Speech, Visit};
use time::OffsetDateTime;

use super::asking;
use super::desk::{Desk, Part, encode, load_form, navigation};
use super::place::{Place, failed, holds, stamp};
use crate::capture::application::Heard;
use crate::capture::{Application, Step};
use crate::edge;
use crate::outbox::{ApplicationState, Item, Recapture, State as Stage, Task};
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
    let asked = open_tasks(&place, &drafts).await?;
    let waiting = items
        .iter()
        .filter(|item| item.state == Stage::Waiting)
        .count();
    let body = html! {
        (trouble(&place, &visit).await?)
        @for alarm in &alarms {
            (Notification::new(Tone::Bad, speech.text(alarm.cause.message_id())).more(html! {
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
    recapture_of: Option<ApplicationId>,
}

/// What the centre asks to capture again and nobody here has begun or sent.
async fn open_tasks(place: &Place, drafts: &[Row]) -> Result<Vec<Task>, Problem> {
    let mut tasks = place
        .outbox
        .unanswered_tasks()
        .await
        .map_err(failed("tasks"))?;
    let begun = |task: &Task| {
        drafts
            .iter()
            .any(|row| row.recapture_of == Some(task.application))
    };
    tasks.retain(|task| task.state == ApplicationState::MoreNeeded && !begun(task));
    Ok(tasks)
}

/// What the centre asks to capture again of that application.
pub(super) async fn asked(
    place: &Place,
    recapture_of: Option<ApplicationId>,
) -> Result<Vec<Recapture>, Problem> {
    let Some(wanted) = recapture_of else {
        return Ok(Vec::new());
    };
    let tasks = place.outbox.tasks().await.map_err(failed("tasks"))?;
    let task = tasks.into_iter().find(|task| task.application == wanted);
    Ok(task.map_or_else(Vec::new, |task| task.recapture))
}

async fn drafts(place: &Place) -> Result<Vec<Row>, Problem> {
    let mut rows = Vec::new();
    for head in place.drafts.list().await.map_err(failed("drafts"))? {
        // One of another form is listed without a name, to be discarded.
        let form = load_form(place, head.application).await.ok().flatten();
        rows.push(Row {
            id: head.application,
            name: form.as_ref().map(Application::name).unwrap_or_default(),
            step: step_of(form.as_ref()),
            recapture_of: form.as_ref().and_then(|form| form.recapture_of),
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
            (Notification::new(Tone::Bad, speech.text(full.message_id())).urgent())
        }
        @if over { (Notification::new(Tone::Bad, speech.text("today-configuration-over")).urgent()) }
        @if !place.working.load(Ordering::Relaxed) {
            (Notification::new(Tone::Bad, speech.text("today-not-working")).urgent())
        }
        @if let Some(trouble) = way {
            (Notification::new(Tone::Attention, speech.text(trouble.message_id())))
        }
    })
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

fn asked_again(speech: Speech<'_>, visit: &Visit, asked: &[Task]) -> Markup {
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

pub(super) fn again(speech: Speech<'_>, what: Recapture) -> String {
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
    let _turn = place.changing.lock().await;
    let wanted = match values.get("recapture") {
        "" => None,
        typed => {
            let tasks = open_tasks(&place, &drafts(&place).await?).await?;
            let task = tasks
                .iter()
                .find(|task| task.application.to_string() == typed);
            let Some(task) = task else {
                // Somebody else begins it, or the centre does not ask any more: the page says what there is.
                return Ok(Redirect::to("/today").into_response());
            };
            Some(task.application)
        }
    };
    let (mut rng, now) = (edge::rng(), visit.now());
    let id = ApplicationId::generate(&mut rng);
    let mut application = Application::new(id, &clerk, stamp(now)?);
    application.recapture_of = wanted;
    let bytes = encode(&application)?;
    let first = [(Part::Form.name(), &bytes[..])];
    let begun = place.drafts.begin(&mut rng, id, &first, now).await;
    begun.map_err(failed("beginning a draft"))?;
    Ok(Redirect::to(&format!("/applications/{id}/request")).into_response())
}

/// Goes on where the application is.
pub async fn go_on(desk: Desk) -> Response {
    desk.onward()
}

/// Asks before a draft is erased; also one that cannot be opened any more.
pub async fn ask_discard(
    State(place): State<Place>,
    Signed { visit, .. }: Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id: ApplicationId = id.parse().map_err(|_| Problem::NotFound)?;
    if !exists(&place, id).await? {
        return Err(Problem::NotFound);
    }
    let speech = visit.speech();
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(&visit, &values, &errors);
    let known = load_form(&place, id).await.ok().flatten();
    let name = match known.as_ref().map(Application::name).unwrap_or_default() {
        name if name.is_empty() => speech.text("today-nameless"),
        name => name,
    };
    let act = speech.format("discard-act", &[("name", name.into())]);
    let back = format!("/applications/{id}");
    let body = Irreversible::new(act, speech.text("discard-follows"), &*back)
        .show(&form, &format!("{back}/discard"));
    Ok(Page::new(&visit, speech.text("discard-title"))
        .navigation(navigation(&visit, false))
        .body(body)
        .render()
        .into_response())
}

async fn exists(place: &Place, id: ApplicationId) -> Result<bool, Problem> {
    let all = place.drafts.list().await.map_err(failed("drafts"))?;
    Ok(all.iter().any(|head| head.application == id))
}

/// Erases it.
pub async fn discard(
    State(place): State<Place>,
    _: Signed,
    Path(id): Path<String>,
) -> Result<Response, Problem> {
    let id: ApplicationId = id.parse().map_err(|_| Problem::NotFound)?;
    let _turn = place.changing.lock().await;
    // A draft that cannot be read is discarded too; a question about it ends by itself at the centre.
    let known = load_form(&place, id).await.ok().flatten();
    if known.is_some_and(|form| form.asked.is_some() || form.take_back) {
        asking::tell(&place, id);
    }
    let discarded = place.drafts.discard(id).await;
    discarded.map_err(failed("discarding a draft"))?;
    Ok(Redirect::to("/today").into_response())
}
