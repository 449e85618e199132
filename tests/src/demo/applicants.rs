//! The demo's applicants: drawn by `hardware-sim people`, the first one replaced on request.

use std::path::{Path, PathBuf};

use toml::{Table, Value};

use super::{Arguments, DemoError};
use crate::programs;

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
    let folder = work.join("people");
    let cache = match &arguments.cache {
        Some(cache) => cache.clone(),
        None => default_cache(),
    };
    let count = arguments.applicants.to_string();
    let path = |path: &Path| path.to_str().unwrap_or_default().to_owned();
    let (out, cache) = (path(&folder), path(&cache));
    programs::run(
        "hardware-sim",
        &[
            "people", "--seed", "1", "--count", &count, "--out", &out, "--cache", &cache,
        ],
        &[],
    )?;
    let mut people = folders(&folder)?;
    people.truncate(usize::from(arguments.applicants));
    let chosen = arguments.portrait.as_deref().zip(arguments.name.as_deref());
    let write = |(index, person): (usize, &PathBuf)| order(person, chosen.filter(|_| index == 0));
    people.iter().enumerate().map(write).collect()
}

/// Drawn people are kept beside the programs, in the build folder.
fn default_cache() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    program
        .ancestors()
        .nth(2)
        .unwrap_or(Path::new("."))
        .join("people")
}

fn folders(folder: &Path) -> Result<Vec<PathBuf>, DemoError> {
    let error = |source| DemoError::File {
        path: folder.into(),
        source,
    };
    let entries = std::fs::read_dir(folder).map_err(error)?;
    let mut folders: Vec<PathBuf> = entries
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    Ok(folders)
}

/// Writes the order beside the person's pictures.
fn order(person: &Path, chosen: Option<(&Path, &str)>) -> Result<Applicant, DemoError> {
    let source = person.join("person.toml");
    let error = |source| DemoError::File {
        path: person.into(),
        source,
    };
    let text = std::fs::read_to_string(&source).map_err(error)?;
    let mut order: Table = toml::from_str(&text).map_err(|fault| DemoError::Person {
        path: source,
        source: Box::new(fault),
    })?;
    if let Some((portrait, name)) = chosen {
        choose(&mut order, portrait, name)?;
    }
    order.insert("issuer_profile".into(), "luxembourg".into());
    let order_file = person.join("order.toml");
    std::fs::write(&order_file, order.to_string()).map_err(error)?;
    let field = |name: &str| {
        let value = order
            .get("identity")
            .and_then(|identity| identity.get(name));
        value.and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    Ok(Applicant {
        order_file,
        surname: field("surname"),
        given_names: field("given_names"),
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
