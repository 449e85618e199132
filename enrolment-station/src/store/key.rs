//! The data key: made with the store, kept wrapped in it, unwrapped by the token once per start.

use std::path::Path;

use key_custody::{AesKey, CustodyError, Token, role::DraftStore};
use rand::CryptoRng;
use sqlx::Row as _;
use zeroize::Zeroizing;

use super::{
    Columns, Store, StoreError,
    sealing::{Place, Sealer},
    transaction,
};

const DOING: &str = "reading the data key";
const TABLE: &str = "store_key";
/// What the data key must open before anything else is opened or sealed with it.
const PROOF: &[u8] = b"stempel station store 1";

/// The wrapped key as it stands in the file.
struct Kept {
    store: [u8; 16],
    wrapped: Vec<u8>,
    proof: Vec<u8>,
}

pub(super) async fn unwrap_or_make(
    store: &Store,
    path: &Path,
    token: &Token,
    key: &AesKey<DraftStore>,
    rng: &mut impl CryptoRng,
) -> Result<Sealer, StoreError> {
    if find(store).await?.is_none() {
        let made = make(token, key, rng)?;
        let made = &made;
        // Two programs may open a new store at once; the first one's key stays.
        transaction!(store, "keeping the data key", |tx| {
            sqlx::query(
                "INSERT INTO store_key (only, store_id, wrapped, proof) VALUES (1, $1, $2, $3)
                 ON CONFLICT DO NOTHING",
            )
            .bind(&made.store[..])
            .bind(&made.wrapped)
            .bind(&made.proof)
            .execute(&mut **tx)
            .await
            .map_err(StoreError::database("keeping the data key"))
            .map(|_| ())
        })?;
    }
    let kept = find(store).await?.ok_or_else(|| StoreError::BadRow {
        table: TABLE,
        column: "only",
        row: "1".into(),
    })?;
    let data_key = token
        .unwrap_data_key(key, &purpose(kept.store), &kept.wrapped)
        .map_err(|source| not_ours(path, source))?;
    let sealer = Sealer::new(Box::new(data_key));
    match sealer.open(&place(kept.store), &kept.proof) {
        Ok(proof) if *proof == PROOF => Ok(sealer),
        _ => Err(StoreError::OtherStore { path: path.into() }),
    }
}

fn make(
    token: &Token,
    key: &AesKey<DraftStore>,
    rng: &mut impl CryptoRng,
) -> Result<Kept, StoreError> {
    let mut store = [0; 16];
    rng.fill_bytes(&mut store);
    let mut data_key = Box::new(Zeroizing::new([0; 32]));
    rng.fill_bytes(&mut **data_key);
    let wrapped = token
        .wrap_data_key(key, &purpose(store), &data_key, rng)
        .map_err(StoreError::Token)?;
    let proof = Sealer::new(data_key).seal(rng, &place(store), PROOF)?;
    Ok(Kept {
        store,
        wrapped,
        proof,
    })
}

async fn find(store: &Store) -> Result<Option<Kept>, StoreError> {
    let row = sqlx::query("SELECT store_id, wrapped, proof FROM store_key")
        .fetch_optional(store.pool())
        .await
        .map_err(StoreError::database(DOING))?;
    let Some(row) = row else { return Ok(None) };
    let columns = Columns {
        table: TABLE,
        id: "1".into(),
        row: &row,
    };
    Ok(Some(Kept {
        store: columns.read("store_id", |bytes| bytes.try_into().ok())?,
        wrapped: row.try_get("wrapped").map_err(|_| columns.bad("wrapped"))?,
        proof: row.try_get("proof").map_err(|_| columns.bad("proof"))?,
    }))
}

fn purpose(store: [u8; 16]) -> String {
    format!("station store {}", hex::encode(store))
}

fn place(store: [u8; 16]) -> Place {
    Place {
        table: TABLE,
        row: hex::encode(store),
        column: "proof",
    }
}

/// A token that refuses the bytes is another one, or they are another store's; all else is the
/// token's own trouble.
fn not_ours(path: &Path, source: CustodyError) -> StoreError {
    match source {
        CustodyError::Refused { .. } | CustodyError::InputLength { .. } => StoreError::OtherToken {
            path: path.into(),
            source,
        },
        source => StoreError::Token(source),
    }
}
