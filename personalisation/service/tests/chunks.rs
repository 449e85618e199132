//! The folder of dossiers: what is taken while the disk has room, and what is not.

use dossier::{Hash, StationId};
use personalisation::intake::chunks::{ChunkError, Chunks};

#[test]
fn no_byte_goes_into_the_reserve_whatever_was_announced_before() {
    let folder = tempfile::tempdir().unwrap();
    let station = StationId::from_bytes([1; 16]);
    let bytes = vec![7; 4096];
    let hash = Hash::of(&bytes);
    let chunks = Chunks::open(folder.path(), 0).unwrap();
    assert_eq!(chunks.begin(station, hash, 4096).unwrap(), 0);
    assert_eq!(
        chunks.append(station, hash, 0, &bytes[..1024]).unwrap(),
        1024
    );
    // Others filled the disk meanwhile, up to what is kept for the database.
    let full = Chunks::open(folder.path(), u64::MAX).unwrap();
    let refused = full.append(station, hash, 1024, &bytes[1024..]);
    assert!(matches!(refused, Err(ChunkError::NoRoom)), "{refused:?}");
    // What is here already may be sent again, and counts for nothing.
    assert_eq!(full.append(station, hash, 0, &bytes[..512]).unwrap(), 1024);
    // Then there is room again.
    let rest = chunks.append(station, hash, 1024, &bytes[1024..]);
    assert_eq!(rest.unwrap(), 4096);
    assert_eq!(chunks.finish(station, hash).unwrap().length, 4096);
}
