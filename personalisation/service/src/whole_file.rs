//! Files that are whole or absent, also when the program dies or the power fails meanwhile.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

/// Writes a file, and the folders it needs. Once this returns, the file outlives a power failure; until then there is what was there
/// before, or the new file, never a part of it.
pub fn write(path: &Path, content: &[u8]) -> io::Result<()> {
    write_to(&mut System { mode: 0o666 }, path, content)
}

/// The same for a file that nobody but its owner reads.
pub fn write_private(path: &Path, content: &[u8]) -> io::Result<()> {
    write_to(&mut System { mode: 0o600 }, path, content)
}

/// What is asked of a disk. Nothing but `sync` makes anything last.
trait Disk {
    fn is_folder(&self, path: &Path) -> bool;
    fn create_folder(&mut self, path: &Path) -> io::Result<()>;
    fn write(&mut self, path: &Path, content: &[u8]) -> io::Result<()>;
    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()>;
    /// Makes a file's content, or a folder's entries, last.
    fn sync(&mut self, path: &Path) -> io::Result<()>;
}

fn write_to(disk: &mut impl Disk, path: &Path, content: &[u8]) -> io::Result<()> {
    let folder = folder_of(path);
    make_folder(disk, folder)?;
    let draft = path.with_extension("draft");
    disk.write(&draft, content)?;
    disk.sync(&draft)?;
    disk.rename(&draft, path)?;
    disk.sync(folder)
}

/// Makes a folder with those above it.
fn make_folder(disk: &mut impl Disk, folder: &Path) -> io::Result<()> {
    if disk.is_folder(folder) {
        return Ok(());
    }
    let above = folder_of(folder);
    make_folder(disk, above)?;
    match disk.create_folder(folder) {
        // Somebody else was faster.
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        made => made?,
    }
    disk.sync(above)
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The operating system's; new files with this mode, less what the umask takes.
struct System {
    mode: u32,
}

impl Disk for System {
    fn is_folder(&self, path: &Path) -> bool {
        path.is_dir()
    }

    fn create_folder(&mut self, path: &Path) -> io::Result<()> {
        fs::create_dir(path)
    }

    fn write(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
        let mut options = OpenOptions::new();
        let options = options
            .write(true)
            .create(true)
            .truncate(true)
            .mode(self.mode);
        options.open(path)?.write_all(content)
    }

    fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn sync(&mut self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use std::{collections::BTreeMap, os::unix::fs::PermissionsExt as _, path::PathBuf};

    use super::*;

    /// Where a name leads: a folder, or a file by its number.
    #[derive(Clone, Copy, PartialEq)]
    enum Entry {
        Folder,
        File(usize),
    }

    /// A disk whose power fails at a step. `now` is what programs see, `lasting` what is surely left.
    #[derive(Default)]
    struct Forgetful {
        steps_left: usize,
        names: BTreeMap<PathBuf, Entry>,
        lasting_names: BTreeMap<PathBuf, Entry>,
        /// What was written into each file, and how much of it lasts.
        files: Vec<(Vec<u8>, Vec<u8>)>,
    }

    impl Forgetful {
        fn step(&mut self) -> io::Result<()> {
            self.steps_left = self
                .steps_left
                .checked_sub(1)
                .ok_or_else(|| io::Error::other("the power has failed"))?;
            Ok(())
        }

        /// What is at a path after the power came back. Names may have reached the disk unasked, as may contents not have.
        fn found(&self, path: &Path, names_were_lucky: bool) -> Option<&[u8]> {
            let names = if names_were_lucky {
                &self.names
            } else {
                &self.lasting_names
            };
            let reached = path.ancestors().skip(1).all(|folder| {
                folder == Path::new("/") || names.get(folder) == Some(&Entry::Folder)
            });
            match names.get(path).filter(|_| reached)? {
                Entry::File(number) => Some(&self.files[*number].1),
                Entry::Folder => None,
            }
        }
    }

    impl Disk for Forgetful {
        fn is_folder(&self, path: &Path) -> bool {
            path == Path::new("/") || self.names.get(path) == Some(&Entry::Folder)
        }

        fn create_folder(&mut self, path: &Path) -> io::Result<()> {
            self.step()?;
            self.names.insert(path.to_owned(), Entry::Folder);
            Ok(())
        }

        fn write(&mut self, path: &Path, content: &[u8]) -> io::Result<()> {
            self.step()?;
            self.files.push((content.to_vec(), Vec::new()));
            self.names
                .insert(path.to_owned(), Entry::File(self.files.len() - 1));
            Ok(())
        }

        fn rename(&mut self, from: &Path, to: &Path) -> io::Result<()> {
            self.step()?;
            let entry = self.names.remove(from).unwrap();
            self.names.insert(to.to_owned(), entry);
            Ok(())
        }

        fn sync(&mut self, path: &Path) -> io::Result<()> {
            self.step()?;
            if let Some(Entry::File(number)) = self.names.get(path) {
                let file = &mut self.files[*number];
                file.1 = file.0.clone();
                return Ok(());
            }
            let inside = |name: &PathBuf| name.parent() == Some(path);
            self.lasting_names.retain(|name, _| !inside(name));
            let entries = self.names.iter().filter(|(name, _)| inside(name));
            self.lasting_names
                .extend(entries.map(|(name, entry)| (name.clone(), *entry)));
            Ok(())
        }
    }

    #[test]
    fn whenever_the_power_fails_the_file_is_whole_or_absent_and_at_the_end_it_is_there() {
        let path = Path::new("/dump/documents/X1/front.png");
        let mut disk = Forgetful::default();
        for steps in 0.. {
            disk = Forgetful {
                steps_left: steps,
                ..Forgetful::default()
            };
            let written = write_to(&mut disk, path, b"whole");
            for names_were_lucky in [false, true] {
                let found = disk.found(path, names_were_lucky);
                let expected = [None, Some(&b"whole"[..])];
                assert!(expected.contains(&found), "after {steps} steps: {found:?}");
            }
            if written.is_ok() {
                break;
            }
        }
        assert_eq!(disk.found(path, false), Some(&b"whole"[..]));

        // Again, over what is there: the old or the new, at every step.
        for steps in 0.. {
            let mut again = Forgetful {
                steps_left: steps,
                names: disk.names.clone(),
                lasting_names: disk.lasting_names.clone(),
                files: disk.files.clone(),
            };
            let written = write_to(&mut again, path, b"newer");
            for names_were_lucky in [false, true] {
                let found = again.found(path, names_were_lucky).unwrap();
                assert!(
                    [&b"whole"[..], b"newer"].contains(&found),
                    "after {steps} steps"
                );
            }
            if written.is_ok() {
                assert_eq!(again.found(path, false), Some(&b"newer"[..]));
                break;
            }
        }
    }

    #[test]
    fn folders_come_with_it_and_only_the_owner_reads_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("documents/X1/front.png");
        write(&path, b"first").unwrap();
        write_private(&path, b"second").unwrap();
        assert_eq!(fs::read(&path).unwrap(), b"second");
        let mode = fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let names: Vec<_> = fs::read_dir(path.parent().unwrap()).unwrap().collect();
        assert_eq!(names.len(), 1, "no draft stays");
    }
}
