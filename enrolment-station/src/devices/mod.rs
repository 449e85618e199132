//! The client of biometric devices: the open protocol that sbi.md of this field calls SBI (IEEE 3167).
//!
//! A device is a service on a port of this computer. Whatever it answers is hostile until its signature
//! is that of a maker on the pinned trust list; each way of not being right has its own [`Problem`] with
//! its own words for the clerk (docs/devices.md).
//!
//! ```text
//! search:  MOSIPDISC /device (all ports at once) ──> MOSIPDINFO /info ──> Device (signed identity)
//! capture: RCAPTURE /capture ──> signatures, device, transaction, clock, count, hash chain ──> Captured
//! preview: STREAM /stream ──> JPEG frames
//! ```

mod address;
pub mod capture;
mod chain;
mod device;
mod http;
pub mod jws;
pub mod message;
mod multipart;
mod preview;
mod problem;
mod search;
mod trust;

pub use address::DeviceAddress;
pub use capture::{CaptureRequest, Captured, CapturedBiometric, Expected, TransactionId, Wanted};
pub use chain::ChainHash;
pub use device::{Device, DeviceStatus, DigitalId, Kind};
pub use http::Limits;
pub use multipart::{FrameReader, MultipartError};
pub use preview::{Frame, Preview};
pub use problem::{DeviceError, DeviceName, Problem, SignedPart};
pub use search::Search;
pub use trust::{TrustError, TrustList};

use std::fmt;
use std::ops::RangeInclusive;
use std::sync::{Arc, PoisonError, RwLock};

use time::{Duration, OffsetDateTime};

/// Where devices listen (sbi.md, transport).
pub const PORTS: RangeInclusive<u16> = 4501..=4600;

/// Says what time it is; the program's edge provides it.
pub type Clock = Arc<dyn Fn() -> OffsetDateTime + Send + Sync>;

/// How devices are looked for and what is expected of all of them.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Ports to search; inside [`PORTS`].
    pub ports: RangeInclusive<u16>,
    /// Name of this program, told to devices in the header EXT.
    pub application: String,
    /// What devices must say about where they may be used, for example `Production` or `Developer`.
    pub environment: String,
    /// How far a device's clock may be off.
    pub clock_tolerance: Duration,
    /// Times and sizes that no answer may exceed.
    pub limits: Limits,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            ports: PORTS,
            application: "Stempel".into(),
            environment: "Production".into(),
            clock_tolerance: Duration::minutes(5),
            limits: Limits::default(),
        }
    }
}

/// The biometric devices of this station.
#[derive(Clone)]
pub struct Devices {
    settings: Settings,
    trust: Arc<RwLock<Arc<TrustList>>>,
    clock: Clock,
}

impl Devices {
    /// A client that trusts devices of the makers on a list.
    pub fn new(settings: Settings, trust: TrustList, clock: Clock) -> Self {
        Self {
            settings,
            trust: Arc::new(RwLock::new(Arc::new(trust))),
            clock,
        }
    }

    /// From now on the makers on this list are trusted and no others.
    pub fn trust(&self, list: TrustList) {
        *self.trust.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(list);
    }

    fn trusted(&self) -> Arc<TrustList> {
        Arc::clone(&self.trust.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Devices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Devices")
            .field("settings", &self.settings)
            .field("trust", &self.trust)
            .finish_non_exhaustive()
    }
}
