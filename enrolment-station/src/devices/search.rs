//! Finding devices: all ports at once, then each one's signed identity.

use serde_json::json;
use time::OffsetDateTime;
use tokio::task::JoinSet;

use super::device::{Device, DeviceStatus, DigitalId, Kind};
use super::http::{self, Bounds, Call};
use super::jws::Jws;
use super::message::ErrorBlock;
use super::message::discovery::{self, Discovered};
use super::message::info::{self, DeviceInfoBlock, InfoEntry};
use super::{DeviceAddress, DeviceError, DeviceName, Devices, Problem, SignedPart, TrustList};

/// Versions of the protocol that this client speaks.
const VERSIONS: [&str; 1] = ["0.9.5"];

/// What a search found.
#[derive(Clone, Debug, Default)]
pub struct Search {
    /// Devices whose identity was verified, by port.
    pub devices: Vec<Device>,
    /// What answered, and why it cannot be used.
    pub problems: Vec<DeviceError>,
}

impl Devices {
    /// Looks for devices of a kind on every port. Ports on which nothing listens are no problem.
    pub async fn search(&self, kind: Kind) -> Search {
        let mut tasks = JoinSet::new();
        for address in self.settings.ports.clone().filter_map(DeviceAddress::new) {
            let client = self.clone();
            tasks.spawn(async move { client.search_port(address, kind).await });
        }
        let mut search = Search::default();
        while let Some(found) = tasks.join_next().await {
            let Ok(found) = found else { continue };
            search.devices.extend(found.devices);
            search.problems.extend(found.problems);
        }
        search.devices.sort_by_key(|device| device.address);
        search
            .devices
            .dedup_by(|a, b| a.address == b.address && a.identity == b.identity);
        search.problems.sort_by_key(|error| error.device.port);
        search
    }

    async fn search_port(&self, address: DeviceAddress, kind: Kind) -> Search {
        let mut search = Search::default();
        let fail = |label, problem| DeviceError {
            device: DeviceName {
                port: address.port(),
                label,
            },
            problem,
        };
        let discovered = match self.discover(address, kind).await {
            Ok(discovered) => discovered,
            Err(Problem::Unreachable) => return search,
            Err(problem) => {
                search.problems.push(fail(None, problem));
                return search;
            }
        };
        for device in discovered {
            match self.identify(address, kind, &device).await {
                Ok(Some(device)) => search.devices.push(device),
                Ok(None) => {}
                Err(problem) => search.problems.push(fail(None, problem)),
            }
        }
        search
    }

    async fn discover(
        &self,
        address: DeviceAddress,
        kind: Kind,
    ) -> Result<Vec<Discovered>, Problem> {
        let body = json!({ "type": kind.word() }).to_string().into_bytes();
        let limits = self.settings.limits;
        let bounds = Bounds {
            connect: limits.connect,
            whole: limits.discovery,
            bytes: limits.answer_bytes,
        };
        let call = self.call(address, "MOSIPDISC", "/device");
        let answer = http::exchange(call, body, bounds).await?;
        discovery::read(&answer)
    }

    /// Asks a discovered device for its signed data; `None` for devices of another kind.
    async fn identify(
        &self,
        found_at: DeviceAddress,
        kind: Kind,
        discovered: &Discovered,
    ) -> Result<Option<Device>, Problem> {
        let not_ready = [Some(100), Some(110), Some(111)];
        let code = discovered.error.as_ref().map(|error| error.error_code);
        if !not_ready.contains(&code) {
            ErrorBlock::check(discovered.error.as_ref())?;
        }
        let claimed = discovered.claimed_identity()?;
        if claimed.kind != kind.word() {
            return Ok(None);
        }
        let address = match &*discovered.callback_id {
            "" => found_at,
            callback => DeviceAddress::from_callback(callback)?,
        };
        let limits = self.settings.limits;
        let bounds = Bounds {
            connect: limits.connect,
            whole: limits.info,
            bytes: limits.answer_bytes,
        };
        let call = self.call(address, "MOSIPDINFO", "/info");
        let answer = http::exchange(call, b"{}".to_vec(), bounds).await?;
        let now = (self.clock)();
        let mut last = Problem::OtherDevice;
        for entry in info::read(&answer)? {
            match self.verify_info(address, &entry, now) {
                Ok(device) if device.identity.serial == claimed.serial_no => {
                    return Ok(Some(device));
                }
                Ok(_) => {}
                Err(problem) => last = problem,
            }
        }
        Err(last)
    }

    fn verify_info(
        &self,
        address: DeviceAddress,
        entry: &InfoEntry,
        now: OffsetDateTime,
    ) -> Result<Device, Problem> {
        ErrorBlock::check(entry.error.as_ref())?;
        let part = SignedPart::DeviceInfo;
        let verified = Jws::parse(&entry.device_info, part)?.verify(part, &self.trusted(), now)?;
        let block: DeviceInfoBlock = serde_json::from_slice(&verified.payload)
            .map_err(|_| Problem::Garbled("device data"))?;
        let identity = verify_identity(&block.digital_id, &self.trusted(), now)?;
        if block.env != self.settings.environment {
            return Err(Problem::WrongEnvironment);
        }
        if !matches!(&*block.purpose, "" | "Registration") {
            return Err(Problem::OtherPurpose);
        }
        let used = block.spec_version.first();
        let version = VERSIONS
            .into_iter()
            .find(|version| used.is_some_and(|used| used == version))
            .ok_or(Problem::UnsupportedVersion)?;
        let status = DeviceStatus::from_word(&block.device_status)?;
        if status == DeviceStatus::NotRegistered {
            return Err(Problem::NotRegistered);
        }
        Ok(Device {
            address,
            identity,
            status,
            firmware: short(&block.firmware),
            certification: short(&block.certification),
            inside: block.device_id,
            version,
            signer: verified.signer,
        })
    }

    pub(super) fn call(
        &self,
        address: DeviceAddress,
        verb: &'static str,
        path: &'static str,
    ) -> Call<'_> {
        Call {
            address,
            verb,
            path,
            application: &self.settings.application,
        }
    }
}

/// The identity inside a signed digital id.
pub(super) fn verify_identity(
    digital_id: &str,
    trust: &TrustList,
    now: OffsetDateTime,
) -> Result<DigitalId, Problem> {
    let part = SignedPart::DigitalId;
    let verified = Jws::parse(digital_id, part)?.verify(part, trust, now)?;
    let block = serde_json::from_slice(&verified.payload)
        .map_err(|_| Problem::Garbled("a digital identity"))?;
    DigitalId::from_block(block)
}

/// What a device says about itself, cut to what a page can show.
fn short(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(32).collect()
}
