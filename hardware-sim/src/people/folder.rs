//! One person as a folder of files: pictures, and an order that names them.

use std::fs;
use std::io;
use std::path::Path;

use image::ImageError;
use serde::Serialize;
use thiserror::Error;

use super::finger::Finger;
use super::identity::Identity;
use super::portrait::Fault;
use super::{portrait, signature};

/// Files of a person, beside the order.
const PORTRAIT: &str = "portrait.png";
const RIGHT_INDEX: &str = "finger-right-index.png";
const LEFT_INDEX: &str = "finger-left-index.png";
const SIGNATURE: &str = "signature.png";
/// The order's file name.
pub(super) const PERSON: &str = "person.toml";

/// Why a person could not be written.
#[derive(Debug, Error)]
pub enum FolderError {
    /// A picture could not be written.
    #[error("cannot write a drawn person's {file}: {source}; check the folder and the space")]
    Picture {
        /// Name of the file.
        file: &'static str,
        /// What failed.
        source: ImageError,
    },
    /// A folder or file could not be made, read or renamed.
    #[error("cannot keep a drawn person: {0}; check the folder and the space")]
    File(#[from] io::Error),
    /// The order could not be written as TOML.
    #[error("cannot write a drawn person's order: {0}; report the seed")]
    Order(#[from] toml::ser::Error),
}

/// An order as `personalisation order add` reads it (docs/orders.md).
#[derive(Serialize)]
struct Order {
    issuer_profile: &'static str,
    identity: IdentityTable,
    portrait: FileTable,
    signature: FileTable,
    fingers: Vec<FingerTable>,
}

#[derive(Serialize)]
struct IdentityTable {
    surname: String,
    given_names: String,
    sex: char,
    date_of_birth: String,
    nationality: &'static str,
    place_of_birth: [&'static str; 1],
    national_number: String,
}

#[derive(Serialize)]
struct FileTable {
    file: &'static str,
}

#[derive(Serialize)]
struct FingerTable {
    finger: &'static str,
    file: &'static str,
}

/// The folder's name in the cache.
pub(super) fn name(seed: u64, fault: Fault) -> String {
    match fault {
        Fault::None => format!("{seed:016x}"),
        fault => format!("{seed:016x}-{fault:?}"),
    }
}

/// Draws everything of a seed into an existing folder.
pub(super) fn draw(seed: u64, fault: Fault, folder: &Path) -> Result<(), FolderError> {
    let identity = Identity::draw(seed);
    // Fingers take longest; one of them grows beside the rest.
    let (right, left) = std::thread::scope(|scope| {
        let right = scope.spawn(|| finger(folder, RIGHT_INDEX, seed.wrapping_mul(2), true));
        let left = finger(
            folder,
            LEFT_INDEX,
            seed.wrapping_mul(2).wrapping_add(1),
            false,
        );
        (right.join(), left)
    });
    right.unwrap_or_else(|_| Err(io::Error::other("drawing a finger failed").into()))?;
    left?;
    let save = |result: Result<(), ImageError>, file| {
        result.map_err(|source| FolderError::Picture { file, source })
    };
    save(
        portrait::draw_faulty(seed, &identity, fault).save(folder.join(PORTRAIT)),
        PORTRAIT,
    )?;
    save(
        signature::draw(seed, &identity).save(folder.join(SIGNATURE)),
        SIGNATURE,
    )?;
    fs::write(folder.join(PERSON), toml::to_string(&order(&identity))?)?;
    Ok(())
}

fn finger(
    folder: &Path,
    file: &'static str,
    seed: u64,
    right_hand: bool,
) -> Result<(), FolderError> {
    let print = Finger::grow_any(seed, right_hand).touch(0);
    print
        .save(folder.join(file))
        .map_err(|source| FolderError::Picture { file, source })
}

fn order(identity: &Identity) -> Order {
    let birth = identity.birth;
    Order {
        issuer_profile: "luxembourg",
        identity: IdentityTable {
            surname: identity.surname.clone(),
            given_names: identity.given_names.clone(),
            sex: identity.sex.letter(),
            date_of_birth: format!(
                "{:04}-{:02}-{:02}",
                birth.year(),
                u8::from(birth.month()),
                birth.day()
            ),
            nationality: identity.nationality,
            place_of_birth: [identity.birth_place],
            national_number: identity.national_number.clone(),
        },
        portrait: FileTable { file: PORTRAIT },
        signature: FileTable { file: SIGNATURE },
        fingers: vec![
            FingerTable {
                finger: "right_index",
                file: RIGHT_INDEX,
            },
            FingerTable {
                finger: "left_index",
                file: LEFT_INDEX,
            },
        ],
    }
}
