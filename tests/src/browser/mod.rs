//! A real Chromium, steered over `WebDriver`: for journeys through our pages, and for axe-core to judge them.

mod axe;
mod keys;
mod passkeys;
mod webdriver;

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

pub use axe::Finding;
pub use keys::Key;
use webdriver::Wire;

/// How long anything on a page may take.
const PATIENCE: Duration = Duration::from_secs(15);

/// The key of an element: the web element identifier of the `WebDriver` standard.
const ELEMENT: &str = "element-6066-11e4-a52e-4f735466cecf";

/// What went wrong with the browser.
#[derive(Debug, thiserror::Error)]
pub enum BrowserError {
    /// A program is not there or did not start.
    #[error("{program} did not start ({reason}); `cargo xtask test packages` installs it")]
    Start {
        /// The program.
        program: &'static str,
        /// What happened.
        reason: String,
    },
    /// The driver did not answer.
    #[error("{command}: {reason}")]
    Wire {
        /// The `WebDriver` command.
        command: String,
        /// What happened.
        reason: String,
    },
    /// Something did not come about on the page.
    #[error("waited {} s for {what} at {url}", PATIENCE.as_secs())]
    Waited {
        /// What.
        what: String,
        /// The page's address.
        url: String,
    },
}

/// A browser with one window. It ends when dropped.
#[derive(Debug)]
pub struct Browser {
    driver: Child,
    wire: Wire,
    _profile: tempfile::TempDir,
}

