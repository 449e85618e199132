//! `RCAPTURE`: biometrics of whoever stands at the device, signed and chained, or wrong as told.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use biometrics::iso19794::finger::FingerPosition;
use openssl::error::ErrorStack;
use openssl::sha::{Sha256, sha256};
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use super::album::{Album, Picture, Subject};
use super::control::Behaviour;
use super::discovery::{self, Plate, VERSION};
use super::fault::Fault;
use super::maker::Maker;
use super::question::{Question, Wish, is_transaction};
use super::{Kind, answer, jws};

/// Most fingers of one capture.
const MOST: u64 = 10;
/// How long the device tries to reach the requested score before it answers with its best, where the
/// question leaves it that much time.
const MOST_TRYING: std::time::Duration = std::time::Duration::from_millis(1500);

/// Everything that a capture needs.
pub(super) struct Scene<'a> {
    pub plate: &'a Plate,
    pub maker: &'a Maker,
    pub album: &'a Album,
    /// As it was when the capture began.
    pub behaviour: Behaviour,
    pub now: OffsetDateTime,
}

/// One biometric before it is signed.
struct Shot {
    label: &'static str,
    picture: Picture,
}

/// The error code of a question that cannot be answered.
pub(super) fn refusal(plate: &Plate, behaviour: &Behaviour, question: &Question) -> Option<u16> {
    let wish = question.bio.first();
    let code = match wish {
        _ if behaviour.status.code() != 0 => behaviour.status.code(),
        _ if behaviour.error != 0 => behaviour.error,
        _ if !is_transaction(&question.transaction_id) => 112,
        None => 101,
        Some(wish) if wish.kind != plate.kind.word() => 106,
        Some(wish) if !wish.device_id.is_empty() && wish.device_id != plate.serial => 106,
        Some(wish) if wish.count == 0 || wish.count > MOST => 109,
        Some(wish) if plate.kind == Kind::Finger && fingers(wish).is_none() => 109,
        Some(_) if question.spec_version != VERSION => 501,
        Some(_) if question.env != plate.environment => 502,
        Some(_) if question.purpose != "Registration" => 503,
        Some(_) => return None,
    };
    Some(code)
}

/// An answer that is an error, in the form of a capture.
pub(super) fn refuse(code: u16) -> Value {
    json!({ "biometrics": [{
        "specVersion": VERSION, "data": "", "hash": "", "error": answer::error(code),
    }] })
}

/// Takes the pictures and signs them. Slow.
pub(super) fn take(scene: &Scene<'_>, question: &Question) -> Result<Value, ErrorStack> {
    let Some(wish) = question.bio.first() else {
        return Ok(refuse(101));
    };
    let Some(mut shots) = shots(scene, wish) else {
        return Ok(refuse(101));
    };
    if shots
        .iter()
        .any(|shot| u64::from(shot.picture.score) < wish.requested_score)
    {
        // It would have tried on.
        std::thread::sleep(MOST_TRYING.min(std::time::Duration::from_millis(question.timeout)));
    }
    let fault = scene.behaviour.fault;
    if fault == Fault::FewerFingers {
        shots.pop();
    }
    let mut hash = previous(wish);
    let last = shots.len().saturating_sub(1);
    let mut biometrics = Vec::new();
    for (index, shot) in shots.iter().enumerate() {
        let mut record = shot.picture.record.clone();
        if fault == Fault::BrokenRecord {
            record.truncate(record.len() / 2);
        }
        let mut next = Sha256::new();
        next.update(&hash);
        next.update(&sha256(&record));
        hash = next.finish();
        if fault == Fault::BrokenChain && index == last {
            hash[0] ^= 1;
        }
        let payload = payload(scene, question, shot, &record)?;
        let key = discovery::device_key(scene.maker, fault);
        let mut data = jws::sign(&payload, key, fault)?;
        if fault == Fault::TamperedValue && index == last {
            data = discovery::tamper(&data);
        }
        let version = match fault {
            Fault::WrongVersion => "0.9.2",
            _ => VERSION,
        };
        biometrics.push(json!({
            "specVersion": version,
            "data": data,
            "hash": hex::encode_upper(hash),
            "error": answer::error(0),
        }));
    }
    Ok(json!({ "biometrics": biometrics }))
}

