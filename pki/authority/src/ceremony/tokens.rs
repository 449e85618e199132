//! The tokens and keys of a ceremony: made when missing, found when there.

use std::path::Path;

use key_custody::{
    Curve, CustodyError, EcKey, Token, TokenConfig, create_pin_file, initialise_token,
    role::{CardMaster, DocumentSigning, EcRole, TicketSigning},
    softhsm,
};
use rand::CryptoRng;

use super::{
    Ceremony, CeremonyError,
    place::{Place, TokenPlace},
};

/// Label of the card master key in the line's token.
pub const CARD_MASTER: &str = "card-master";
/// Label of the delivery key in the line's token.
pub const DELIVERY_TRANSPORT: &str = "delivery-transport";
/// Label of the ticket key in the order's token.
pub const TICKETS: &str = "tickets";

/// Opens a token, and makes it with its PIN files first if it does not exist.
pub(super) fn open(
    place: &Place,
    token: TokenPlace,
    module: &Path,
    rng: &mut impl CryptoRng,
) -> Result<Token, CeremonyError> {
    let folder = place.token(token);
    let [user, officer] = token.pin_files();
    let configuration = softhsm::write_configuration(&folder)?;
    let config = TokenConfig {
        module: module.into(),
        softhsm2_conf: Some(configuration),
        token_label: token.label().into(),
        pin_file: folder.join(user),
    };
    let so_pin_file = folder.join(officer);
    create_pin_file(&config.pin_file, rng)?;
    create_pin_file(&so_pin_file, rng)?;
    match initialise_token(&config, &so_pin_file) {
        Ok(()) | Err(CustodyError::Exists { .. }) => Ok(Token::open(&config)?),
        Err(error) => Err(error.into()),
    }
}

/// The key of a role, made if it does not exist.
pub(super) fn ec_key<R: EcRole>(
    token: &Token,
    label: &str,
    curve: Curve,
) -> Result<EcKey<R>, CeremonyError> {
    let key = match token.find_ec(label) {
        Err(CustodyError::NotOneKey { found: 0, .. }) => token.generate_ec(label, curve)?,
        found => found?,
    };
    if key.curve() != curve {
        return Err(CeremonyError::OtherCurve {
            label: label.into(),
        });
    }
    Ok(key)
}

/// The document signers' keys; returns their labels and public keys.
pub(super) fn document_signers<R: CryptoRng>(
    ceremony: &mut Ceremony<'_, R>,
) -> Result<Vec<Vec<u8>>, CeremonyError> {
    let token = ceremony.token(TokenPlace::Signing)?;
    let mut keys = Vec::new();
    for signer in &ceremony.plan.document_signers {
        let key = ec_key::<DocumentSigning>(&token, &signer.label, Curve::BrainpoolP256r1)?;
        keys.push(key.public_key_spki().to_vec());
    }
    Ok(keys)
}

/// The ticket key, and its public half in `public/`.
pub(super) fn tickets<R: CryptoRng>(ceremony: &mut Ceremony<'_, R>) -> Result<(), CeremonyError> {
    let token = ceremony.token(TokenPlace::Order)?;
    let key = ec_key::<TicketSigning>(&token, TICKETS, Curve::P256)?;
    ceremony.keep("public/tickets.spki", key.public_key_spki())
}

/// The keys of the line, and the public half that chip makers encrypt to in `public/`.
pub(super) fn line<R: CryptoRng>(ceremony: &mut Ceremony<'_, R>) -> Result<(), CeremonyError> {
    let token = ceremony.token(TokenPlace::Line)?;
    match token.find_aes::<CardMaster>(CARD_MASTER) {
        Err(CustodyError::NotOneKey { found: 0, .. }) => {
            token.generate_aes::<CardMaster>(CARD_MASTER)?;
        }
        found => drop(found?),
    }
    let delivery = match token.find_delivery_key(DELIVERY_TRANSPORT) {
        Err(CustodyError::NotOneKey { found: 0, .. }) => {
            token.generate_delivery_key(DELIVERY_TRANSPORT)?
        }
        found => found?,
    };
    ceremony.keep("public/delivery-transport.spki", delivery.public_key_spki())
}
