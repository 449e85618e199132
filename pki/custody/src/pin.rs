//! PINs: from files that only their owner can read, out of memory as soon as they were used.

use std::{
    fmt,
    fs::{self, OpenOptions},
    io::{Read, Write},
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::Path,
    time::SystemTime,
};

use cryptoki::types::{AuthPin, RawAuthPin};
use rand::CryptoRng;
use zeroize::Zeroizing;

use crate::error::{CustodyError, PinFault};

const MAX_LENGTH: usize = 64;
const MIN_LENGTH: usize = 4;
/// Digits of a PIN that we make ourselves: more than 10^23 of them.
const GENERATED_DIGITS: usize = 24;

/// A PIN in memory: zeroised when dropped, never shown.
pub struct Pin(Zeroizing<Vec<u8>>);

impl fmt::Debug for Pin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pin(redacted)")
    }
}

impl Pin {
    /// Reads the PIN from a regular file of ours with no access for group and others; a line end
    /// after it is ignored.
    pub fn read(path: &Path) -> Result<Self, CustodyError> {
        read(path).map_err(|fault| CustodyError::PinFile {
            path: path.into(),
            fault,
        })
    }

    /// For `C_Login`; the copy is zeroised when dropped.
    pub(crate) fn for_login(&self) -> RawAuthPin {
        RawAuthPin::new(Box::new(self.0.to_vec()))
    }

    /// For `C_InitToken` and `C_InitPIN`, where cryptoki demands text; zeroised when dropped. The
    /// exact capacity keeps the conversion from leaving a copy behind.
    pub(crate) fn for_initialisation(&self) -> AuthPin {
        let mut text = String::with_capacity(self.0.len());
        text.extend(self.0.iter().map(|byte| char::from(*byte)));
        AuthPin::new(text.into_boxed_str())
    }
}

fn read(path: &Path) -> Result<Pin, PinFault> {
    let mut file = fs::File::open(path)?;
    // The facts of the opened file, so that nobody swaps it between check and use.
    let facts = file.metadata()?;
    if !facts.is_file() {
        return Err(PinFault::NotAFile);
    }
    if facts.mode() & 0o077 != 0 {
        return Err(PinFault::Shared(facts.mode() & 0o777));
    }
    // The owner of our own process entry is the user we run as.
    if facts.uid() != fs::metadata("/proc/self")?.uid() {
        return Err(PinFault::ForeignOwner);
    }
    let mut bytes = Zeroizing::new(vec![0; MAX_LENGTH + 2]);
    let mut length = 0;
    while length < bytes.len() {
        match file.read(&mut bytes[length..])? {
            0 => break,
            read => length += read,
        }
    }
    let line = bytes[..length]
        .strip_suffix(b"\n")
        .unwrap_or(&bytes[..length]);
    let printable = line.iter().all(u8::is_ascii_graphic);
    if !printable || !(MIN_LENGTH..=MAX_LENGTH).contains(&line.len()) {
        return Err(PinFault::Malformed);
    }
    Ok(Pin(Zeroizing::new(line.to_vec())))
}

/// Makes a PIN file with a random PIN, mode 600. Leaves a file that is already there as it is and
/// returns false.
pub fn create_pin_file(path: &Path, rng: &mut impl CryptoRng) -> Result<bool, CustodyError> {
    let fault = |act: &'static str| {
        move |source| CustodyError::File {
            act,
            path: path.into(),
            source,
        }
    };
    // Whole or not at all: a ceremony may be killed at any moment, and is then repeated.
    let draft = path.with_added_extension("draft");
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(fault("remove the draft of")(error));
        }
        _ => {}
    }
    if path.try_exists().map_err(fault("look for"))? {
        return Pin::read(path).map(|_| false);
    }
    let mut digits = Zeroizing::new(Vec::with_capacity(GENERATED_DIGITS));
    while digits.len() < GENERATED_DIGITS {
        let mut byte = [0];
        rng.fill_bytes(&mut byte);
        // 250 is the largest multiple of ten in a byte: no digit is likelier than another.
        if byte[0] < 250 {
            digits.push(b'0' + byte[0] % 10);
        }
    }
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&draft)
        .map_err(fault("create"))?;
    file.write_all(&digits)
        .and_then(|()| file.sync_all())
        .map_err(fault("write"))?;
    // Unlike a rename, a link never replaces what is there.
    fs::hard_link(&draft, path)
        .and_then(|()| fs::remove_file(&draft))
        .map_err(fault("create"))?;
    Ok(true)
}

/// When the file last changed: a refused PIN is not tried again before that moves.
pub(crate) fn changed_at(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|facts| facts.modified()).ok()
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use rand::{SeedableRng, rngs::StdRng};

    use super::*;

    fn fault(content: &[u8], mode: u32) -> String {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pin");
        fs::write(&path, content).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        match Pin::read(&path) {
            Ok(pin) => format!("{pin:?}"),
            Err(error) => error.to_string(),
        }
    }

    #[test]
    fn only_owner_only_files_are_read() {
        assert_eq!(fault(b"12345678\n", 0o600), "Pin(redacted)");
        assert_eq!(fault(b"12345678", 0o400), "Pin(redacted)");
        for mode in [0o640, 0o604, 0o660, 0o602] {
            assert!(fault(b"12345678\n", mode).contains("chmod 600"), "{mode:o}");
        }
    }

    #[test]
    fn malformed_pins_are_named() {
        for content in [
            &b""[..],
            b"123",
            b"12 45",
            b"1234\n\n",
            &[b'1'; 65],
            b"12\xFF45",
        ] {
            assert!(
                fault(content, 0o600).contains("one line of 4 to 64"),
                "{content:?}"
            );
        }
        assert!(
            Pin::read(Path::new("/"))
                .unwrap_err()
                .to_string()
                .contains("regular file")
        );
        assert!(
            Pin::read(Path::new("/none"))
                .unwrap_err()
                .to_string()
                .contains("create it")
        );
    }

    #[test]
    fn a_made_pin_is_private_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("pin");
        let mut rng = StdRng::seed_from_u64(1);
        assert!(create_pin_file(&path, &mut rng).unwrap());
        let first = fs::read(&path).unwrap();
        assert_eq!(first.len(), GENERATED_DIGITS);
        assert_eq!(fs::metadata(&path).unwrap().mode() & 0o777, 0o600);
        assert!(!create_pin_file(&path, &mut rng).unwrap());
        assert_eq!(fs::read(&path).unwrap(), first);
    }
}