fn payload(
    scene: &Scene<'_>,
    question: &Question,
    shot: &Shot,
    record: &[u8],
) -> Result<Value, ErrorStack> {
    let fault = scene.behaviour.fault;
    let timestamp = match fault {
        Fault::ClockAhead => scene.now + Duration::minutes(10),
        Fault::ClockBehind => scene.now - Duration::minutes(10),
        _ => scene.now,
    };
    let score = scene.behaviour.score.unwrap_or(shot.picture.score);
    let mut payload = json!({
        "digitalId": scene.plate.signed_digital_id(scene.maker, scene.now, fault)?,
        "deviceCode": scene.plate.serial,
        "deviceServiceVersion": env!("CARGO_PKG_VERSION"),
        "bioType": scene.plate.kind.word(),
        "bioSubType": shot.label,
        "purpose": if fault == Fault::WrongPurpose { "Auth" } else { "Registration" },
        "env": if fault == Fault::WrongEnvironment { "Staging" } else { &*question.env },
        "bioValue": URL_SAFE_NO_PAD.encode(record),
        "transactionId": question.transaction_id,
        "timestamp": discovery::instant(timestamp),
        "requestedScore": question.bio.first().map_or(0, |wish| wish.requested_score).to_string(),
        "qualityScore": score.to_string(),
    });
    match fault {
        Fault::WrongTransaction => payload["transactionId"] = json!("another-transaction"),
        Fault::NoScore => {
            payload
                .as_object_mut()
                .map(|all| all.remove("qualityScore"));
        }
        _ => {}
    }
    Ok(payload)
}

/// The pictures, in the order that was asked for.
fn shots(scene: &Scene<'_>, wish: &Wish) -> Option<Vec<Shot>> {
    let behaviour = &scene.behaviour;
    let subject = &behaviour.subject;
    if scene.plate.kind == Kind::Face {
        let picture = scene.album.face(subject)?;
        return Some(vec![Shot { label: "", picture }]);
    }
    let requested = u8::try_from(wish.requested_score).unwrap_or(100);
    let fingers = fingers(wish)?;
    let mut shots = Vec::new();
    for (number, finger) in (0u64..).zip(&fingers) {
        let (mut whose, mut laid, mut label) = (subject.clone(), *finger, *finger);
        let mut inside = *finger;
        laid = behaviour.laid.unwrap_or(laid);
        match behaviour.fault {
            Fault::SameFingerTwice => laid = fingers[0],
            Fault::OtherPersonsFinger if number > 0 => whose = Subject::new(!subject.seed),
            Fault::SameLabelTwice => (label, inside) = (fingers[0], fingers[0]),
            Fault::UnaskedFinger => {
                label = FingerPosition::ALL
                    .into_iter()
                    .find(|other| !fingers.contains(other))
                    .unwrap_or(label);
                inside = label;
            }
            Fault::MislabelledRecord => {
                inside = if *finger == FingerPosition::LeftLittle {
                    FingerPosition::RightLittle
                } else {
                    FingerPosition::LeftLittle
                };
            }
            _ => {}
        }
        let touch = behaviour.captures * MOST + number;
        let wish = (requested, behaviour.placement);
        let picture = scene.album.finger(&whose, laid, inside, touch, wish)?;
        shots.push(Shot {
            label: name(label),
            picture,
        });
    }
    Some(shots)
}

/// The fingers that are wanted and there; `None` where names are unknown or do not fit the count.
fn fingers(wish: &Wish) -> Option<Vec<FingerPosition>> {
    let read = |names: &Option<Vec<String>>| -> Option<Vec<FingerPosition>> {
        names.iter().flatten().map(|name| by_name(name)).collect()
    };
    let (mut wanted, missing) = (read(&wish.bio_sub_type)?, read(&wish.exception)?);
    let count = usize::try_from(wish.count)
        .ok()?
        .checked_sub(missing.len())?;
    wanted.retain(|finger| !missing.contains(finger));
    if wanted.is_empty() {
        // Not said which: index fingers first.
        wanted = [2, 7, 1, 6, 3, 8, 4, 9, 5, 10]
            .into_iter()
            .filter_map(FingerPosition::from_code)
            .filter(|finger| !missing.contains(finger))
            .take(count)
            .collect();
    }
    (wanted.len() == count).then_some(wanted)
}

/// The chain before this capture; the hash of nothing where none is given.
fn previous(wish: &Wish) -> [u8; 32] {
    let mut hash = [0; 32];
    let given = wish.previous_hash.as_deref().unwrap_or_default();
    match hex::decode_to_slice(given, &mut hash) {
        Ok(()) => hash,
        Err(_) => sha256(b""),
    }
}

pub(super) fn by_name(text: &str) -> Option<FingerPosition> {
    FingerPosition::ALL
        .into_iter()
        .find(|finger| name(*finger) == text)
}

pub(super) fn name(finger: FingerPosition) -> &'static str {
    const NAMES: [&str; 10] = [
        "Right Thumb",
        "Right IndexFinger",
        "Right MiddleFinger",
        "Right RingFinger",
        "Right LittleFinger",
        "Left Thumb",
        "Left IndexFinger",
        "Left MiddleFinger",
        "Left RingFinger",
        "Left LittleFinger",
    ];
    NAMES[usize::from(finger.code()) - 1]
}
