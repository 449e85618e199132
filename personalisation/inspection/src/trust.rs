//! The folder of `--trust`: what the inspector believes, as DER files.
//!
//! Reads into a [`TrustStore`]: `csca-*.cer` country signing certificates (anchors), `link-*.cer` link certificates,
//! `ds-*.cer` document signers (for documents that carry none), `*.crl` revocation lists.

use std::path::{Path, PathBuf};
use std::{fs, io};

use icao9303::crl::{CrlError, RevocationList};
use icao9303::x509::{Certificate, CertificateError, PublicKeyError, TrustStore};

/// No file of the folder is larger, in bytes: revocation lists are the largest.
const LARGEST: u64 = 16 << 20;

/// Why the folder cannot be used. Nothing is passed over silently: a list left out could hide a
/// revocation.
#[derive(Debug, thiserror::Error)]
pub enum TrustError {
    /// The folder or a file in it cannot be read.
    #[error("cannot read {}; give --trust a folder with csca-*.cer and *.crl files", .path.display())]
    Read {
        /// The folder or file.
        path: PathBuf,
        /// What the system says.
        #[source]
        cause: io::Error,
    },
    /// A file is far too large.
    #[error("{} has {size} bytes, more than any certificate or list; take it out of the folder", .path.display())]
    TooLarge {
        /// The file.
        path: PathBuf,
        /// Its size in bytes.
        size: u64,
    },
    /// A certificate cannot be used.
    #[error("{} is not a certificate in DER that can be used; replace it or take it out", .path.display())]
    Certificate {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: CertificateError,
    },
    /// The key of a certificate cannot be used.
    #[error("{} has a key that cannot be used; replace it or take it out", .path.display())]
    Key {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: PublicKeyError,
    },
    /// A file is named as a link and is a self-signed certificate.
    #[error("{} is self-signed, so it is no link; name it csca-*.cer if you trust it", .path.display())]
    NotALink {
        /// The file.
        path: PathBuf,
    },
    /// A revocation list cannot be used.
    #[error("{} is not a revocation list in DER that can be used; replace it or take it out", .path.display())]
    List {
        /// The file.
        path: PathBuf,
        /// Why.
        #[source]
        cause: CrlError,
    },
}

/// Reads every file of `folder` whose name is one of the patterns; others are not looked at.
pub fn read_trust(folder: &Path) -> Result<TrustStore, TrustError> {
    let unreadable = |cause| TrustError::Read {
        path: folder.to_owned(),
        cause,
    };
    let mut paths = fs::read_dir(folder)
        .map_err(unreadable)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()
        .map_err(unreadable)?;
    paths.sort();
    let mut trust = TrustStore::new();
    for path in paths {
        add(&mut trust, &path)?;
    }
    Ok(trust)
}

fn add(trust: &mut TrustStore, path: &Path) -> Result<(), TrustError> {
    let name = path
        .file_name()
        .map(|name| name.to_string_lossy())
        .unwrap_or_default();
    match name.rsplit_once('.') {
        Some((stem, "cer")) if stem.starts_with("csca-") => add_authority(trust, path, true),
        Some((stem, "cer")) if stem.starts_with("link-") => add_authority(trust, path, false),
        Some((stem, "cer")) if stem.starts_with("ds-") => {
            trust.add_signer(certificate(path)?);
            Ok(())
        }
        Some((_, "crl")) => {
            let list = RevocationList::parse(&read(path)?).map_err(|cause| TrustError::List {
                path: path.to_owned(),
                cause,
            })?;
            trust.add_list(list);
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A file called a link must not become an anchor: whoever put it there meant less than that.
fn add_authority(
    trust: &mut TrustStore,
    path: &Path,
    may_be_anchor: bool,
) -> Result<(), TrustError> {
    let failed = |cause| TrustError::Key {
        path: path.to_owned(),
        cause,
    };
    let certificate = certificate(path)?;
    let self_signed = certificate
        .is_signed_by(certificate.public_key())
        .map_err(failed)?;
    if self_signed && !may_be_anchor {
        return Err(TrustError::NotALink {
            path: path.to_owned(),
        });
    }
    trust.add_authority(certificate).map_err(failed)
}

fn certificate(path: &Path) -> Result<Certificate, TrustError> {
    Certificate::parse(&read(path)?).map_err(|cause| TrustError::Certificate {
        path: path.to_owned(),
        cause,
    })
}

fn read(path: &Path) -> Result<Vec<u8>, TrustError> {
    let failed = |cause| TrustError::Read {
        path: path.to_owned(),
        cause,
    };
    let size = fs::metadata(path).map_err(failed)?.len();
    if size > LARGEST {
        return Err(TrustError::TooLarge {
            path: path.to_owned(),
            size,
        });
    }
    fs::read(path).map_err(failed)
}

#[cfg(test)]
mod tests {
    use icao9303::x509::Anchor;

    use super::*;

    fn vector(name: &str) -> Vec<u8> {
        let file = include_str!("../../../tests/vectors/pki.json");
        let json: serde_json::Value = serde_json::from_str(file).unwrap();
        hex::decode(json[name].as_str().unwrap()).unwrap()
    }

    #[test]
    fn files_are_told_apart_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let write =
            |name: &str, content: &[u8]| fs::write(folder.path().join(name), content).unwrap();
        write("csca-one.cer", &vector("csca_root"));
        write("link-one.cer", &vector("csca_link"));
        write("ds-one.cer", &vector("ds"));
        write("one.crl", &vector("crl_empty"));
        write("notes.txt", b"not looked at");
        write("other.cer", b"not looked at");
        let trust = read_trust(folder.path()).unwrap();
        let anchors: Vec<_> = trust.anchors().iter().map(Anchor::is_link).collect();
        assert_eq!(anchors, [false, true]);
        assert_eq!((trust.signers().len(), trust.lists().len()), (1, 1));
    }

    #[test]
    fn a_link_is_no_anchor() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("link-one.cer"), vector("csca_link")).unwrap();
        assert!(read_trust(folder.path()).unwrap().anchors().is_empty());
        fs::write(folder.path().join("link-two.cer"), vector("csca_root")).unwrap();
        let error = read_trust(folder.path()).unwrap_err();
        assert!(matches!(error, TrustError::NotALink { .. }), "{error}");
    }

    #[test]
    fn what_cannot_be_used_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let missing = read_trust(&folder.path().join("none")).unwrap_err();
        assert!(matches!(missing, TrustError::Read { .. }), "{missing}");
        fs::write(folder.path().join("csca-bad.cer"), b"no certificate").unwrap();
        let bad = read_trust(folder.path()).unwrap_err();
        assert!(matches!(bad, TrustError::Certificate { .. }), "{bad}");
        fs::remove_file(folder.path().join("csca-bad.cer")).unwrap();
        fs::write(folder.path().join("bad.crl"), vector("csca_root")).unwrap();
        let bad = read_trust(folder.path()).unwrap_err();
        assert!(matches!(bad, TrustError::List { .. }), "{bad}");
    }
}
