//! The line's inspection system over days that pass: pki, under a clock that the test sets, and SoftHSM
//! are the real ones. Certificates live ten days.
#![expect(clippy::unwrap_used, reason = "a journey that cannot go on has failed")]

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::thread::JoinHandle;

use e2e::house::Pki;
use key_custody::{
    Token, TokenConfig,
    role::InspectionSystem,
    softhsm,
    tls::{self, KeyPlace},
};
use personalisation::config;
use personalisation::inspection_system::{Folder, InspectionSystemError, Keeper};
use personalisation::line::signing::PkiClient;
use pki_authority::{
    serve::{self, config::ServeConfig},
    surroundings::Surroundings,
};
use rand::{SeedableRng as _, rngs::StdRng};
use tempfile::TempDir;
use time::{Date, Duration, OffsetDateTime};
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

/// A ceremony's PKI and the line's keeper, in one process: with one SoftHSM folder for both, and one
/// clock.
struct Days {
    pki: Pki,
    place: TempDir,
    runtime: Runtime,
    clock: Arc<AtomicI64>,
    began: OffsetDateTime,
    address: SocketAddr,
    service: Option<(oneshot::Sender<()>, JoinHandle<()>)>,
    token: Arc<Token>,
}

/// A line whose TLS key is a file: this process has the tokens of the service open, and so no others.
const PEER: &str = "[[program]]\nname = \"peer\"\nrole = \"line\"\nside = \"client\"\n";

impl Days {
    fn begin() -> Self {
        let place = tempfile::tempdir().unwrap();
        let pki = Pki::hold_ceremony_with(&place.path().join("pki"), PEER).unwrap();
        let softhsm2_conf = pki.folder().join("tokens/signing/softhsm2.conf");
        let pin_file = place.path().join("inspection.pin");
        make_token(&softhsm2_conf, "inspection", &pin_file);
        let token = Token::open(&TokenConfig {
            module: softhsm::MODULE.into(),
            softhsm2_conf: Some(softhsm2_conf),
            token_label: "inspection".to_owned(),
            pin_file,
        });
        let began = now();
        let mut days = Self {
            pki,
            place,
            runtime: Runtime::new().unwrap(),
            clock: Arc::new(AtomicI64::new(began.unix_timestamp())),
            began,
            address: SocketAddr::from(([127, 0, 0, 1], 0)),
            service: None,
            token: Arc::new(token.unwrap()),
        };
        days.serve();
        days
    }

    /// Starts the service, again where it was.
    fn serve(&mut self) {
        let mut config = ServeConfig::read(&self.pki.configure().unwrap()).unwrap();
        config.listen = self.address;
        let signers = serve::signers(&config).unwrap();
        let clock = Arc::clone(&self.clock);
        let now = move || at(clock.load(Ordering::SeqCst));
        let surroundings = Surroundings::new(now, StdRng::seed_from_u64(1));
        let (listening, address) = oneshot::channel();
        let (stop, stopped) = oneshot::channel();
        let serving = std::thread::spawn(move || {
            let told = |address| listening.send(address).unwrap();
            let end = async { drop(stopped.await) };
            let served = serve::run(&config, signers, surroundings, told, end);
            Runtime::new().unwrap().block_on(served).unwrap();
        });
        self.address = address.blocking_recv().unwrap();
        self.service = Some((stop, serving));
    }

    fn stop_service(&mut self) {
        let (stop, serving) = self.service.take().unwrap();
        stop.send(()).unwrap();
        serving.join().unwrap();
    }

    /// Lets so many days have passed since the beginning; the date then.
    fn are(&self, passed: i64) -> Date {
        let now = self.began + Duration::days(passed);
        self.clock.store(now.unix_timestamp(), Ordering::SeqCst);
        now.date()
    }

