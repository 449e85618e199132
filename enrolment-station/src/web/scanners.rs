//! The devices of this station as the pages use them: find, choose one that is ready, capture, go on with its chain.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::devices::{
    CaptureRequest, Captured, ChainHash, Device, DeviceError, DeviceStatus, Devices, Kind, Preview,
    TransactionId, Wanted,
};
use crate::{edge, fleet};

/// How long a device may try.
const PATIENCE: Duration = Duration::from_secs(10);
/// Score at which a device stops trying.
const GOOD_SCORE: u8 = 60;
/// Most characters of maker and model that the fleet is told.
const LONGEST_MODEL: usize = 64;

/// Why there is no capture. For the clerk.
#[derive(Debug)]
pub enum NoCapture {
    /// No device of the kind; what answered and cannot be used.
    NoDevice(Vec<DeviceError>),
    /// It did not work.
    Failed(DeviceError),
}

/// The devices, and how far the chain of each has come.
#[derive(Debug)]
pub struct Scanners {
    devices: Devices,
    chains: Mutex<HashMap<String, ChainHash>>,
}

impl Scanners {
    /// The devices of this computer.
    pub fn new(devices: Devices) -> Self {
        Self {
            devices,
            chains: Mutex::new(HashMap::new()),
        }
    }

    /// The same devices, where the list of makers is told anew.
    pub fn devices(&self) -> &Devices {
        &self.devices
    }

    /// A device of a kind, a ready one first.
    pub async fn find(&self, kind: Kind) -> Result<Device, NoCapture> {
        let search = self.devices.search(kind).await;
        let mut found = search.devices;
        found.sort_by_key(|device| device.status != DeviceStatus::Ready);
        found
            .into_iter()
            .next()
            .ok_or(NoCapture::NoDevice(search.problems))
    }

    /// How the fleet looks for them: what was found and verified, with its own names and nothing of people.
    pub fn seen(&self) -> fleet::Devices {
        let devices = self.devices.clone();
        Arc::new(move || {
            let devices = devices.clone();
            Box::pin(async move { seen(&devices).await })
        })
    }

    /// Captures once. Captures of one device follow each other: its chain is one.
    pub async fn capture(&self, kind: Kind, wanted: Wanted) -> Result<Captured, NoCapture> {
        let device = self.find(kind).await?;
        let mut chains = self.chains.lock().await;
        let serial = device.identity.serial.clone();
        let previous = chains
            .get(&serial)
            .copied()
            .unwrap_or_else(ChainHash::start);
        let request = CaptureRequest {
            transaction: TransactionId::draw(&mut edge::rng()),
            wanted,
            requested_score: GOOD_SCORE,
            timeout: PATIENCE,
            previous,
        };
        let captured = self.devices.capture(&device, &request).await;
        match captured {
            Ok(captured) => {
                chains.insert(serial, captured.chain);
                Ok(captured)
            }
            Err(error) => {
                // What the device thinks of the chain is not known any more.
                chains.remove(&serial);
                Err(NoCapture::Failed(error))
            }
        }
    }

    /// The live picture of the camera.
    pub async fn preview(&self) -> Result<Preview, NoCapture> {
        let device = self.find(Kind::Face).await?;
        self.devices
            .preview(&device)
            .await
            .map_err(NoCapture::Failed)
    }
}

/// The devices of both kinds, as the centre is told of them.
async fn seen(devices: &Devices) -> Vec<wire::fleet::Device> {
    let (fingers, faces) = tokio::join!(devices.search(Kind::Finger), devices.search(Kind::Face));
    let found = fingers.devices.into_iter().chain(faces.devices);
    let told = found.map(|device| {
        let identity = device.identity;
        let model = format!("{} {}", identity.make, identity.model);
        wire::fleet::Device {
            kind: identity.kind.word().to_owned(),
            model: model.trim().chars().take(LONGEST_MODEL).collect(),
            serial: identity.serial,
            ready: device.status == DeviceStatus::Ready,
        }
    });
    told.collect()
}
