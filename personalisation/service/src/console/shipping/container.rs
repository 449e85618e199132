//! `/shipping/SHIPMENT`: one container. While it is open: the scan of a card and its cover, and what is inside; once it is
//! sealed: what was sealed.

use axum::{
    extract::{Path, Query, State},
    http::StatusCode,
    response::{IntoResponse as _, Redirect, Response},
};
use maud::{Markup, html};
use pages::{
    Id,
    component::{
        Button, Cell, Choice, Column, Errors, Form, Notification, SummaryList, SummaryRow, Table,
        Tag, Tile, Tiles, Tone, Values,
    },
    http::Problem,
};
use personalisation_core::{
    document_number::DocumentNumber,
    shipping::{Sealed, Shipment, TakenOut},
};
use personalisation_store::{
    StoreError,
    shipping::{PieceRow, TakeOut},
};
use serde::Deserialize;

use super::{
    Named, find,
    offices::Offices,
    path, refused,
    scan::{self, Held},
    table, words,
};
use crate::console::{
    Desk,
    permissions::{Action, Resource, Staffer},
    view::{failed, login, moment, page},
};

/// What was done before.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Before {
    #[serde(default)]
    said: String,
}

pub(super) async fn show(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Named,
    Query(before): Query<Before>,
) -> Result<Markup, Problem> {
    let shipment = find(&desk, &id).await?;
    let speech = staffer.visit.speech();
    let said = match &*before.said {
        "packed" => Some((Tone::Good, Id("shipping-packed"))),
        "already" => Some((Tone::Notice, Id("shipping-already"))),
        "out" => Some((Tone::Good, Id("shipping-taken-out"))),
        "scrapped" => Some((Tone::Attention, Id("shipping-scrapped"))),
        _ => None,
    };
    let said = said.map(|(tone, text)| Notification::new(tone, speech.text(text)).urgent().large());
    render(
        &desk,
        &staffer,
        &shipment,
        (said, &Held::default(), &Errors::new()),
    )
    .await
}

/// The page, with what is said at its top and what was scanned so far.
pub(super) async fn render(
    desk: &Desk,
    staffer: &Staffer,
    shipment: &Shipment,
    (said, held, errors): (Option<Notification>, &Held, &Errors),
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let offices = Offices::read(desk, staffer.visit.now()).await?;
    let inside = desk.store.shipment_pieces(shipment.id()).await;
    let inside = inside.map_err(failed)?;
    let mine = staffer.may(Resource::Shipping, Action::Act);
    let to = offices.name(speech, shipment.destination());
    let body = html! {
        @if let Some(said) = said { (said) }
        @if let Some(sealed) = shipment.state().sealed() {
            (closed(desk, staffer, shipment, sealed).await?)
        } @else {
            @if mine { (scan::field(staffer, shipment, held, errors)) }
            (Tiles::new([Tile {
                name: speech.text("shipping-inside"),
                figure: speech.number(inside.len()),
                tag: None,
                href: None,
            }]))
            @if mine && !inside.is_empty() {
                p { (Button::secondary(speech.text("shipping-to-seal")).href(format!("{}/seal", path(shipment)))) }
            }
        }
        (pieces(desk, staffer, &inside).await?)
        @if mine && shipment.is_open() && !inside.is_empty() { (out(staffer, shipment, &inside)) }
        p { a href="/shipping" { (speech.text("shipping-back")) } }
    };
    let number = [("number", shipment.number().into())];
    let name = speech.text(words::container(shipment.container()));
    let title = format!("{name} {}", speech.format("shipping-number", &number));
    Ok(page(staffer, "/shipping", title)
        .above(&*to)
        .failed(!errors.is_empty())
        .body(body)
        .render())
}

