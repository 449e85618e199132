//! `MOSIPDISC`, `MOSIPDINFO`: what the device is.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use openssl::error::ErrorStack;
use serde_json::{Value, json};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use super::control::{Behaviour, Status};
use super::fault::Fault;
use super::maker::{Maker, Signer};
use super::{Kind, answer, jws};

/// Version of the protocol.
pub(super) const VERSION: &str = "0.9.5";

/// What never changes about a device.
#[derive(Clone, Debug)]
pub(super) struct Plate {
    pub kind: Kind,
    pub port: u16,
    pub serial: String,
    pub environment: String,
}

impl Plate {
    pub(super) fn new(kind: Kind, port: u16, environment: String) -> Self {
        let serial = format!("SIM-{}-{port}", kind.word().to_uppercase());
        Self {
            kind,
            port,
            serial,
            environment,
        }
    }

    fn digital_id(&self, now: OffsetDateTime, fault: Fault) -> Value {
        let sub_type = match self.kind {
            Kind::Finger => "Single",
            Kind::Face => "Full face",
        };
        let serial = match fault {
            Fault::WrongDevice => "SIM-OTHER-1",
            _ => &self.serial,
        };
        json!({
            "serialNo": serial,
            "make": "Stempel",
            "model": format!("Specimen {}", self.kind.word()),
            "type": self.kind.word(),
            "deviceSubType": sub_type,
            "deviceProvider": "Stempel simulator",
            "deviceProviderId": "STEMPEL.SIM",
            "dateTime": instant(now),
        })
    }

    /// The identity, signed by the chip.
    pub(super) fn signed_digital_id(
        &self,
        maker: &Maker,
        now: OffsetDateTime,
        fault: Fault,
    ) -> Result<String, ErrorStack> {
        let how = match fault {
            Fault::Unsigned | Fault::WeakAlgorithm => Fault::None,
            other => other,
        };
        jws::sign(&self.digital_id(now, fault), &maker.chip, how)
    }

    fn callback(&self, fault: Fault) -> String {
        match fault {
            Fault::ForeignCallback => "http://192.0.2.7:4501/".into(),
            _ => format!("http://127.0.0.1:{}/", self.port),
        }
    }
}

/// The answer to `MOSIPDISC`; empty where another kind is looked for.
pub(super) fn discover(
    plate: &Plate,
    wanted: &str,
    behaviour: &Behaviour,
    now: OffsetDateTime,
) -> Value {
    if ![plate.kind.word(), "Biometric Device"].contains(&wanted) {
        return json!([]);
    }
    let digital_id = plate.digital_id(now, Fault::None).to_string();
    json!([{
        "deviceId": plate.serial,
        "deviceStatus": behaviour.status.word(),
        "certification": "L1",
        "serviceVersion": env!("CARGO_PKG_VERSION"),
        "deviceSubId": ["0"],
        "callbackId": plate.callback(behaviour.fault),
        "digitalId": URL_SAFE_NO_PAD.encode(digital_id),
        "deviceCode": plate.serial,
        "specVersion": [VERSION],
        "purpose": "Registration",
        "error": answer::error(behaviour.status.code()),
    }])
}

/// The answer to `MOSIPDINFO`.
pub(super) fn info(
    plate: &Plate,
    maker: &Maker,
    behaviour: &Behaviour,
    now: OffsetDateTime,
) -> Result<Value, ErrorStack> {
    let environment = match behaviour.fault {
        Fault::WrongEnvironment => "Staging",
        _ => &plate.environment,
    };
    let purpose = match behaviour.fault {
        Fault::WrongPurpose => "Auth",
        _ => "Registration",
    };
    let version = match behaviour.fault {
        Fault::WrongVersion => "0.8.0",
        _ => VERSION,
    };
    let data = json!({
        "specVersion": [version],
        "env": environment,
        "digitalId": plate.signed_digital_id(maker, now, behaviour.fault)?,
        "deviceId": plate.serial,
        "deviceCode": plate.serial,
        "purpose": purpose,
        "serviceVersion": env!("CARGO_PKG_VERSION"),
        "deviceStatus": behaviour.status.word(),
        "firmware": "sim-1",
        "certification": "L1",
        "deviceSubId": ["0"],
        "callbackId": plate.callback(behaviour.fault),
    });
    let signed = if behaviour.status == Status::NotRegistered {
        URL_SAFE_NO_PAD.encode(data.to_string())
    } else {
        let mut signed = jws::sign(&data, device_key(maker, behaviour.fault), behaviour.fault)?;
        if behaviour.fault == Fault::TamperedValue {
            signed = tamper(&signed);
        }
        signed
    };
    // Only what forbids every use is an error of the whole device.
    let code = match behaviour.status {
        Status::NotRegistered => 100,
        _ => 0,
    };
    Ok(json!([{ "deviceInfo": signed, "error": answer::error(code) }]))
}

/// The key that the device signs with.
pub(super) fn device_key(maker: &Maker, fault: Fault) -> &Signer {
    match fault {
        Fault::ExpiredKey => &maker.expired,
        Fault::FutureKey => &maker.future,
        Fault::ExchangedKey => &maker.exchanged,
        Fault::ForeignCertificate => &maker.foreign,
        _ => &maker.device,
    }
}

/// Changes one character in the middle of what a JWS signs; it still decodes.
pub(super) fn tamper(jws: &str) -> String {
    let mut parts: Vec<String> = jws.split('.').map(str::to_owned).collect();
    if let Some(payload) = parts.get_mut(1) {
        let at = payload.len() / 2;
        let other = if payload[at..].starts_with('A') {
            "B"
        } else {
            "A"
        };
        payload.replace_range(at..=at, other);
    }
    parts.join(".")
}

/// A time as devices write it.
pub(super) fn instant(at: OffsetDateTime) -> String {
    at.replace_nanosecond(0)
        .unwrap_or(at)
        .format(&Rfc3339)
        .unwrap_or_default()
}
