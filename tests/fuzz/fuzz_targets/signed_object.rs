//! EF.SOD, EF.CardSecurity, master lists and what they sign: lists of hashes are written and read again the same.
#![cfg_attr(fuzzing, no_main)]

use icao9303::card_security::CardSecurity;
use icao9303::cms::SignedData;
use icao9303::master_list::MasterList;
use icao9303::sod::{DocumentSecurityObject, LdsSecurityObject};

fuzz::target!(|data| {
    if let Ok(list) = LdsSecurityObject::parse(data) {
        assert!((2..=16).contains(&list.hashes().len()));
        assert_eq!(LdsSecurityObject::parse(&list.to_der()), Ok(list));
    }
    if let Ok(object) = DocumentSecurityObject::parse(data) {
        let _ = object.security_object();
        let _ = object.signed_data().find_signer(&[]);
    }
    if let Ok(object) = CardSecurity::parse(data)
        && let Ok(infos) = object.security_infos()
    {
        assert_eq!(infos[0], 0x31);
    }
    if let Ok(object) = SignedData::parse(data) {
        assert!(object.content().len() < data.len());
        assert!(object.certificates().map(<[u8]>::len).sum::<usize>() < data.len());
    }
    let _ = MasterList::parse(data);
});