/// What was sealed, by whom, and its manifest.
async fn closed(
    desk: &Desk,
    staffer: &Staffer,
    shipment: &Shipment,
    sealed: &Sealed,
) -> Result<Markup, Problem> {
    let speech = staffer.visit.speech();
    let row = |name: Id, value: String| SummaryRow {
        name: speech.text(name),
        value: html! { (value) },
        change: None,
    };
    let kept = desk.store.shipment_manifest(shipment.id()).await;
    let kept = kept.map_err(failed)?.ok_or(Problem::NotFound)?;
    let facts = SummaryList::new([
        row(Id("shipping-seal"), sealed.seal.to_string()),
        row(Id("shipping-pieces"), speech.number(sealed.pieces)),
        row(Id("shipping-sealed-at"), moment(speech, sealed.at)),
        row(
            Id("shipping-sealed-by"),
            login(desk, sealed.sealers.by()).await?,
        ),
        row(
            Id("shipping-counted-by"),
            login(desk, sealed.sealers.counted_by()).await?,
        ),
        row(
            Id("shipping-hash"),
            super::manifest::grouped(&sealed.manifest.0),
        ),
    ]);
    let base = path(shipment);
    Ok(html! {
        p { (Tag::new(Tone::Good, speech.text("shipping-is-sealed"))) }
        (facts)
        p { (Button::primary(speech.text("shipping-manifest-paper")).href(format!("{base}/manifest"))) }
        @if kept.signed.is_some() {
            p { a href={ (base) "/signed" } { (speech.text("shipping-manifest-data")) } }
        } @else {
            (Notification::new(Tone::Waiting, speech.text("shipping-unsigned")))
        }
    })
}

async fn pieces(desk: &Desk, staffer: &Staffer, inside: &[PieceRow]) -> Result<Table, Problem> {
    let speech = staffer.visit.speech();
    let columns = [
        Column::words(speech.text("shipping-card")),
        Column::words(speech.text("shipping-packed-at")),
        Column::words(speech.text("shipping-packed-by")),
    ];
    let mut table = Table::new(speech.text("shipping-contents"), columns)
        .or_if_empty(speech.text("shipping-nothing-inside"));
    for row in inside {
        table = table.row([
            Cell::from(row.piece.number.as_str()),
            Cell::from(moment(speech, row.packed_at)),
            Cell::from(login(desk, row.packed_by).await?),
        ]);
    }
    Ok(table)
}

/// The form by which a card comes out again.
fn out(staffer: &Staffer, shipment: &Shipment, inside: &[PieceRow]) -> Markup {
    let speech = staffer.visit.speech();
    let (values, errors) = (Values::default(), Errors::new());
    let form = Form::new(&staffer.visit, &values, &errors);
    let which = Choice::select("number", speech.text("shipping-out-which"));
    let which = inside.iter().fold(which, |which, row| {
        which.answer(row.piece.number.as_str(), row.piece.number.as_str())
    });
    let why = Choice::select("why", speech.text("shipping-out-why"));
    let why = TakenOut::ALL.into_iter().fold(why, |why, one| {
        why.answer(one.name(), speech.text(words::taken_out(one)))
    });
    html! {
        h2 { (speech.text("shipping-out")) }
        (form.wrap_unguarded(&format!("{}/out", path(shipment)), &html! {
            (form.choice(&which))
            (form.choice(&why))
            p { (speech.text("shipping-out-about")) }
            div.acts.plain { (Button::secondary(speech.text("shipping-take-out"))) }
        }))
    }
}

pub(super) async fn take_out(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Named,
    values: Values,
) -> Result<Response, Problem> {
    let shipment = find(&desk, &id).await?;
    let number: Result<DocumentNumber, _> = values.get("number").parse();
    let why = TakenOut::from_name(values.get("why"));
    let (Ok(number), Some(why)) = (number, why) else {
        return Err(Problem::StaleForm);
    };
    let card = desk.store.attempt_by_number(number).await;
    let card = card.map_err(failed)?.ok_or(Problem::StaleForm)?;
    let out = TakeOut {
        shipment: shipment.id(),
        number,
        why,
        by: staffer.person,
    };
    match table(&desk).take_out(card.id(), &out).await {
        Ok(_) => {
            let said = if why == TakenOut::Damaged {
                "scrapped"
            } else {
                "out"
            };
            Ok(Redirect::to(&format!("{}?said={said}", path(&shipment))).into_response())
        }
        Err(StoreError::Packing(error)) => {
            let (tone, text) = words::refusal(staffer.visit.speech(), &error);
            let said = Some(Notification::new(tone, text).urgent().large());
            let (held, errors) = (Held::default(), Errors::new());
            let page = render(&desk, &staffer, &shipment, (said, &held, &errors)).await?;
            Ok((StatusCode::CONFLICT, page).into_response())
        }
        Err(error) => Err(refused(error)),
    }
}
