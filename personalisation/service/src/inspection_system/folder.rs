//! The folder of certificates: a file each, named after holder and authority, written once.

use std::{
    fs,
    path::{Path, PathBuf},
};

use icao9303::cvc::{Certificate, MAX_LENGTH, Role};
use time::Date;

use super::{Certificates, InspectionSystemError, is_valid};
use crate::whole_file;

/// What certificates' files end in.
const ENDING: &str = "cvcert";

/// A folder of CV certificates.
#[derive(Clone, Debug)]
pub struct Folder(PathBuf);

impl Folder {
    /// The certificates in this folder, which is made when it is needed.
    pub const fn new(path: PathBuf) -> Self {
        Self(path)
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// What a chip is shown on that day: the newest valid certificate of an inspection system, its
    /// document verifier's, and all links.
    pub fn certificates(&self, today: Date) -> Result<Certificates, InspectionSystemError> {
        self.select(|own| is_valid(own, today))
    }

    /// The same with the newest certificate, valid or not.
    pub fn newest(&self) -> Result<Certificates, InspectionSystemError> {
        self.select(|_| true)
    }

    fn select(
        &self,
        wanted: impl Fn(&Certificate) -> bool,
    ) -> Result<Certificates, InspectionSystemError> {
        let all = self.read()?;
        let role = |certificate: &Certificate| certificate.body().authorization.role;
        let own = all
            .iter()
            .filter(|one| role(one) == Role::Terminal && wanted(one))
            .max_by_key(|one| (one.body().expiration, one.holder().clone()));
        let verifier = own.and_then(|own| {
            all.iter()
                .find(|one| role(one).is_document_verifier() && one.holder() == own.authority())
        });
        let (Some(own), Some(verifier)) = (own, verifier) else {
            return Err(InspectionSystemError::NoneValid {
                folder: self.0.clone(),
            });
        };
        let links = all
            .iter()
            .filter(|one| role(one) == Role::Cvca && !one.body().is_self_signed());
        Ok(Certificates {
            links: links.cloned().collect(),
            verifier: verifier.clone(),
            own: own.clone(),
        })
    }

    /// Keeps certificates: each file is whole or absent, and never changes.
    pub fn keep(&self, certificates: &Certificates) -> Result<(), InspectionSystemError> {
        let Certificates {
            links,
            verifier,
            own,
        } = certificates;
        for certificate in links.iter().chain([verifier, own]) {
            let (holder, authority) = (certificate.holder(), certificate.authority());
            let path = self.0.join(format!("{holder}-by-{authority}.{ENDING}"));
            let bytes = certificate.to_bytes();
            if fs::read(&path).is_ok_and(|known| known == bytes) {
                continue;
            }
            whole_file::write(&path, &bytes)
                .map_err(|source| InspectionSystemError::File { path, source })?;
        }
        Ok(())
    }

    fn read(&self) -> Result<Vec<Certificate>, InspectionSystemError> {
        let failed = |path: &Path, source| InspectionSystemError::File {
            path: path.to_owned(),
            source,
        };
        let entries = match fs::read_dir(&self.0) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.map_err(|source| failed(&self.0, source))?,
        };
        let mut all = Vec::new();
        for entry in entries {
            let path = entry.map_err(|source| failed(&self.0, source))?.path();
            if path.extension().is_none_or(|ending| ending != ENDING) {
                continue;
            }
            let length = fs::metadata(&path)
                .map_err(|source| failed(&path, source))?
                .len();
            let longest = u64::try_from(MAX_LENGTH).unwrap_or(u64::MAX);
            // One byte more than allowed is enough for its error.
            let bytes = if length > longest {
                vec![0; MAX_LENGTH + 1]
            } else {
                fs::read(&path).map_err(|source| failed(&path, source))?
            };
            let form = |source| InspectionSystemError::Form {
                path: path.clone(),
                source,
            };
            all.push(Certificate::parse(&bytes).map_err(form)?);
        }
        Ok(all)
    }
}
