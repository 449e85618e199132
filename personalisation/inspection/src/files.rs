//! The files that were read from a chip, and writing them to a folder.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{fmt, fs, io};

use icao9303::lds::{DataGroup, ElementaryFile};

/// Whether terminal authentication guards a file (9303-11 §7): fingerprints and iris.
pub(crate) fn is_sensitive(group: DataGroup) -> bool {
    group == DataGroup::DG3 || group == DataGroup::DG4
}

/// The files that were read, whole and as the chip gave them.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ChipFiles(BTreeMap<ElementaryFile, Vec<u8>>);

impl ChipFiles {
    /// One file, if it was read.
    pub fn get(&self, file: ElementaryFile) -> Option<&[u8]> {
        self.0.get(&file).map(Vec::as_slice)
    }

    /// One data group, if it was read.
    pub fn data_group(&self, group: DataGroup) -> Option<&[u8]> {
        self.get(ElementaryFile::DataGroup(group))
    }

    /// All of them: those of the master file, then those of the application.
    pub fn iter(&self) -> impl Iterator<Item = (ElementaryFile, &[u8])> {
        self.0
            .iter()
            .map(|(file, content)| (*file, content.as_slice()))
    }

    /// The data groups, by number.
    pub fn data_groups(&self) -> impl Iterator<Item = (DataGroup, &[u8])> {
        self.iter().filter_map(|(file, content)| match file {
            ElementaryFile::DataGroup(group) => Some((group, content)),
            _ => None,
        })
    }

    pub(crate) fn insert(&mut self, file: ElementaryFile, content: Vec<u8>) {
        self.0.insert(file, content);
    }

    /// Writes each file to `folder` as `EF_….bin`; the folder is made. Only the owner may read them.
    pub fn dump(&self, folder: &Path) -> Result<(), DumpError> {
        let failed = |path: &Path, cause| DumpError {
            path: path.to_owned(),
            cause,
        };
        fs::create_dir_all(folder).map_err(|cause| failed(folder, cause))?;
        for (file, content) in self.iter() {
            let path = folder.join(file.file_name()).with_extension("bin");
            write_private(&path, content).map_err(|cause| failed(&path, cause))?;
        }
        Ok(())
    }
}

impl FromIterator<(ElementaryFile, Vec<u8>)> for ChipFiles {
    fn from_iter<I: IntoIterator<Item = (ElementaryFile, Vec<u8>)>>(files: I) -> Self {
        Self(files.into_iter().collect())
    }
}

/// Shows names only: the files are personal data.
impl fmt::Debug for ChipFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A dumped file could not be written.
#[derive(Debug, thiserror::Error)]
#[error("cannot write {}; choose another folder for --dump", .path.display())]
pub struct DumpError {
    /// The file or folder.
    pub path: PathBuf,
    /// What the system says.
    #[source]
    pub cause: io::Error,
}

fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    use std::io::Write;
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_dumped_for_their_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = ChipFiles::default();
        files.insert(ElementaryFile::Com, vec![0x60, 0]);
        files.insert(ElementaryFile::AtrInfo, vec![0x47, 0]);
        let inside = folder.path().join("new/chip");
        files.dump(&inside).unwrap();
        assert_eq!(fs::read(inside.join("EF_COM.bin")).unwrap(), [0x60, 0]);
        assert_eq!(fs::read_dir(&inside).unwrap().count(), 2);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            let mode = fs::metadata(inside.join("EF_ATR_INFO.bin"))
                .unwrap()
                .permissions()
                .mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let error = files.dump(&inside.join("EF_COM.bin")).unwrap_err();
        assert!(error.to_string().starts_with("cannot write "), "{error}");
        assert_eq!(format!("{files:?}"), "{EF.ATR/INFO, EF.COM}");
    }
}
