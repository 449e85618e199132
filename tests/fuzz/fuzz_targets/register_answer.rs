//! Answers of the population register: what is accepted is within the limits, and printing it says
//! nothing about the person.
#![cfg_attr(fuzzing, no_main)]

use enrolment_station::register::RegisterPerson;
use prost::Message;
use wire::register::FindResponse;

fuzz::target!(|data| {
    let Ok(answer) = FindResponse::decode(data) else {
        return;
    };
    if let Ok(person) = RegisterPerson::try_from(answer) {
        assert!(!person.nationalities.is_empty() && person.documents.len() <= 8);
        let printed = format!("{person:?}");
        assert!(!printed.contains(person.number.as_str()));
    }
});