    /// A keeper as the line has it after its start.
    fn keeper(&self) -> Keeper {
        let folder = self.pki.folder();
        let file = |name: &str| folder.join("operations").join(name);
        let pki = config::Pki {
            endpoint: format!("https://{}", self.address),
            server_name: "localhost".to_owned(),
            server_ca: file("operations-ca.pem"),
            certificate: file("peer.pem"),
            key: "peer".to_owned(),
            signing_profile: "identity-card".to_owned(),
            trust: self.pki.trust(),
            ticket_days: 30,
        };
        let key = file("peer.key");
        let ours = tls::identity(&pki.certificate, KeyPlace::DangerFile(&key)).unwrap();
        let runtime = self.runtime.handle().clone();
        let client = PkiClient::with_identity(&pki, ours, runtime).unwrap();
        Keeper::new(
            "LULINE1".to_owned(),
            Arc::clone(&self.token),
            Folder::new(self.place.path().join("certificates")),
            client.inspection_desk(),
        )
    }

    /// Where SoftHSM has its tokens, and where they are when they are away.
    fn tokens(&self) -> [PathBuf; 2] {
        let here = self.pki.folder().join("tokens/signing");
        ["tokens", "away"].map(|name| here.join(name))
    }
}

impl Drop for Days {
    fn drop(&mut self) {
        if self.service.is_some() {
            self.stop_service();
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "days are counted from today")]
fn now() -> OffsetDateTime {
    OffsetDateTime::now_utc()
}

fn at(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(seconds).unwrap()
}

fn make_token(softhsm2_conf: &Path, label: &str, pin_file: &Path) {
    let pin = "inspection-1234";
    fs::write(pin_file, pin).unwrap();
    fs::set_permissions(pin_file, fs::Permissions::from_mode(0o600)).unwrap();
    let made = Command::new("softhsm2-util")
        .args(["--init-token", "--free", "--label", label])
        .args(["--pin", pin, "--so-pin", pin])
        .env("SOFTHSM2_CONF", softhsm2_conf)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&made.stderr);
    assert!(made.status.success(), "{said}");
}

/// The name of the key in use on that day.
fn in_use(keeper: &Keeper, today: Date) -> String {
    keeper.current(today).unwrap().holder().to_string()
}

#[test]
fn certificates_are_renewed_while_they_vouch_for_the_next() {
    let mut days = Days::begin();
    let keeper = days.keeper();
    let first = days.are(0);
    keeper.refresh(first).unwrap();
    assert_eq!(in_use(&keeper, first), "LULINE100001");
    // Its days are 0 to 9: with three left it is time for the next one.
    let before = days.are(6 - 1);
    keeper.refresh(before).unwrap();
    assert_eq!(in_use(&keeper, before), "LULINE100001");
    let due = days.are(6);
    keeper.refresh(due).unwrap();
    assert_eq!(in_use(&keeper, due), "LULINE100002");
    let next = days.are(12);
    keeper.refresh(next).unwrap();
    assert_eq!(in_use(&keeper, next), "LULINE100003");
    // The key before the last one is destroyed by the look after; another program may use the last.
    let keys = || days.token.labels_of::<InspectionSystem>().unwrap();
    assert_eq!(keys(), ["LULINE100001", "LULINE100002", "LULINE100003"]);
    keeper.refresh(next).unwrap();
    assert_eq!(keys(), ["LULINE100002", "LULINE100003"]);

    // Another program on the same machine needs nobody: what it needs is in the folder.
    days.stop_service();
    let other = days.keeper();
    other.refresh(next).unwrap();
    assert_eq!(in_use(&other, next), "LULINE100003");
}

#[test]
fn a_pki_that_is_away_is_asked_again_and_the_certificate_serves_to_its_last_day() {
    let mut days = Days::begin();
    let keeper = days.keeper();
    keeper.refresh(days.are(0)).unwrap();
    days.stop_service();
    for day in [6, 8, 9] {
        let today = days.are(day);
        let error = keeper.refresh(today).unwrap_err();
        assert!(error.is_passing(), "{error}");
        assert_eq!(in_use(&keeper, today), "LULINE100001");
    }
    // On its last day it still vouches.
    days.serve();
    let last = days.are(9);
    keeper.refresh(last).unwrap();
    assert_eq!(in_use(&keeper, last), "LULINE100002");
}

