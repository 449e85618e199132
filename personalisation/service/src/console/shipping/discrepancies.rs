//! `/shipping/discrepancies`: what is not as it should be, the most urgent first; told of here or from the road, settled with words by its
//! owner. The clock reminds; nothing happens by it.

use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use pages::{
    Id, Layout, Speech,
    component::{
        Button, ButtonBar, Cell, Choice, Column, Errors, Form, Input, SummaryList, SummaryRow,
        Table, Tag, Tone, Values, Width,
    },
    http::Problem,
};
use personalisation_core::{
    ids::{DiscrepancyId, ShipmentId},
    shipping::discrepancy::Kind,
};
use personalisation_store::{
    StoreError,
    shipping::{Discrepancy, NewDiscrepancy},
    staff::Role,
};
use time::OffsetDateTime;

use super::refused;
use crate::console::{
    Desk,
    acting::begin,
    permissions::{Action, Resource, Staffer},
    view::{failed, login, moment, page},
};

/// Longest text, characters.
const MAX_WORDS: usize = 1000;

pub(super) async fn show(State(desk): State<Desk>, staffer: Staffer) -> Result<Markup, Problem> {
    list(&desk, &staffer, &Values::default(), &Errors::new()).await
}

async fn list(
    desk: &Desk,
    staffer: &Staffer,
    values: &Values,
    errors: &Errors,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let all = desk.store.discrepancies().await.map_err(failed)?;
    let (settled, open): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.settled.is_some());
    let body = html! {
        (table(desk, staffer, Id("discrepancies-open"), &open).await?)
        @if staffer.may(Resource::Shipping, Action::Act) { (telling(staffer, values, errors)) }
        (table(desk, staffer, Id("discrepancies-settled"), &settled).await?)
        p { a href="/shipping" { (speech.text("shipping-back")) } }
    };
    Ok(
        page(staffer, "/shipping", speech.text("discrepancies-title"))
            .failed(!errors.is_empty())
            .body(body)
            .render(),
    )
}

async fn table(
    desk: &Desk,
    staffer: &Staffer,
    caption: Id,
    listed: &[Discrepancy],
) -> Result<Table, Problem> {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let columns = [
        Column::words(speech.text("discrepancies-kind")),
        Column::words(speech.text("shipping-container")),
        Column::words(speech.text("discrepancies-owner")),
        Column::words(speech.text("discrepancies-opened")),
        Column::words(speech.text("discrepancies-by")),
        Column::words(speech.text("discrepancies-due")),
    ];
    let mut table =
        Table::new(speech.text(caption), columns).or_if_empty(speech.text("discrepancies-none"));
    for one in listed {
        table = table.row([
            Cell::link(&path(one.told.id), &speech.text(kind(one.told.kind))),
            Cell::from(container(desk, speech, one.told.shipment).await?),
            Cell::from(speech.text(owner(one.told.kind))),
            Cell::from(moment(speech, one.opened_at)),
            Cell::from(login(desk, one.told.by).await?),
            Cell::of(&clock(speech, one, now)),
        ]);
    }
    Ok(table)
}

/// Until when, in words and colour.
fn clock(speech: Speech<'_>, one: &Discrepancy, now: OffsetDateTime) -> Tag {
    if one.settled.is_some() {
        return Tag::new(Tone::Good, speech.text("discrepancies-is-settled"));
    }
    let at = [("at", moment(speech, one.due_at).into())];
    if one.due_at < now {
        Tag::new(Tone::Bad, speech.format("discrepancies-over", &at))
    } else {
        Tag::new(Tone::Waiting, speech.format("discrepancies-until", &at))
    }
}

async fn container(desk: &Desk, speech: Speech<'_>, id: ShipmentId) -> Result<String, Problem> {
    let found = desk.store.shipment(id).await.map_err(failed)?;
    let shipment = found.ok_or(Problem::NotFound)?;
    let number = [("number", shipment.number().into())];
    let name = speech.text(super::words::container(shipment.container()));
    Ok(format!(
        "{name} {}",
        speech.format("shipping-number", &number)
    ))
}

fn path(id: DiscrepancyId) -> String {
    format!("/shipping/discrepancies/{id}")
}

