//! The manifest on paper, with the code of its hash, and as data that the token signed.

use axum::{
    extract::{Path, State},
    http::header,
    response::{IntoResponse as _, Response},
};
use evidence::manifest::Manifest;
use pages::{
    Id, Speech,
    http::Problem,
    paper::{Code, Paper},
};
use personalisation_core::shipping::{Sealed, Shipment};
use personalisation_store::shipping::KeptManifest;

use super::{Named, find, offices::Offices, words};
use crate::console::{
    Desk,
    permissions::Staffer,
    view::{failed, login},
};

/// What the code on the paper says: who hands over and who takes scan it and sign this hash.
fn code(manifest: &Manifest) -> String {
    format!("MANIFEST{}", hex::encode_upper(manifest.digest()))
}

/// A hash as people compare it: in groups of eight.
pub(super) fn grouped(hash: &[u8]) -> String {
    let groups = hash.chunks(4).map(hex::encode);
    groups.collect::<Vec<_>>().join(" ")
}

async fn kept(desk: &Desk, id: &str) -> Result<(Shipment, KeptManifest), Problem> {
    let shipment = find(desk, id).await?;
    let kept = desk.store.shipment_manifest(shipment.id()).await;
    let kept = kept.map_err(failed)?.ok_or(Problem::NotFound)?;
    Ok((shipment, kept))
}

/// The manifest as PDF, in the language of whoever asks.
pub(super) async fn pdf(
    State(desk): State<Desk>,
    staffer: Staffer,
    Path(id): Named,
) -> Result<Response, Problem> {
    let (shipment, kept) = kept(&desk, &id).await?;
    let sealed = shipment.state().sealed().ok_or(Problem::NotFound)?;
    let speech = staffer.visit.speech();
    let offices = Offices::read(&desk, staffer.visit.now()).await?;
    let names = Names {
        destination: offices.name(speech, shipment.destination()),
        by: login(&desk, sealed.sealers.by()).await?,
        counted_by: login(&desk, sealed.sealers.counted_by()).await?,
    };
    let paper = paper(speech, &shipment, (sealed, &kept.manifest), &names);
    let pdf = paper.write(&speech.text("letter-lacking"));
    let pdf = pdf.map_err(|error| {
        tracing::error!(%error, "writing a manifest");
        Problem::Failed
    })?;
    let name = format!("inline; filename=\"manifest-{}.pdf\"", shipment.number());
    Ok(file("application/pdf", &name, pdf))
}

/// Who and where, in words.
struct Names {
    destination: String,
    by: String,
    counted_by: String,
}

fn paper(
    speech: Speech<'_>,
    shipment: &Shipment,
    (sealed, manifest): (&Sealed, &Manifest),
    names: &Names,
) -> Paper {
    let number = [("number", shipment.number().into())];
    let title = speech.format("manifest-title", &number);
    let fact = |name: Id, value: String| (speech.text(name), value);
    let facts = [
        fact(
            Id("shipping-container"),
            speech.text(words::container(shipment.container())),
        ),
        fact(Id("shipping-destination"), names.destination.clone()),
        fact(Id("shipping-seal"), sealed.seal.to_string()),
        fact(Id("shipping-pieces"), speech.number(sealed.pieces)),
        fact(Id("shipping-sealed-at"), speech.moment(sealed.at)),
        fact(Id("shipping-sealed-by"), names.by.clone()),
        fact(Id("shipping-counted-by"), names.counted_by.clone()),
        fact(Id("shipping-hash"), grouped(&manifest.digest())),
    ];
    let cards = manifest.pieces().iter().map(|piece| piece.number.clone());
    Paper::new(&title, speech.language())
        .foot(&title)
        .text(speech.text("manifest-says"))
        .facts(facts)
        .code(Code {
            content: code(manifest),
            alternative: speech.text("manifest-code-alternative"),
            beside: speech.text("manifest-code"),
        })
        .heading(speech.text("shipping-contents"))
        .list(cards)
        .heading(speech.text("manifest-handovers"))
        .facts([Id("manifest-given"), Id("manifest-taken")].map(|id| fact(id, LINE.to_owned())))
}

/// Where somebody signs.
const LINE: &str = "________________________";

/// The signed manifest, as it is verified (`evidence::manifest`).
pub(super) async fn signed(
    State(desk): State<Desk>,
    _staffer: Staffer,
    Path(id): Named,
) -> Result<Response, Problem> {
    let (shipment, kept) = kept(&desk, &id).await?;
    let signed = kept.signed.ok_or(Problem::NotFound)?;
    let name = format!(
        "attachment; filename=\"manifest-{}.cbor\"",
        shipment.number()
    );
    Ok(file("application/cbor", &name, signed))
}

/// A file that no browser keeps.
pub(super) fn file(kind: &str, disposition: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, kind),
        (header::CACHE_CONTROL, "no-store"),
        (header::CONTENT_DISPOSITION, disposition),
    ];
    (headers, bytes).into_response()
}
