//! HKDF-SHA256 with the labels of RFC 9180 §4.

use openssl::{
    error::ErrorStack,
    md::Md,
    pkey::Id,
    pkey_ctx::{HkdfMode, PkeyCtx},
};
use zeroize::Zeroizing;

const VERSION: &[u8] = b"HPKE-v1";
const HASH_LENGTH: usize = 32;

/// `LabeledExtract(salt, label, ikm)`.
pub(super) fn labeled_extract(
    suite: &[u8],
    salt: &[u8],
    label: &str,
    ikm: &[u8],
) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let ikm = Zeroizing::new([VERSION, suite, label.as_bytes(), ikm].concat());
    let mut context = PkeyCtx::new_id(Id::HKDF)?;
    context.derive_init()?;
    context.set_hkdf_mode(HkdfMode::EXTRACT_ONLY)?;
    context.set_hkdf_md(Md::sha256())?;
    context.set_hkdf_salt(salt)?;
    context.set_hkdf_key(&ikm)?;
    derive(&mut context, HASH_LENGTH)
}

/// `LabeledExpand(prk, label, info, L)`; `length` is below 256 in every use.
pub(super) fn labeled_expand(
    suite: &[u8],
    prk: &[u8],
    label: &str,
    info: &[u8],
    length: usize,
) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let size = u16::try_from(length).unwrap_or_default().to_be_bytes();
    let info = [&size[..], VERSION, suite, label.as_bytes(), info].concat();
    let mut context = PkeyCtx::new_id(Id::HKDF)?;
    context.derive_init()?;
    context.set_hkdf_mode(HkdfMode::EXPAND_ONLY)?;
    context.set_hkdf_md(Md::sha256())?;
    context.set_hkdf_key(prk)?;
    context.add_hkdf_info(&info)?;
    derive(&mut context, length)
}

fn derive<T>(context: &mut PkeyCtx<T>, length: usize) -> Result<Zeroizing<Vec<u8>>, ErrorStack> {
    let mut bytes = Zeroizing::new(vec![0; length]);
    context.derive(Some(&mut bytes))?;
    Ok(bytes)
}