impl Browser {
    /// Starts Debian's Chromium, headless, with `more` of its flags (a fake camera).
    pub fn start(more: &[&str]) -> Result<Self, BrowserError> {
        let start = |program, reason: String| BrowserError::Start { program, reason };
        let profile = tempfile::tempdir().map_err(|error| start("chromium", error.to_string()))?;
        let mut driver = Command::new("chromedriver")
            .arg("--port=0")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| start("chromedriver", error.to_string()))?;
        let wire = match Self::connect(&mut driver, profile.path(), more) {
            Ok(wire) => wire,
            Err(error) => {
                // Nobody else knows of it; what became of it does not matter.
                let _killed = driver.kill();
                let _reaped = driver.wait();
                return Err(error);
            }
        };
        Ok(Self {
            driver,
            wire,
            _profile: profile,
        })
    }

    fn connect(driver: &mut Child, profile: &Path, more: &[&str]) -> Result<Wire, BrowserError> {
        let said = driver.stdout.take().map(BufReader::new);
        let mut lines = said
            .into_iter()
            .flat_map(BufRead::lines)
            .map_while(Result::ok);
        // "ChromeDriver was started successfully on port 41234."
        let port = lines.find_map(|line| {
            line.rsplit_once("started successfully on port ")?
                .1
                .trim_end_matches('.')
                .parse()
                .ok()
        });
        let port: u16 = port.ok_or_else(|| BrowserError::Start {
            program: "chromedriver",
            reason: "it did not say its port".to_owned(),
        })?;
        let profile = format!("--user-data-dir={}", profile.display());
        let fixed = [
            "--headless=new",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-quic",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--disable-dev-shm-usage",
            "--force-color-profile=srgb",
            // What moves is judged at rest: colours half way between two are nobody's.
            "--force-prefers-reduced-motion",
            "--lang=en",
            "--window-size=1366,900",
        ];
        let flags: Vec<&str> = fixed
            .iter()
            .chain(more)
            .copied()
            .chain([profile.as_str()])
            .collect();
        Wire::open(
            port,
            &json!({
                "browserName": "chrome",
                "unhandledPromptBehavior": "accept",
                "goog:chromeOptions": { "binary": "/usr/bin/chromium", "args": flags },
            }),
        )
    }

    /// Goes to a page.
    pub fn go(&self, url: &str) -> Result<(), BrowserError> {
        self.wire.post("url", &json!({ "url": url })).map(|_| ())
    }

    /// The page's address.
    pub fn url(&self) -> Result<String, BrowserError> {
        Ok(self
            .wire
            .get("url")?
            .as_str()
            .unwrap_or_default()
            .to_owned())
    }

    /// Runs JavaScript in the page; what it returns.
    pub fn run(&self, script: &str) -> Result<Value, BrowserError> {
        self.wire
            .post("execute/sync", &json!({ "script": script, "args": [] }))
    }

    /// A text that JavaScript returns; empty if it returns something else.
    pub fn text(&self, script: &str) -> Result<String, BrowserError> {
        Ok(self.run(script)?.as_str().unwrap_or_default().to_owned())
    }

    /// Presses with the pointer what a CSS selector finds.
    pub fn click(&self, selector: &str) -> Result<(), BrowserError> {
        let element = self.element(selector)?;
        // As whoever looks for it does: what is at the lower edge lies under the bar of buttons.
        let show = "arguments[0].scrollIntoView({ block: 'center', behavior: 'instant' })";
        let found = json!({ (ELEMENT): &element });
        self.wire
            .post("execute/sync", &json!({ "script": show, "args": [found] }))?;
        self.wire
            .post(&format!("element/{element}/click"), &json!({}))
            .map(|_| ())
    }

    /// Types into what a CSS selector finds.
    pub fn type_into(&self, selector: &str, text: &str) -> Result<(), BrowserError> {
        let element = self.element(selector)?;
        self.wire
            .post(
                &format!("element/{element}/value"),
                &json!({ "text": text }),
            )
            .map(|_| ())
    }

    fn element(&self, selector: &str) -> Result<String, BrowserError> {
        let body = json!({ "using": "css selector", "value": selector });
        let found = self.wire.post("element", &body)?;
        let id = found[ELEMENT].as_str();
        Ok(id.unwrap_or_default().to_owned())
    }

    /// Waits until JavaScript, an expression, is true.
    pub fn wait_for(&self, expression: &str) -> Result<(), BrowserError> {
        let start = Instant::now();
        loop {
            // While a page is exchanged for the next, there may be nothing to ask.
            if self
                .run(&format!("return !!({expression})"))
                .is_ok_and(|value| value == true)
            {
                return Ok(());
            }
            if start.elapsed() > PATIENCE {
                return Err(BrowserError::Waited {
                    what: expression.to_owned(),
                    url: self.url()?,
                });
            }
            std::thread::sleep(Duration::from_millis(30));
        }
    }

    /// A command of the Chrome `DevTools` Protocol.
    pub fn devtools(&self, command: &str, parameters: &Value) -> Result<Value, BrowserError> {
        self.wire.post(
            "goog/cdp/execute",
            &json!({ "cmd": command, "params": parameters }),
        )
    }

    /// Shows pages as on a screen of this many CSS pixels, each `scale` device pixels wide: a screen of 1280 pixels
    /// at 200 % is 640 wide at scale 2.
    pub fn screen(&self, width: u32, height: u32, scale: u32) -> Result<(), BrowserError> {
        let size = json!({ "width": width, "height": height, "deviceScaleFactor": scale, "mobile": false });
        self.devtools("Emulation.setDeviceMetricsOverride", &size)
            .map(|_| ())
    }

    /// Prefers dark pages, or light ones.
    pub fn dark(&self, dark: bool) -> Result<(), BrowserError> {
        let value = if dark { "dark" } else { "light" };
        let features = json!({ "features": [{ "name": "prefers-color-scheme", "value": value }] });
        self.devtools("Emulation.setEmulatedMedia", &features)
            .map(|_| ())
    }

    /// Keeps a picture of the whole page as a PNG file.
    pub fn screenshot(&self, file: &Path) -> Result<(), BrowserError> {
        let taken = self.devtools(
            "Page.captureScreenshot",
            &json!({ "captureBeyondViewport": true }),
        )?;
        let failed = |reason: String| BrowserError::Wire {
            command: format!("screenshot to {}", file.display()),
            reason,
        };
        let bytes = openssl::base64::decode_block(taken["data"].as_str().unwrap_or_default())
            .map_err(|error| failed(error.to_string()))?;
        std::fs::write(file, bytes).map_err(|error| failed(error.to_string()))
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver ends Chromium with its session; killed, it could not.
        self.wire.close();
        let _already_ended = self.driver.kill();
        let _reaped = self.driver.wait();
    }
}
