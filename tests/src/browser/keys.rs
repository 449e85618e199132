//! The keyboard, for those who use nothing else.

use serde_json::json;

use super::{Browser, BrowserError};

/// A key by its code in `WebDriver`'s table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// To the next field.
    Tab,
    /// Presses what has the focus.
    Enter,
    /// Ticks what has the focus.
    Space,
    /// Leaves a dialogue.
    Escape,
    /// The next answer.
    Down,
}

impl Key {
    fn code(self) -> &'static str {
        match self {
            Self::Tab => "\u{e004}",
            Self::Enter => "\u{e007}",
            Self::Space => " ",
            Self::Escape => "\u{e00c}",
            Self::Down => "\u{e015}",
        }
    }
}

impl Browser {
    /// Presses and releases a key.
    pub fn press(&self, key: Key) -> Result<(), BrowserError> {
        self.keys(key.code())
    }

    /// Types a text into whatever has the focus.
    pub fn keys(&self, text: &str) -> Result<(), BrowserError> {
        let strokes: Vec<_> = text
            .chars()
            .flat_map(|key| ["keyDown", "keyUp"].map(|kind| json!({ "type": kind, "value": key })))
            .collect();
        let actions =
            json!({ "actions": [{ "type": "key", "id": "keyboard", "actions": strokes }] });
        self.wire.post("actions", &actions).map(|_| ())
    }
}
