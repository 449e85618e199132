//! EF.COM, EF.DIR, EF.CVCA, EF.ATR/INFO, DG1, DG7, DG11, DG12, DG14, DG15: what is read is written, read again, and the same.
#![cfg_attr(fuzzing, no_main)]

use icao9303::lds::{AtrInfo, Dg1, Dg7, Dg11, Dg12, Dg14, Dg15, EfCom, EfCvca, EfDir};

fuzz::target!(|data| {
    if let Ok(read) = EfCom::parse(data) {
        assert_eq!(EfCom::parse(&read.encode()), Ok(read));
    }
    if let Ok(read) = EfDir::parse(data) {
        assert_eq!(EfDir::parse(&read.encode()), Ok(read));
    }
    if let Ok(read) = EfCvca::parse(data) {
        assert_eq!(EfCvca::parse(&read.encode()), Ok(read));
    }
    if let Ok(read) = AtrInfo::parse(data) {
        assert_eq!(AtrInfo::parse(&read.encode()), Ok(read));
    }
    if let Ok(read) = Dg1::parse(data) {
        assert_eq!(Dg1::parse(&read.encode()), Ok(read));
    }
    if let Ok(read) = Dg7::parse(data) {
        let written = read.encode().expect("at most 255 images are read");
        assert_eq!(Dg7::parse(&written), Ok(read));
    }
    if let Ok(read) = Dg14::parse(data) {
        assert_eq!(
            Dg14::parse(&read.encode()).map(|again| again.encode()),
            Ok(read.encode())
        );
    }
    if let Ok(read) = Dg15::parse(data) {
        assert_eq!(Dg15::parse(&read.encode()), Ok(read));
    }
    // Texts are read more freely than they are written.
    if let Ok(read) = Dg11::parse(data)
        && let Ok(written) = read.encode()
    {
        assert_eq!(Dg11::parse(&written), Ok(read));
    }
    if let Ok(read) = Dg12::parse(data)
        && let Ok(written) = read.encode()
    {
        assert_eq!(Dg12::parse(&written), Ok(read));
    }
});
