//! The `WebDriver` protocol (W3C): JSON over HTTP to the driver on this machine.

use std::time::Duration;

use serde_json::{Value, json};

use super::BrowserError;

/// One session of a driver.
#[derive(Debug)]
pub(super) struct Wire {
    agent: ureq::Agent,
    session: String,
}

impl Wire {
    /// Opens a session with these capabilities.
    pub(super) fn open(port: u16, capabilities: &Value) -> Result<Self, BrowserError> {
        let config = ureq::Agent::config_builder()
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_mins(1)))
            .build();
        let mut wire = Self {
            agent: config.into(),
            session: format!("http://127.0.0.1:{port}/session"),
        };
        let opened = wire.post(
            "",
            &json!({ "capabilities": { "alwaysMatch": capabilities } }),
        )?;
        let id = opened["sessionId"].as_str().unwrap_or_default();
        wire.session = format!("{}/{id}", wire.session);
        Ok(wire)
    }

    pub(super) fn close(&self) {
        // Whether the browser was still there does not matter any more.
        let _closed = self.agent.delete(&self.session).call();
    }

    pub(super) fn get(&self, command: &str) -> Result<Value, BrowserError> {
        let answer = self.agent.get(self.address(command)).call();
        Self::value(command, answer)
    }

    pub(super) fn post(&self, command: &str, body: &Value) -> Result<Value, BrowserError> {
        let answer = self.agent.post(self.address(command)).send_json(body);
        Self::value(command, answer)
    }

    fn address(&self, command: &str) -> String {
        let slash = if command.is_empty() { "" } else { "/" };
        format!("{}{slash}{command}", self.session)
    }

    fn value(
        command: &str,
        answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>,
    ) -> Result<Value, BrowserError> {
        let failed = |reason: String| BrowserError::Wire {
            command: command.to_owned(),
            reason,
        };
        let mut answer = answer.map_err(|error| failed(error.to_string()))?;
        let mut body: Value = answer
            .body_mut()
            .with_config()
            .limit(64 << 20)
            .read_json()
            .map_err(|error| failed(error.to_string()))?;
        let value = body["value"].take();
        match value["error"].as_str() {
            Some(error) if !answer.status().is_success() => {
                let message = value["message"].as_str().unwrap_or_default();
                Err(failed(format!(
                    "{error}: {}",
                    message.lines().next().unwrap_or_default()
                )))
            }
            _ => Ok(value),
        }
    }
}