#[test]
fn an_expired_certificate_is_never_shown_and_is_replaced_only_by_permission() {
    let mut days = Days::begin();
    let keeper = days.keeper();
    keeper.refresh(days.are(0)).unwrap();
    // The line stands idle, nobody looks: at the first card the certificate is of no use any more.
    days.stop_service();
    let late = days.are(10);
    let why = keeper.current(late).unwrap_err().to_string();
    assert!(
        why.contains("LULINE100001 is not valid today, its last day is"),
        "{why}"
    );
    let error = keeper.refresh(late).unwrap_err();
    assert!(error.is_passing(), "{error}");
    let why = keeper.current(late).unwrap_err().to_string();
    assert!(why.contains("asking pki"), "{why}");

    days.serve();
    let error = keeper.refresh(late).unwrap_err();
    let nothing_vouches = matches!(&error, InspectionSystemError::NothingVouches { holder }
        if holder.to_string() == "LULINE100001");
    assert!(nothing_vouches && !error.is_passing(), "{error}");
    let why = keeper.current(late).unwrap_err().to_string();
    assert!(why.contains("first_requests"), "{why}");

    days.stop_service();
    days.pki.permit_first_requests(2);
    days.serve();
    keeper.refresh(late).unwrap();
    assert_eq!(in_use(&keeper, late), "LULINE100002");
}

#[test]
fn a_token_that_is_away_is_waited_for_and_its_key_found_again() {
    let mut days = Days::begin();
    let keeper = days.keeper();
    let today = days.are(0);
    keeper.refresh(today).unwrap();
    // The service is in the same process, with tokens in the same place.
    days.stop_service();
    let [here, away] = days.tokens();
    fs::rename(&here, &away).unwrap();
    // A card's read-back has told that the key does not sign.
    keeper.distrust();
    let why = keeper.current(today).unwrap_err().to_string();
    assert!(why.contains("its key did not sign"), "{why}");
    let error = keeper.refresh(today).unwrap_err();
    assert!(error.is_passing(), "{error}");
    let why = keeper.current(today).unwrap_err().to_string();
    assert!(why.contains("inspection"), "{why}");

    fs::rename(&away, &here).unwrap();
    // The module looks for its tokens again after a pause.
    let mut looks = 0;
    while let Err(error) = keeper.refresh(today) {
        looks += 1;
        assert!(error.is_passing() && looks < 100, "{error}");
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
    assert_eq!(in_use(&keeper, today), "LULINE100001");
}

/// Another key under the certified name, as after a token was made again and half restored.
#[test]
fn another_key_under_the_certified_name_is_a_lost_key() {
    let mut days = Days::begin();
    let keeper = days.keeper();
    let today = days.are(0);
    keeper.refresh(today).unwrap();
    // The certificate is known, and the token a new one.
    let conf = days.pki.folder().join("tokens/signing/softhsm2.conf");
    let pin_file = days.place.path().join("other.pin");
    make_token(&conf, "other", &pin_file);
    days.stop_service();
    drop(keeper);
    let config = TokenConfig {
        module: softhsm::MODULE.into(),
        softhsm2_conf: Some(conf),
        token_label: "other".to_owned(),
        pin_file,
    };
    days.token = Arc::new(open_new(&config));
    let made = days
        .token
        .generate_ec::<InspectionSystem>("LULINE100001", key_custody::Curve::BrainpoolP256r1);
    made.unwrap();
    days.serve();
    let keeper = days.keeper();
    let error = keeper.refresh(today).unwrap_err();
    let named = matches!(&error, InspectionSystemError::NothingVouches { .. });
    assert!(named, "{error}");
    assert!(keeper.current(today).is_err());

    days.stop_service();
    days.pki.permit_first_requests(2);
    days.serve();
    keeper.refresh(today).unwrap();
    assert_eq!(in_use(&keeper, today), "LULINE100002");
}

/// A token that another program has just made: the module sees it after its next restart.
fn open_new(config: &TokenConfig) -> Token {
    for _ in 0..100 {
        match Token::open(config) {
            Ok(token) => return token,
            Err(error) if error.is_absence() => {
                std::thread::sleep(std::time::Duration::from_millis(50));
            }
            Err(error) => panic!("{error}"),
        }
    }
    panic!("the new token is never seen")
}
