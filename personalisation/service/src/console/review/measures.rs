//! What was measured, with its limits: the portrait's components, and of fingers the measures alone, never a picture.

use dossier::dossier::{Bound, Dossier, Measure};
use maud::{Markup, html};
use pages::{
    Speech,
    component::{Cell, Column, SummaryList, SummaryRow, Table, Tag, Tone},
};

use super::words;

pub(super) fn show(speech: Speech<'_>, dossier: &Dossier) -> Markup {
    let portrait = dossier.portrait.measures.iter();
    let portrait = portrait.map(|measure| (speech.text("measures-portrait"), measure));
    let fingers = dossier.fingers.iter().flat_map(|image| {
        let name = speech.text(words::finger(image.finger));
        image
            .measures
            .iter()
            .map(move |measure| (name.clone(), measure))
    });
    let columns = [
        Column::words(speech.text("measures-of")),
        Column::words(speech.text("measures-what")),
        Column::numbers(speech.text("measures-value")),
        Column::numbers(speech.text("measures-limit")),
        Column::words(speech.text("measures-outcome")),
    ];
    let table = Table::new(speech.text("measures-caption"), columns)
        .or_if_empty(speech.text("measures-none"));
    let table = portrait.chain(fingers).fold(table, |table, (of, measure)| {
        row(speech, table, of, measure)
    });
    html! {
        (table)
        p.hint { (speech.text("measures-no-fingers")) }
        (forced(speech, dossier))
    }
}

fn row(speech: Speech<'_>, table: Table, of: String, measure: &Measure) -> Table {
    let outcome = match measure.limit {
        None => Tag::new(Tone::Neutral, speech.text("measures-unlimited")),
        Some(_) if measure.passes() => Tag::new(Tone::Good, speech.text("measure-passes")),
        Some(_) => Tag::new(Tone::Attention, speech.text("measure-fails")),
    };
    let limit = measure.limit.map(|limit| {
        let value = thousandths(speech, limit.value);
        match limit.bound {
            Bound::AtLeast => format!("≥ {value}"),
            Bound::AtMost => format!("≤ {value}"),
        }
    });
    table.row([
        Cell::from(of),
        Cell::from(named(speech, measure.name.as_str())),
        Cell::from(thousandths(speech, measure.value)),
        Cell::from(limit.unwrap_or_default()),
        Cell::of(&outcome),
    ])
}

/// A measure in words; the name itself where a newer station measured something that nobody here knows.
fn named(speech: Speech<'_>, name: &str) -> String {
    pages::language::measure(name).map_or_else(|| name.to_owned(), |id| speech.text(id))
}

/// A value in thousandths, as a number with its decimals.
fn thousandths(speech: Speech<'_>, value: i64) -> String {
    let sign = if value < 0 { "-" } else { "" };
    let size = value.unsigned_abs();
    let text = format!("{sign}{}.{:03}", size / 1000, size % 1000);
    speech.number(text.trim_end_matches('0').trim_end_matches('.'))
}

/// Who forced a capture wrote why.
fn forced(speech: Speech<'_>, dossier: &Dossier) -> Markup {
    let portrait = dossier.portrait.forced.as_ref();
    let portrait = portrait.map(|why| (speech.text("measures-portrait"), why));
    let fingers = dossier.fingers.iter().filter_map(|image| {
        let why = image.forced.as_ref()?;
        Some((speech.text(words::finger(image.finger)), why))
    });
    let rows: Vec<SummaryRow> = portrait
        .into_iter()
        .chain(fingers)
        .map(|(name, why)| SummaryRow {
            name,
            value: html! { (why.as_str()) },
            change: None,
        })
        .collect();
    html! {
        @if !rows.is_empty() {
            h3 { (speech.text("measures-forced")) }
            (SummaryList::new(rows))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_measure_is_named_in_words_of_the_reader() {
        let texts = pages::Texts::new(crate::console::MESSAGES).unwrap();
        let portrait = biometrics::face::Measure::ALL.map(biometrics::face::Measure::name);
        let fingers = biometrics::finger::Measure::ALL.map(biometrics::finger::Measure::name);
        let names = portrait.into_iter().chain(fingers).chain(["device-score"]);
        for name in names {
            let words = pages::Language::ALL.map(|one| named(texts.speak(one), name));
            for word in &words {
                assert!(!word.is_empty() && word != name, "{name}: {word}");
            }
            assert_ne!(words[0], words[3], "{name}: French is not English");
        }
        assert_eq!(named(texts.speak(pages::Language::Fr), "newer"), "newer");
    }

    #[test]
    fn thousandths_are_written_with_the_decimals_they_have() {
        let texts = pages::Texts::new(&[]).unwrap();
        let speech = texts.speak(pages::Language::De);
        assert_eq!(thousandths(speech, 64_000), "64");
        assert_eq!(thousandths(speech, 64_250), "64,25");
        assert_eq!(thousandths(speech, -7), "\u{2212}0,007");
        assert_eq!(thousandths(speech, 0), "0");
    }
}
