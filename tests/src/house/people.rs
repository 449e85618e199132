//! People who do not exist, drawn by `hardware-sim people`, and their orders.

use std::path::{Path, PathBuf};

use hardware_sim::people::national_number::national_number;
use toml::{Table, Value};

use super::{HouseError, read, text, write};
use crate::programs;

/// The columns of a register file (docs/people.md).
pub const REGISTER_HEADER: &str = "national_number,surname,given_names,sex,date_of_birth,place_of_birth,nationality,lau2,\
                                   commune,address,household,relation,seed";

/// The seed of everybody in the houses of the demo and the tests.
const SEED: u64 = 1;

/// One drawn person.
#[derive(Debug, Clone)]
pub struct Person {
    folder: PathBuf,
    order: Table,
    seed: u64,
}

impl Person {
    /// The seed that draws them.
    pub const fn seed(&self) -> u64 {
        self.seed
    }

    /// Portrait, fingers and signature lie here.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// The order as `hardware-sim people` wrote it (docs/orders.md).
    pub fn order(&self) -> &Table {
        &self.order
    }

    /// Somebody else who looks and is called the same: born on the same day, with another national number. The zeroth
    /// is the person. Nobody is ordered a second card, so who needs more cards than people orders for homonyms.
    #[must_use]
    pub fn homonym(&self, nth: u32) -> Self {
        let mut other = self.clone();
        let day = self.identity("date_of_birth").replace('-', "");
        if let Some(Value::Table(identity)) = other.order.get_mut("identity").filter(|_| nth > 0) {
            // Drawn people have serial numbers up to 256.
            let number = national_number(&day, 256 + nth);
            identity.insert("national_number".to_owned(), number.into());
        }
        other
    }

    /// Writes an order beside the pictures; `change` makes it another one. Its file.
    pub fn write_order(
        &self,
        name: &str,
        change: impl FnOnce(&mut Table),
    ) -> Result<PathBuf, HouseError> {
        let mut order = self.order.clone();
        change(&mut order);
        let file = self.folder.join(format!("{name}.toml"));
        write(&file, &order.to_string())?;
        Ok(file)
    }

    /// This person in the population register: living alone, in Luxembourg City.
    pub fn register_line(&self) -> String {
        let place = self
            .order
            .get("identity")
            .and_then(|i| i.get("place_of_birth"));
        let place = place
            .and_then(|places| places.get(0))
            .and_then(Value::as_str);
        let seed = self.seed;
        let [number, surname, given, sex, birth, nationality] = [
            "national_number",
            "surname",
            "given_names",
            "sex",
            "date_of_birth",
            "nationality",
        ]
        .map(|field| self.identity(field));
        let place = place.unwrap_or_default();
        format!(
            "{number},{surname},{given},{sex},{birth},{place},{nationality},0304,Luxembourg,\
             1 rue de l'Exemple,{seed},head,{seed}"
        )
    }

    /// A text of `[identity]`.
    pub fn identity(&self, field: &str) -> &str {
        let value = self.order.get("identity").and_then(|i| i.get(field));
        value.and_then(Value::as_str).unwrap_or_default()
    }
}

/// Draws so many people (the same ones every time: one seed) into folders in `out`.
pub fn draw(count: u16, out: &Path, cache: &Path) -> Result<Vec<Person>, HouseError> {
    let count = count.to_string();
    let seed = SEED.to_string();
    let arguments = ["people", "--seed", &seed, "--count", &count];
    let places = ["--out", text(out), "--cache", text(cache)];
    programs::run("hardware-sim", &[&arguments[..], &places].concat(), &[])?;
    let error = |source| HouseError::File {
        path: out.into(),
        source,
    };
    let mut folders: Vec<PathBuf> = std::fs::read_dir(out)
        .map_err(error)?
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort_by_key(|folder| number(folder));
    folders.into_iter().map(person).collect()
}

/// The seed that `person-8` was drawn from.
fn seed(folder: &Path) -> u64 {
    hardware_sim::people::person_seed(SEED, number(folder))
}

/// 8 of `person-8`.
fn number(folder: &Path) -> u32 {
    let name = folder.file_name().unwrap_or_default().to_string_lossy();
    let number = name
        .rsplit('-')
        .next()
        .and_then(|number| number.parse().ok());
    number.unwrap_or_default()
}

fn person(folder: PathBuf) -> Result<Person, HouseError> {
    let written = read(&folder.join("person.toml"))?;
    // The parser's own words would show the person.
    let order = toml::from_str(&written).map_err(|error: toml::de::Error| HouseError::Speech {
        program: "hardware-sim people",
        line: error.message().to_owned(),
    })?;
    let seed = seed(&folder);
    Ok(Person {
        folder,
        order,
        seed,
    })
}

/// Drawn people are kept beside the programs, in the build folder.
pub fn cache() -> PathBuf {
    let program = std::env::current_exe().unwrap_or_default();
    program
        .ancestors()
        .find(|folder| folder.ends_with("target"))
        .unwrap_or(Path::new("."))
        .join("people")
}
