//! The folder in which SoftHSM keeps tokens: found from the configuration, copied, made durable,
//! exchanged.

use std::{
    ffi::OsStr,
    fs::{self, DirBuilder, File, OpenOptions},
    io::{self, Write},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use crate::error::CustodyError;

/// The setting that names the folder.
const SETTING: &str = "directories.tokendir";
/// How often a folder is copied anew because somebody wrote in it meanwhile.
const COPIES: usize = 20;

/// Names the file of a failure.
pub(super) fn fault(act: &'static str, path: &Path) -> impl FnOnce(io::Error) -> CustodyError {
    move |source| CustodyError::File {
        act,
        path: path.into(),
        source,
    }
}

/// The token folder that a configuration names.
pub(super) fn tokens_of(configuration: &Path) -> Result<PathBuf, CustodyError> {
    let text = fs::read_to_string(configuration).map_err(fault("read", configuration))?;
    let value = text.lines().find_map(|line| {
        let (name, value) = line.split_once('=')?;
        (name.trim() == SETTING).then(|| value.trim())
    });
    value.map(PathBuf::from).ok_or_else(|| {
        let source = io::Error::new(
            io::ErrorKind::InvalidData,
            "it does not name directories.tokendir; correct it",
        );
        fault("use", configuration)(source)
    })
}

/// The text of a configuration of a token folder.
pub(super) fn configuration_of(tokens: &Path) -> String {
    format!(
        "{SETTING} = {}\nobjectstore.backend = file\nlog.level = ERROR\n",
        tokens.display()
    )
}

/// The folders of the tokens in a token folder; none when it is away.
pub(super) fn each_token(tokens: &Path) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(tokens) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut folders = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let holds_objects = path.is_dir()
            && fs::read_dir(&path)?
                .flatten()
                .any(|file| Path::new(&file.file_name()).extension() == Some(OsStr::new("object")));
        if holds_objects {
            folders.push(path);
        }
    }
    Ok(folders)
}

/// Writes a file whole or not at all, durable; what it replaces stays until then.
pub(super) fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Two processes may do so at the same time; each has a draft of its own.
    let draft = path.with_added_extension(format!("{}.draft", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&draft, path)?;
    sync_parent(path)
}

/// Makes an exchange of names in a folder durable.
pub(super) fn sync_parent(path: &Path) -> io::Result<()> {
    match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => File::open(parent)?.sync_all(),
        _ => File::open(".")?.sync_all(),
    }
}

/// Makes everything below a folder durable.
pub(super) fn sync_tree(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            sync_tree(&path)?;
        } else {
            File::open(&path)?.sync_all()?;
        }
    }
    File::open(folder)?.sync_all()
}

/// Removes a folder with everything in it, if it is there.
pub(super) fn remove_tree(folder: &Path) -> io::Result<()> {
    absent_is_fine(fs::remove_dir_all(folder))
}

/// Removes a file, if it is there.
pub(super) fn remove_file(path: &Path) -> io::Result<()> {
    absent_is_fine(fs::remove_file(path))
}

fn absent_is_fine(done: io::Result<()>) -> io::Result<()> {
    match done {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        done => done,
    }
}

/// Makes an empty folder that only its owner can enter.
pub(super) fn private_folder(path: &Path) -> io::Result<()> {
    DirBuilder::new().mode(0o700).create(path)
}

/// Copies a folder as it is at one moment: again, when another program (a service that logs in)
/// wrote in it meanwhile.
pub(super) fn copy_settled(from: &Path, to: &Path) -> io::Result<()> {
    for _ in 0..COPIES {
        remove_tree(to)?;
        copy_tree(from, to)?;
        if same_tree(from, to)? {
            return Ok(());
        }
    }
    Err(io::Error::new(
        io::ErrorKind::ResourceBusy,
        "another program writes in it all the time; stop that program and repeat",
    ))
}

fn copy_tree(from: &Path, to: &Path) -> io::Result<()> {
    private_folder(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_tree(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

fn same_tree(one: &Path, other: &Path) -> io::Result<bool> {
    let names = |folder: &Path| -> io::Result<Vec<_>> {
        let mut names = Vec::new();
        for entry in fs::read_dir(folder)? {
            names.push(entry?.file_name());
        }
        names.sort();
        Ok(names)
    };
    let listed = names(one)?;
    if listed != names(other)? {
        return Ok(false);
    }
    for name in listed {
        let (a, b) = (one.join(&name), other.join(&name));
        let same = if a.is_dir() {
            same_tree(&a, &b)?
        } else {
            fs::read(&a)? == fs::read(&b)?
        };
        if !same {
            return Ok(false);
        }
    }
    Ok(true)
}
