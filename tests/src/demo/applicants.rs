//! The demo's applicants: drawn by `hardware-sim people`, the first one replaced on request.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{Arguments, DemoError};
use crate::house::people::{self, Person};

/// One applicant with the order file of docs/orders.md.
#[derive(Debug, Clone)]
pub struct Applicant {
    /// The order file.
    pub order_file: PathBuf,
    surname: String,
    given_names: String,
}

impl Applicant {
    /// `SURNAME, GIVEN`, as the screen shows it.
    pub fn name(&self) -> String {
        match self.given_names.as_str() {
            "" => self.surname.clone(),
            given => format!("{}, {given}", self.surname),
        }
    }
}

/// Draws the applicants (the same ones every time: one seed) and writes their orders.
pub fn gather(arguments: &Arguments, work: &Path) -> Result<Vec<Applicant>, DemoError> {
    let cache = arguments.cache.clone().unwrap_or_else(people::cache);
    let drawn = people::draw(arguments.applicants, &work.join("people"), &cache)?;
    let chosen = arguments.portrait.as_deref().zip(arguments.name.as_deref());
    let write = |(index, person): (usize, &Person)| order(person, chosen.filter(|_| index == 0));
    drawn.iter().enumerate().map(write).collect()
}

/// Writes the order beside the person's pictures.
fn order(person: &Person, chosen: Option<(&Path, &str)>) -> Result<Applicant, DemoError> {
    let mut order = person.order().clone();
    if let Some((portrait, name)) = chosen {
        choose(&mut order, portrait, name)?;
    }
    let field = |name: &str| {
        let value = order
            .get("identity")
            .and_then(|identity| identity.get(name));
        value.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    let (surname, given_names) = (field("surname"), field("given_names"));
    let order_file = person.write_order("order", |written| *written = order)?;
    Ok(Applicant {
        order_file,
        surname,
        given_names,
    })
}

/// Puts a photograph and a name of the user's choice in the place of the drawn ones.
fn choose(order: &mut Table, portrait: &Path, name: &str) -> Result<(), DemoError> {
    let (surname, given) = name.split_once(',').ok_or(DemoError::Name)?;
    let file = std::path::absolute(portrait).map_err(|source| DemoError::File {
        path: portrait.into(),
        source,
    })?;
    let file = file.to_string_lossy().into_owned();
    order.insert(
        "portrait".into(),
        Table::from_iter([("file".into(), Value::from(file))]).into(),
    );
    let Some(Value::Table(identity)) = order.get_mut("identity") else {
        return Err(DemoError::Name);
    };
    identity.insert("surname".into(), surname.trim().into());
    identity.insert("given_names".into(), given.trim().into());
    identity.remove("name_line");
    Ok(())
}
