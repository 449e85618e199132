//! What a report says about a chip's files: any file is described or left out, pictures included.
#![cfg_attr(fuzzing, no_main)]

use icao9303::lds::{DataGroup, ElementaryFile};
use inspection::{ChipFiles, facts};
use time::macros::date;

fuzz::target!(|data| {
    let group = data.first().and_then(|tag| DataGroup::from_tag(*tag));
    let file = ElementaryFile::DataGroup(group.unwrap_or(DataGroup::DG1));
    let files: ChipFiles = [(file, data.to_vec())].into_iter().collect();
    let today = date!(2026 - 10 - 15);
    if let Some(document) = facts::document(&files, today) {
        assert!((2..=3).contains(&document.mrz.len()));
    }
    for picture in facts::pictures(&files) {
        assert!(picture.bytes <= data.len());
    }
    assert!(
        facts::fingers(&files)
            .iter()
            .all(|(_, bytes)| *bytes <= data.len())
    );
});
