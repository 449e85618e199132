//! Face and finger records: a record that parses is written again, and reads the same.
#![cfg_attr(fuzzing, no_main)]

use biometrics::iso19794::face::FaceRecord;
use biometrics::iso19794::finger::FingerRecord;

fuzz::target!(|data| {
    if let Ok(face) = FaceRecord::parse(data) {
        let written = face
            .encode()
            .expect("a record that was read can be written");
        assert_eq!(written.len(), data.len());
        assert_eq!(FaceRecord::parse(&written).as_ref(), Ok(&face));
    }
    if let Ok(finger) = FingerRecord::parse(data) {
        let written = finger
            .encode()
            .expect("a record that was read can be written");
        assert_eq!(written.len(), data.len());
        assert_eq!(FingerRecord::parse(&written).as_ref(), Ok(&finger));
    }
});
