//! The devices of this station as the pages use them: find, choose one that is ready, capture, go on with its chain.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::Mutex;

use crate::devices::{
    CaptureRequest, Captured, ChainHash, Device, DeviceError, DeviceStatus, Devices, Kind, Preview,
    TransactionId, Wanted,
};
use crate::edge;

/// How long a device may try.
const PATIENCE: Duration = Duration::from_secs(10);
/// Score at which a device stops trying.
const GOOD_SCORE: u8 = 60;

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
