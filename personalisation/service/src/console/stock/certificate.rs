//! The certificate of destruction on paper: which blanks, how, when, and the two who sign.

use dossier::PersonId;
use pages::{Id, Language, Speech, Texts, paper::Paper};
use personalisation_store::{Store, stock::Destruction};

use super::{destruction::method, grouped};
use crate::{console::MESSAGES, stock::StockError};

/// The certificate as PDF, in that language.
pub async fn certificate(
    store: &Store,
    done: &Destruction,
    language: Language,
) -> Result<Vec<u8>, StockError> {
    let texts = Texts::new(MESSAGES).map_err(|error| StockError::Paper(error.to_string()))?;
    written(store, done, texts.speak(language)).await
}

/// The same in the language of `speech`.
pub(super) async fn written(
    store: &Store,
    done: &Destruction,
    speech: Speech<'_>,
) -> Result<Vec<u8>, StockError> {
    let title = speech.format("certificate-title", &[("number", done.number.into())]);
    let chips = store.destroyed_chips(done.id).await?;
    let digest = crate::stock::digest(&chips.iter().map(|(chip, _)| *chip).collect::<Vec<_>>());
    let fact = |name: Id, value: String| (speech.text(name), value);
    let facts = [
        fact(Id("destruction-certificate"), speech.number(done.number)),
        fact(Id("destruction-at"), speech.moment(done.at)),
        fact(Id("destruction-method"), speech.text(method(done.method))),
        fact(Id("stock-blanks"), speech.number(done.blanks)),
        fact(Id("certificate-digest"), hex::encode(digest)),
    ];
    let serials = chips.iter().map(|(chip, _)| grouped(&chip.to_string()));
    let signatures = [
        (name(store, done.by).await?, LINE.to_owned()),
        (name(store, done.with).await?, LINE.to_owned()),
    ];
    Paper::new(&title, speech.language())
        .foot(&title)
        .text(speech.text("certificate-says"))
        .facts(facts)
        .heading(speech.text("certificate-serials"))
        .list(serials)
        .heading(speech.text("certificate-signatures"))
        .facts(signatures)
        .write(&speech.text("letter-lacking"))
        .map_err(|error| StockError::Paper(error.to_string()))
}

/// Where somebody signs.
const LINE: &str = "________________________";

/// Somebody's name and login; their id where they are not known any more.
async fn name(store: &Store, person: PersonId) -> Result<String, StockError> {
    Ok(match store.person(person).await? {
        Some(known) => format!("{} ({})", known.name.as_str(), known.login),
        None => person.to_string(),
    })
}