const fn kind(kind: Kind) -> Id {
    match kind {
        Kind::MissingPiece => Id("discrepancies-missing-piece"),
        Kind::ExtraPiece => Id("discrepancies-extra-piece"),
        Kind::OtherPiece => Id("discrepancies-other-piece"),
        Kind::BrokenSeal => Id("discrepancies-broken-seal"),
        Kind::WrongPlace => Id("discrepancies-wrong-place"),
        Kind::Refused => Id("discrepancies-refused"),
        Kind::Returned => Id("discrepancies-returned"),
        Kind::Overdue => Id("discrepancies-overdue"),
    }
}

const fn owner(kind: Kind) -> Id {
    match kind.owner() {
        Role::Supervisor => Id("discrepancies-supervisor"),
        _ => Id("discrepancies-dispatcher"),
    }
}

fn telling(staffer: &Staffer, values: &Values, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let form = Form::new(&staffer.visit, values, errors);
    let seal = Input::text("seal", speech.text("discrepancies-seal"))
        .width(Width::Medium)
        .autocomplete("off");
    let what = Kind::ALL.into_iter().fold(
        Choice::select("kind", speech.text("discrepancies-what")),
        |choice, one| choice.answer(one.name(), speech.text(kind(one))),
    );
    let words = Input::lines("words", speech.text("discrepancies-words"))
        .hint(speech.text("discrepancies-words-hint"));
    html! {
        h2 { (speech.text("discrepancies-tell")) }
        (form.wrap("/shipping/discrepancies", &html! {
            (form.input(&seal))
            (form.choice(&what))
            (form.input(&words))
            (ButtonBar::new(Button::primary(speech.text("discrepancies-tell-act"))))
        }))
    }
}

/// Somebody at the centre tells of one.
pub(super) async fn tell(
    State(desk): State<Desk>,
    staffer: Staffer,
    values: Values,
) -> Result<Response, Problem> {
    let speech = staffer.visit.speech();
    let mut errors = Errors::new();
    let shipment = match values.get("seal").parse() {
        Ok(seal) => desk.store.shipment_of_seal(&seal).await.map_err(failed)?,
        Err(_) => None,
    };
    if shipment.is_none() {
        errors.add("seal", speech.text("discrepancies-error-seal"));
    }
    let told = Kind::from_name(values.get("kind"));
    if told.is_none() {
        errors.add("kind", speech.text("discrepancies-error-kind"));
    }
    check_words(speech, &values, &mut errors);
    let (Some(shipment), Some(kind), true) = (shipment, told, errors.is_empty()) else {
        let page = list(&desk, &staffer, &values, &errors).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    };
    let (mut rng, now) = (desk.rng, staffer.visit.now());
    let new = NewDiscrepancy {
        id: DiscrepancyId::generate(&mut rng),
        shipment: shipment.id(),
        kind,
        by: staffer.person,
    };
    let object = format!("shipment {} discrepancy {}", new.shipment, new.id);
    let act = begin(&desk, &staffer, "open-discrepancy", &object).await?;
    let done = [act.outcome(now, kind.name())];
    let opened = desk
        .store
        .open_discrepancy(&mut rng, &new, values.get("words"), &done, now);
    if let Err(error) = opened.await {
        let outcome = act.outcome(now, "nothing was opened");
        desk.store.audit(&[outcome]).await.map_err(failed)?;
        return Err(refused(error));
    }
    Ok(Redirect::to("/shipping/discrepancies").into_response())
}

fn check_words(speech: Speech<'_>, values: &Values, errors: &mut Errors) {
    let length = values.get("words").chars().count();
    if length == 0 || length > MAX_WORDS {
        errors.add("words", speech.text("discrepancies-error-words"));
    }
}

async fn find(desk: &Desk, id: &str) -> Result<Discrepancy, Problem> {
    let id = id.parse().map_err(|_| Problem::NotFound)?;
    let found = desk.store.discrepancy(id).await.map_err(failed)?;
    found.ok_or(Problem::NotFound)
}

pub(super) async fn one(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
) -> Result<Markup, Problem> {
    let found = find(&desk, &id).await?;
    render(
        &desk,
        &staffer,
        &found,
        (&Values::default(), &Errors::new()),
    )
    .await
}

