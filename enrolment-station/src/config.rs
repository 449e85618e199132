//! The station's configuration file; what the centre decides comes signed from there, not from here.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::{fs, io};

use key_custody::TokenConfig;
use serde::Deserialize;
use thiserror::Error;

/// Why a configuration cannot be used. For the operator.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("reading the configuration {}: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: io::Error,
    },
    /// It is not what `docs/capture.md` describes.
    #[error("reading the configuration {}: {source}", path.display())]
    Form {
        /// The file.
        path: PathBuf,
        /// Where and why.
        source: Box<toml::de::Error>,
    },
    /// The pages would be open to the network.
    #[error(
        "the configuration says listen = {0}; a station's pages are for its own screen, write 127.0.0.1"
    )]
    Listen(SocketAddr),
}

/// The whole file, paths already resolved against its folder.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Where the pages are: an address of this computer alone; port 0 takes a free one.
    #[serde(default = "listen")]
    pub listen: SocketAddr,
    /// The folder of everything that the station keeps.
    pub data_dir: PathBuf,
    /// The station's token.
    pub token: TokenSection,
    /// The centre.
    pub centre: Centre,
    /// Scanners and cameras.
    #[serde(default)]
    pub devices: DevicesSection,
    /// The population register; without it everything is typed by hand.
    pub register: Option<Endpoint>,
}

/// `[token]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenSection {
    /// The PKCS#11 module.
    #[serde(default = "softhsm")]
    pub module: PathBuf,
    /// SoftHSM's configuration, where the module is SoftHSM.
    pub softhsm2_conf: Option<PathBuf>,
    /// Label of the token.
    pub label: String,
    /// Its PIN, mode 600.
    pub pin_file: PathBuf,
    /// The security officer's PIN, mode 600: with it `onboard` makes a token that is not there.
    pub so_pin_file: Option<PathBuf>,
}

/// `[centre]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Centre {
    /// Host and port of intake and fleet (mutual TLS).
    pub intake: String,
    /// Host and port for onboarding (no client certificate yet).
    pub onboarding: String,
    /// The name in the centre's certificate.
    pub server_name: String,
    /// The operations authority's certificate, PEM or DER.
    pub ca: PathBuf,
}

/// `[devices]`
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DevicesSection {
    /// What devices must say about where they may be used.
    #[serde(default = "environment")]
    pub environment: String,
    /// First and last port that is searched.
    #[serde(default = "ports")]
    pub ports: (u16, u16),
    /// A folder of makers' certificates, trusted beside those of the centre's configuration.
    pub trust: Option<PathBuf>,
}

impl Default for DevicesSection {
    fn default() -> Self {
        Self {
            environment: environment(),
            ports: ports(),
            trust: None,
        }
    }
}

/// A service that is asked with the station's certificate.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Endpoint {
    /// Host and port.
    pub address: String,
    /// The name in its certificate.
    pub server_name: String,
    /// The authority of its certificate, PEM or DER.
    pub ca: PathBuf,
}

impl Config {
    /// Reads a file; relative paths in it are relative to its folder.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = fs::read_to_string(path).map_err(|source| ConfigError::Read {
            path: path.to_owned(),
            source,
        })?;
        let mut config: Self = toml::from_str(&text).map_err(|source| ConfigError::Form {
            path: path.to_owned(),
            source: Box::new(source),
        })?;
        if !config.listen.ip().is_loopback() {
            return Err(ConfigError::Listen(config.listen));
        }
        config.resolve(path.parent().unwrap_or(Path::new("")));
        Ok(config)
    }

    fn resolve(&mut self, folder: &Path) {
        let place = |path: &mut PathBuf| *path = folder.join(&*path);
        place(&mut self.data_dir);
        place(&mut self.token.pin_file);
        place(&mut self.centre.ca);
        let optional = [
            self.token.softhsm2_conf.as_mut(),
            self.token.so_pin_file.as_mut(),
            self.devices.trust.as_mut(),
            self.register.as_mut().map(|register| &mut register.ca),
        ];
        optional.into_iter().flatten().for_each(place);
    }

    /// The token, as custody opens it.
    pub fn token(&self) -> TokenConfig {
        let TokenSection {
            module,
            softhsm2_conf,
            label,
            pin_file,
            ..
        } = self.token.clone();
        TokenConfig {
            module,
            softhsm2_conf,
            token_label: label,
            pin_file,
        }
    }
}

fn listen() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 8400))
}

fn softhsm() -> PathBuf {
    key_custody::softhsm::MODULE.into()
}

fn environment() -> String {
    "Production".into()
}

fn ports() -> (u16, u16) {
    (4501, 4600)
}
