//! APDUs: what parses is written back and means the same; an extended form means the same as a short one.
#![cfg_attr(fuzzing, no_main)]

use icao9303::apdu::{Command, Response};

fuzz::target!(|data| {
    if let Ok(command) = Command::parse(data) {
        let short = command.encode().expect("a parsed command fits an APDU");
        assert!(short.len() <= data.len());
        assert_eq!(Command::parse(&short).as_ref(), Ok(&command));
        let extended = command
            .encode_extended()
            .expect("a parsed command fits an APDU");
        assert_eq!(Command::parse(&extended), Ok(command));
    }
    if let Ok(response) = Response::parse(data) {
        assert_eq!(response.encode(), data);
    }
});
