//! DG2 and DG3: what is read is written, read again, and the same.
#![cfg_attr(fuzzing, no_main)]

use icao9303::lds::{Dg2, Dg3};

fuzz::target!(|data| {
    if let Ok(read) = Dg2::parse(data) {
        let written = read
            .encode()
            .expect("no more templates are read than may be written");
        assert_eq!(Dg2::parse(&written), Ok(read));
    }
    if let Ok(read) = Dg3::parse(data) {
        let written = read
            .encode()
            .expect("no more templates are read than may be written");
        assert_eq!(Dg3::parse(&written), Ok(read));
    }
});