async fn render(
    desk: &Desk,
    staffer: &Staffer,
    one: &Discrepancy,
    (values, errors): (&Values, &Errors),
) -> Result<Markup, Problem> {
    let (speech, now) = (staffer.visit.speech(), staffer.visit.now());
    let row = |name: Id, value: Markup| SummaryRow {
        name: speech.text(name),
        value,
        change: None,
    };
    let shipment = format!("/shipping/{}", one.told.shipment);
    let name = container(desk, speech, one.told.shipment).await?;
    let words = one.words.as_ref().map_or("", |words| words.as_str());
    let mut rows = vec![
        row(
            Id("shipping-container"),
            html! { a href=(shipment) { (name) } },
        ),
        row(
            Id("discrepancies-owner"),
            html! { (speech.text(owner(one.told.kind))) },
        ),
        row(Id("discrepancies-due"), html! { (clock(speech, one, now)) }),
        row(
            Id("discrepancies-opened"),
            html! { (moment(speech, one.opened_at)) },
        ),
        row(
            Id("discrepancies-by"),
            html! { (login(desk, one.told.by).await?) },
        ),
        row(Id("discrepancies-said"), html! { (words) }),
    ];
    if let Some(settled) = &one.settled {
        rows.extend([
            row(
                Id("discrepancies-settled-at"),
                html! { (moment(speech, settled.at)) },
            ),
            row(
                Id("discrepancies-settled-by"),
                html! { (login(desk, settled.by).await?) },
            ),
            row(
                Id("discrepancies-settlement"),
                html! { (settled.words.as_str()) },
            ),
        ]);
    }
    let photographs = desk.store.photographs(one.told.shipment).await;
    let body = html! {
        (SummaryList::new(rows))
        @for (place, id) in (1_u64..).zip(photographs.map_err(failed)?) {
            @let number = [("number", place.into())];
            img src={ (shipment) "/photographs/" (id) }
                alt=(speech.format("discrepancies-photograph", &number));
        }
        @if one.settled.is_none() && staffer.is(one.told.kind.owner()) {
            (settling(staffer, one, values, errors))
        }
        p { a href="/shipping/discrepancies" { (speech.text("discrepancies-back")) } }
    };
    Ok(page(staffer, "/shipping", speech.text(kind(one.told.kind)))
        .layout(Layout::Column)
        .failed(!errors.is_empty())
        .body(body)
        .render())
}

fn settling(staffer: &Staffer, one: &Discrepancy, values: &Values, errors: &Errors) -> Markup {
    let speech = staffer.visit.speech();
    let form = Form::new(&staffer.visit, values, errors);
    let words = Input::lines("words", speech.text("discrepancies-settle-words"))
        .hint(speech.text("discrepancies-words-hint"));
    form.wrap(
        &path(one.told.id),
        &html! {
            (form.input(&words))
            (ButtonBar::new(Button::primary(speech.text("discrepancies-settle"))))
        },
    )
}

/// Its owner settles it with words.
pub(super) async fn settle(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Path<String>,
    values: Values,
) -> Result<Response, Problem> {
    let speech = staffer.visit.speech();
    let found = find(&desk, &id).await?;
    let mut errors = Errors::new();
    check_words(speech, &values, &mut errors);
    if !errors.is_empty() {
        let page = render(&desk, &staffer, &found, (&values, &errors)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let id = found.told.id;
    let now = staffer.visit.now();
    let act = begin(
        &desk,
        &staffer,
        "settle-discrepancy",
        &format!("discrepancy {id}"),
    )
    .await?;
    let (mut rng, words) = (desk.rng, values.get("words"));
    let done = [act.outcome(now, "settled")];
    let settled = desk
        .store
        .settle_discrepancy(&mut rng, (id, staffer.person), words, &done, now);
    match settled.await {
        Ok(()) => Ok(Redirect::to(&path(id)).into_response()),
        Err(error) => {
            let outcome = act.outcome(now, "nothing was changed");
            desk.store.audit(&[outcome]).await.map_err(failed)?;
            match error {
                // Somebody was faster: what they said is shown.
                StoreError::Stale { .. } => Ok(Redirect::to(&path(id)).into_response()),
                error => Err(refused(error)),
            }
        }
    }
}
