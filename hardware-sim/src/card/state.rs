//! What the chip knows only while it has power.

use icao9303::crypto::cipher::AesSize;

use super::basic_access;
use super::files::FileEntry;
use super::pace;
use super::scp03;
use super::secure_messaging::Session;
use super::terminal_authentication;

/// Everything that a power failure takes away.
#[derive(Default)]
pub(super) struct Volatile {
    /// Where the reader stands.
    pub(super) directory: Directory,
    /// The selected file.
    pub(super) file: Option<FileEntry>,
    /// The file selected for personalisation.
    pub(super) personalised_file: Option<FileEntry>,
    /// How commands are protected.
    pub(super) channel: Channel,
    /// How far PACE has come.
    pub(super) pace: pace::Progress,
    /// GENERAL AUTHENTICATE commands are being chained.
    pub(super) chain: bool,
    /// MSE:Set AT chose chip authentication with this cipher.
    pub(super) chip_authentication: Option<AesSize>,
    /// The challenge of basic access control that GET CHALLENGE gave out.
    pub(super) basic_access: Option<basic_access::Challenge>,
    /// Takes the place of the session once the running command has been answered.
    pub(super) next_session: Option<Session>,
    /// What terminal authentication calls the chip in this session (`ID_IC`): after PACE the
    /// x-coordinate of the chip's ephemeral key.
    pub(super) chip_name: Vec<u8>,
    /// How far terminal authentication has come.
    pub(super) terminal: terminal_authentication::Progress,
    /// INITIALIZE UPDATE was answered.
    pub(super) handshake: Option<scp03::Handshake>,
}

impl Volatile {
    /// Ends every session and protocol run; what is selected stays.
    pub(super) fn close_channel(&mut self) {
        self.channel = Channel::Plain;
        self.pace = pace::Progress::None;
        self.chain = false;
        self.chip_authentication = None;
        self.basic_access = None;
        self.next_session = None;
        self.chip_name.clear();
        self.terminal = terminal_authentication::Progress::Closed;
        self.handshake = None;
        self.personalised_file = None;
    }
}

/// The selected directory.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) enum Directory {
    /// The master file, as after power-up.
    #[default]
    MasterFile,
    /// The application with this identifier.
    Application(Vec<u8>),
    /// The security domain, which has no files.
    SecurityDomain,
}

impl Directory {
    /// The name its files carry in the table; none has files of the security domain.
    pub(super) fn name(&self) -> Option<&[u8]> {
        match self {
            Self::MasterFile => Some(&[]),
            Self::Application(aid) => Some(aid),
            Self::SecurityDomain => None,
        }
    }
}

/// How commands and responses travel.
#[derive(Default)]
pub(super) enum Channel {
    /// Unprotected.
    #[default]
    Plain,
    /// Secure messaging after PACE or basic access control, under its keys or those of chip
    /// authentication.
    Secure(Session),
    /// The personalisation channel.
    Scp03(scp03::Channel),
}
