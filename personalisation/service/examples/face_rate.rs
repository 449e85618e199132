//! Times the two faces of one card and prints one JSON object a figure.
//!
//! ```text
//! cargo run --release -p personalisation --example face_rate [ORDER.toml [FOLDER]]
//! ```
//!
//! With an order, its card is drawn instead of a generated person's; with a folder, the pictures are left there.

use std::{
    error::Error,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

use hardware_sim::people::{self, People, portrait::Fault};
use icao9303::mrz::Mrz;
use personalisation::{
    edge,
    faces::{CardFacts, Faces, Holder, Prepared},
    order::{self, OrderFile, PermitSection},
};
use personalisation_core::{document_number::DocumentNumber, issuer_profile::IssuerProfile};
use serde_json::json;

const RUNS: usize = 15;
/// Milliseconds for two faces on one core, PNG included.
const LIMIT: f64 = 300.0;

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let work = tempfile::tempdir()?;
    let order = match arguments.next() {
        Some(order) => order,
        None => person(work.path())?,
    };
    let (profile, holder, mrz, number) = content(&order)?;
    let card = CardFacts {
        number,
        can: "274816".to_owned(),
        mrz,
    };
    let faces = Faces::new();
    let begin = Instant::now();
    faces.warm_up(&profile)?;
    let sheets = milliseconds(begin);
    let prepare = best(|| Faces::prepare(&profile, holder.clone()).map(drop))?;
    let prepared: Prepared = Faces::prepare(&profile, holder.clone())?;
    let draw = best(|| faces.draw(&prepared, &card).map(drop))?;
    let both = best(|| {
        let prepared = Faces::prepare(&profile, holder.clone())?;
        faces.draw(&prepared, &card).map(drop)
    })?;
    let pictures = faces.draw(&prepared, &card)?;
    let bytes = u32::try_from(pictures.front.len() + pictures.back.len())?;
    for figure in [
        figure("faces_of_one_card", both, Some(LIMIT), "the requirement"),
        figure("faces_pictures_decoded", prepare, None, "reported only"),
        figure("faces_drawn_and_png", draw, None, "reported only"),
        figure(
            "faces_shared_sheets",
            sheets,
            None,
            "reported only; once a line and issuer",
        ),
        json!({ "name": "faces_png", "value": f64::from(bytes) / 1024.0, "unit": "KiB", "limit": null, "met": true,
                "against": "reported only; both files" }),
    ] {
        println!("{figure}");
    }
    if let Some(folder) = arguments.next() {
        fs::create_dir_all(&folder)?;
        fs::write(folder.join("front.png"), &pictures.front)?;
        fs::write(folder.join("back.png"), &pictures.back)?;
    }
    Ok(())
}

/// A generated person's order.
fn person(out: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let people = People {
        seed: 1,
        count: 1,
        out: Some(out.to_owned()),
        cache: None,
        fault: Fault::None,
        register: None,
    };
    let folders = people::run(&people, |_| ())?;
    let folder = folders.first().ok_or("nobody was drawn")?;
    Ok(folder.join("person.toml"))
}

/// What an order says, and the numbers of its card.
fn content(order: &Path) -> Result<(IssuerProfile, Holder, Mrz, String), Box<dyn Error>> {
    let folder = order.parent().unwrap_or(Path::new(""));
    let mut rng = edge::rng();
    let prepared = order::prepare(
        &OrderFile::load(order)?,
        folder,
        &PermitSection::default(),
        edge::now(),
        &mut rng,
    )?;
    let number = DocumentNumber::generate(&mut rng);
    let mrz = prepared.identity.mrz(number)?;
    let profile = prepared.identity.issuer_profile()?;
    Ok((profile, prepared.holder()?, mrz, number.to_string()))
}

fn figure(name: &str, value: f64, limit: Option<f64>, against: &str) -> serde_json::Value {
    let met = limit.is_none_or(|limit| value <= limit);
    json!({ "name": name, "value": value, "unit": "ms", "limit": limit, "met": met, "against": against })
}

/// The shortest of several runs, in milliseconds.
fn best<E>(mut run: impl FnMut() -> Result<(), E>) -> Result<f64, E> {
    let mut shortest = f64::INFINITY;
    for _ in 0..RUNS {
        let begin = Instant::now();
        run()?;
        shortest = shortest.min(milliseconds(begin));
    }
    Ok(shortest)
}

fn milliseconds(begin: Instant) -> f64 {
    begin.elapsed().as_secs_f64() * 1000.0
}
