//! Answers of biometric devices: whatever they are, they are read within limits or refused, nothing is
//! accepted without a trusted signature, and a preview's frames do not depend on how its bytes arrive.
#![cfg_attr(fuzzing, no_main)]

use std::time::Duration;

use biometrics::iso19794::finger::FingerPosition;
use enrolment_station::devices::jws::Jws;
use enrolment_station::devices::message::{capture as wire, discovery, info};
use enrolment_station::devices::{
    CaptureRequest, ChainHash, DeviceAddress, DigitalId, Expected, FrameReader, Kind,
    MultipartError, PORTS, SignedPart, TransactionId, TrustList, Wanted, capture,
};
use rand::SeedableRng;
use rand::rngs::StdRng;
use time::OffsetDateTime;

const LONGEST_FRAME: usize = 512;

fuzz::target!(|data| {
    let Some((what, data)) = data.split_first() else {
        return;
    };
    match what {
        b'd' => discovered(data),
        b'i' => {
            for entry in info::read(data).unwrap_or_default() {
                nobody_is_trusted(&entry.device_info);
            }
        }
        b'c' => captured(data),
        b'b' => {
            if let Ok(block) = wire::read_block(data) {
                assert!(block.quality_score.is_none_or(|score| score <= 100));
            }
        }
        b'j' => {
            if let Ok(text) = std::str::from_utf8(data) {
                nobody_is_trusted(text);
            }
        }
        b'm' => previewed(data),
        _ => {}
    }
});

fn discovered(data: &[u8]) {
    for device in discovery::read(data).unwrap_or_default() {
        let _ = device.claimed_identity();
        if let Ok(address) = DeviceAddress::from_callback(&device.callback_id) {
            assert!(PORTS.contains(&address.port()));
        }
    }
}

fn nobody_is_trusted(text: &str) {
    let part = SignedPart::DeviceInfo;
    if let Ok(jws) = Jws::parse(text, part) {
        let verified = jws.verify(
            part,
            &TrustList::new(Vec::new()),
            OffsetDateTime::UNIX_EPOCH,
        );
        assert!(verified.is_err());
    }
}

fn captured(data: &[u8]) {
    let identity = DigitalId {
        serial: "1".into(),
        make: String::new(),
        model: String::new(),
        kind: Kind::Finger,
        sub_type: String::new(),
        provider: String::new(),
    };
    let request = CaptureRequest {
        transaction: TransactionId::draw(&mut StdRng::seed_from_u64(1)),
        wanted: Wanted::Fingers {
            wanted: vec![FingerPosition::RightIndex],
            missing: Vec::new(),
        },
        requested_score: 40,
        timeout: Duration::from_secs(1),
        previous: ChainHash::start(),
    };
    let expected = Expected {
        identity: &identity,
        signer: &[],
        version: "0.9.5",
        environment: "Production",
        request: &request,
        now: OffsetDateTime::UNIX_EPOCH,
        tolerance: time::Duration::minutes(5),
    };
    assert!(capture::read(data, &expected, &TrustList::new(Vec::new())).is_err());
}

fn previewed(data: &[u8]) {
    let Some((piece, stream)) = data.split_first() else {
        return;
    };
    let whole = frames(stream, 1);
    let pieces = frames(stream, usize::from(*piece).max(1));
    assert_eq!(whole.0, pieces.0);
    assert_eq!(whole.1, pieces.1);
}

/// The frames of a stream that arrives in pieces of a size, and what ended it.
fn frames(stream: &[u8], piece: usize) -> (Vec<Vec<u8>>, Option<MultipartError>) {
    let kind = "multipart/x-mixed-replace; boundary=--B";
    let Ok(mut reader) = FrameReader::new(kind, LONGEST_FRAME) else {
        return Default::default();
    };
    let mut frames = Vec::new();
    for bytes in stream.chunks(piece) {
        reader.push(bytes);
        loop {
            match reader.next_frame() {
                Ok(Some(frame)) => {
                    assert!(frame.len() <= LONGEST_FRAME);
                    frames.push(frame);
                }
                Ok(None) => break,
                Err(error) => return (frames, Some(error)),
            }
        }
    }
    (frames, None)
}
