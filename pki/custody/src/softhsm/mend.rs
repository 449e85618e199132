//! A token's own object, torn by a program that was killed while it logged in, put back.
//!
//! SoftHSM 2.6 writes `token.object` anew, in place, at each login: it truncates the file and writes
//! the same bytes again but for a flag. A process killed between the two leaves a token that no
//! program sees any more. So a copy lies beside it from the day the token was made, and a file that
//! is shorter than its copy is replaced by it. Where another process is just writing, that process
//! ends its work in the file that was replaced: nothing is lost but the flag.

use std::{fs, io, path::Path};

use super::folder::{each_token, write_whole};

const OBJECT: &str = "token.object";
const KEPT: &str = "token.kept";

/// Keeps a copy of the object of each token that has none yet. Nobody may be logging in meanwhile.
pub(super) fn keep(tokens: &Path) -> io::Result<()> {
    for folder in each_token(tokens)? {
        let kept = folder.join(KEPT);
        if !kept.exists() {
            write_whole(&kept, &fs::read(folder.join(OBJECT))?)?;
        }
    }
    Ok(())
}

/// Puts back each token object that is shorter than its copy.
pub(super) fn mend(tokens: &Path) -> io::Result<()> {
    for folder in each_token(tokens)? {
        let Ok(kept) = fs::read(folder.join(KEPT)) else {
            continue;
        };
        let object = folder.join(OBJECT);
        let length = fs::metadata(&object).map_or(0, |facts| facts.len());
        if length < kept.len() as u64 {
            write_whole(&object, &kept)?;
            tracing::warn!(
                file = %object.display(),
                "a token's object was torn by a program that was killed; put back from its copy"
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_torn_object_is_put_back() {
        let folder = tempfile::tempdir().unwrap();
        let token = folder.path().join("token");
        fs::create_dir(&token).unwrap();
        let object = token.join(OBJECT);
        fs::write(&object, b"whole").unwrap();
        keep(folder.path()).unwrap();
        for torn in [&b""[..], b"whol"] {
            fs::write(&object, torn).unwrap();
            mend(folder.path()).unwrap();
            assert_eq!(fs::read(&object).unwrap(), b"whole");
        }
        fs::write(&object, b"Whole").unwrap();
        mend(folder.path()).unwrap();
        // The copy is of the day the token was made.
        keep(folder.path()).unwrap();
        assert_eq!(fs::read(&object).unwrap(), b"Whole");
        assert_eq!(fs::read(token.join(KEPT)).unwrap(), b"whole");
        fs::remove_file(&object).unwrap();
        fs::write(token.join("key.object"), b"").unwrap();
        mend(folder.path()).unwrap();
        assert_eq!(fs::read(&object).unwrap(), b"whole");
    }
}
