//! What the decision on residence grants: asked for with the papers, printed on the permit.

use dossier::dossier::{DocumentType, Residence};
use dossier::{Day, Text};
use maud::{Markup, html};
use pages::component::{Errors, Form, Input, Values};

use super::super::desk::Desk;
use super::{date, date_fields};

/// Lines of remarks that a permit has.
const REMARKS: usize = 4;

/// Whether it is asked for.
pub fn is_asked(desk: &Desk) -> bool {
    let request = desk.application.request;
    request.is_some_and(|request| request.document == DocumentType::ResidencePermit)
}

/// What was typed before, as the form's values.
pub fn values(residence: &Residence) -> Vec<(String, String)> {
    let mut values = vec![(
        "category".to_owned(),
        residence.category.as_str().to_owned(),
    )];
    for (row, remark) in residence.remarks.iter().enumerate() {
        values.push((format!("remark-{row}"), remark.as_str().to_owned()));
    }
    let ends = residence
        .ends
        .map(|day| date_fields("title-ends", day.date()));
    values.extend(ends.into_iter().flatten());
    values
}

/// The fields.
pub fn fields(desk: &Desk, form: &Form<'_>) -> Markup {
    let speech = desk.speech();
    let category = Input::text("category", speech.text("residence-category"));
    let category = category.hint(speech.text("residence-category-hint"));
    let ends = Input::date("title-ends", speech.text("residence-ends"));
    let ends = ends.hint(speech.text("residence-ends-hint")).optional();
    let remark = |row: usize| {
        let name = speech.format("residence-remark", &[("number", (row + 1).into())]);
        Input::text(format!("remark-{row}"), name).optional()
    };
    html! {
        div.paper role="group" aria-labelledby="residence" {
            h2 id="residence" { (speech.text("residence-heading")) }
            (form.input(&category))
            (form.input(&ends))
            @for row in 0..REMARKS { (form.input(&remark(row))) }
        }
    }
}

/// What was typed; none, with its errors, where something is wrong.
pub fn read(desk: &Desk, values: &Values, errors: &mut Errors) -> Option<Residence> {
    let speech = desk.speech();
    let category = Text::new(values.get("category"));
    if category.is_err() {
        errors.add("category", speech.text("residence-category-missing"));
    }
    let ends = date(values, "title-ends");
    if ends.is_err() {
        errors.add("title-ends", speech.text("date-wrong"));
    }
    let mut remarks = Vec::new();
    for row in 0..REMARKS {
        let name = format!("remark-{row}");
        let typed = values.get(&name);
        match (!typed.is_empty()).then(|| Text::new(typed)) {
            Some(Ok(remark)) => remarks.push(remark),
            Some(Err(_)) => errors.add(name, speech.text("text-too-long")),
            None => {}
        }
    }
    Some(Residence {
        category: category.ok()?,
        ends: ends.ok()?.and_then(|day| Day::try_from(day).ok()),
        remarks,
    })
}
