//! What is kept of one session, and how time moves it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};
use time::OffsetDateTime;
use zeroize::Zeroize;

use super::super::settings::Limits;
use crate::PersonId;

/// How often being active is written down, at most: sparing the store, and far below a usual idle limit.
const TOUCH: time::Duration = time::Duration::seconds(15);

/// Forms that a session holds at most: one a window, and nobody works in more.
const MOST_HELD: usize = 8;

/// 32 unpredictable bytes in lower-case hexadecimal: the synchroniser token of a session.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Token(String);

impl Token {
    /// A token of these bytes.
    pub fn new(bytes: [u8; 32]) -> Self {
        Self(hex::encode(bytes))
    }

    /// As text, for a form of the same session.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Compares in constant time.
    pub fn is(&self, other: &str) -> bool {
        self.0.len() == other.len() && openssl::memcmp::eq(self.0.as_bytes(), other.as_bytes())
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

impl Drop for Token {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

/// How somebody proved who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum How {
    /// By a passkey, with user verification.
    Passkey,
    /// By password and one-time code.
    PasswordAndCode,
}

/// Who is signed in.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The person.
    pub person: PersonId,
    /// The name shown.
    pub name: String,
    /// How they signed in.
    pub how: How,
    /// When they signed in.
    pub at: OffsetDateTime,
}

impl fmt::Debug for Who {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Who")
            .field("person", &self.person)
            .field("how", &self.how)
            .finish_non_exhaustive()
    }
}

/// The states of a session. Anonymous → `SignedIn` ⇄ Locked; removed when signed out or forgotten.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum State {
    /// Nobody yet: a sign-in page is open.
    Anonymous,
    /// Somebody works.
    SignedIn(Who),
    /// Somebody was away; only the same person continues.
    Locked {
        /// Who.
        who: Who,
        /// Whether the absolute limit has passed: then a password alone does not unlock.
        fully: bool,
    },
}

/// A form that arrived while the session was locked: kept until the person is back.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldForm {
    /// Where it was sent.
    pub path: String,
    /// What was typed, without the token.
    pub fields: Vec<(String, String)>,
}

impl fmt::Debug for HeldForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeldForm").finish_non_exhaustive()
    }
}

impl Drop for HeldForm {
    fn drop(&mut self) {
        for (_, value) in &mut self.fields {
            value.zeroize();
        }
    }
}

/// What the program before this one wrote: none or one.
fn one_or_more<'de, D: Deserializer<'de>>(reader: D) -> Result<Vec<HeldForm>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Held {
        More(Vec<HeldForm>),
        One(Option<HeldForm>),
    }
    Ok(match Held::deserialize(reader)? {
        Held::More(held) => held,
        Held::One(held) => held.into_iter().collect(),
    })
}

/// What a passkey is being asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Ceremony {
    /// To become one of the person's.
    Registration,
    /// To sign in or unlock.
    Authentication,
    /// For one act of another person at this screen.
    Vouching,
}

/// A passkey ceremony under way.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// What for.
    pub ceremony: Ceremony,
    /// The library's state, JSON.
    pub state: String,
    /// Not valid after this.
    pub until: OffsetDateTime,
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Challenge")
            .field("ceremony", &self.ceremony)
            .finish_non_exhaustive()
    }
}

/// All that is kept of a session. It may hold personal data: a store on a disk seals it.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The synchroniser token of its forms.
    pub token: Token,
    /// When it began.
    pub made: OffsetDateTime,
    /// When its person last acted.
    pub seen: OffsetDateTime,
    /// Who.
    pub state: State,
    /// Forms that arrived while it was locked, the newest last: each until it is sent. (Sessions kept before were able to
    /// hold one at most.)
    #[serde(deserialize_with = "one_or_more")]
    pub held: Vec<HeldForm>,
    /// A passkey ceremony under way.
    pub challenge: Option<Challenge>,
    /// What the serving crate keeps with the session, by name: the id of the open draft, a notice to show once.
    pub values: BTreeMap<String, String>,
}

/// What was typed, and what the program keeps with it, is about people.
impl Drop for Record {
    fn drop(&mut self) {
        for value in self.values.values_mut() {
            value.zeroize();
        }
    }
}

impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Record")
            .field("made", &self.made)
            .field("seen", &self.seen)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// What time asks of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::http) enum Upkeep {
    Nothing,
    Touch,
    Lock { fully: bool },
    Forget,
}

impl Record {
    /// A session that begins now.
    pub fn new(token: Token, now: OffsetDateTime, state: State) -> Self {
        Self {
            token,
            made: now,
            seen: now,
            state,
            held: Vec::new(),
            challenge: None,
            values: BTreeMap::new(),
        }
    }

    /// Who works, if the session is neither anonymous nor locked.
    pub fn who(&self) -> Option<&Who> {
        match &self.state {
            State::SignedIn(who) => Some(who),
            State::Anonymous | State::Locked { .. } => None,
        }
    }

    /// Whose session it is, locked or not.
    pub fn owner(&self) -> Option<&Who> {
        match &self.state {
            State::SignedIn(who) | State::Locked { who, .. } => Some(who),
            State::Anonymous => None,
        }
    }

    /// Locks it; what it holds stays.
    pub fn lock(&mut self, fully: bool) {
        let earlier = matches!(self.state, State::Locked { fully: true, .. });
        if let Some(who) = self.owner().cloned() {
            let fully = fully || earlier;
            self.state = State::Locked { who, fully };
        }
    }

    /// Holds a form that came too late: in the place of an older one for the same page, beside those of other windows.
    pub fn hold(&mut self, form: HeldForm) {
        self.release(&form.path);
        if self.held.len() >= MOST_HELD {
            self.held.remove(0);
        }
        self.held.push(form);
    }

    /// Lets go of the form for that page.
    pub fn release(&mut self, path: &str) {
        self.held.retain(|held| held.path != path);
    }

    /// What is due at `now`; `active` if the request is an act of the person.
    pub(in crate::http) fn upkeep(
        &self,
        now: OffsetDateTime,
        limits: &Limits,
        active: bool,
    ) -> Upkeep {
        let unseen = now - self.seen;
        match &self.state {
            State::Anonymous if now - self.made > limits.absolute => Upkeep::Forget,
            State::Anonymous => Upkeep::Nothing,
            _ if unseen > limits.forget => Upkeep::Forget,
            State::Locked { who, fully } => {
                if !fully && now - who.at > limits.absolute {
                    Upkeep::Lock { fully: true }
                } else {
                    Upkeep::Nothing
                }
            }
            State::SignedIn(who) if now - who.at > limits.absolute => Upkeep::Lock { fully: true },
            State::SignedIn(_) if unseen > limits.idle => Upkeep::Lock { fully: false },
            State::SignedIn(_) if active && unseen >= TOUCH.min(limits.idle / 10) => Upkeep::Touch,
            State::SignedIn(_) => Upkeep::Nothing,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use time::{Duration, macros::datetime};

    const START: OffsetDateTime = datetime!(2026-03-02 08:00 UTC);

    fn signed_in() -> Record {
        let who = Who {
            person: PersonId::new([7; 16]),
            name: "Marie Weber".into(),
            how: How::Passkey,
            at: START,
        };
        Record::new(Token::new([1; 32]), START, State::SignedIn(who))
    }

    #[test]
    fn time_locks_first_and_forgets_last() {
        let (limits, record) = (Limits::default(), signed_in());
        let due = |after: Duration| record.upkeep(START + after, &limits, true);
        assert_eq!(due(Duration::seconds(5)), Upkeep::Nothing);
        assert_eq!(due(Duration::minutes(9)), Upkeep::Touch);
        assert_eq!(due(Duration::minutes(11)), Upkeep::Lock { fully: false });
        assert_eq!(due(Duration::hours(13)), Upkeep::Lock { fully: true });
        assert_eq!(due(Duration::days(4)), Upkeep::Forget);
    }

    #[test]
    fn being_active_does_not_outlast_the_absolute_limit() {
        let mut record = signed_in();
        record.seen = START + Duration::hours(12);
        let due = record.upkeep(
            START + Duration::hours(12) + Duration::minutes(1),
            &Limits::default(),
            true,
        );
        assert_eq!(due, Upkeep::Lock { fully: true });
    }

    #[test]
    fn a_full_lock_stays_full() {
        let mut record = signed_in();
        record.lock(true);
        record.lock(false);
        assert!(matches!(record.state, State::Locked { fully: true, .. }));
        assert!(record.who().is_none() && record.owner().is_some());
    }

    #[test]
    fn debug_shows_neither_names_nor_secrets() {
        let mut record = signed_in();
        record.hold(HeldForm {
            path: "/identity".into(),
            fields: vec![("name".into(), "Weber".into())],
        });
        let shown = format!("{record:?} {:?} {:?}", record.held, record.token);
        assert!(
            !shown.contains("Weber") && !shown.contains("0101"),
            "{shown}"
        );
    }

    #[test]
    fn a_form_is_held_for_each_page_and_an_older_session_is_read() {
        let held = |path: &str, name: &str| HeldForm {
            path: path.into(),
            fields: vec![("name".into(), name.into())],
        };
        let mut record = signed_in();
        for (path, name) in [("/a", "one"), ("/b", "two"), ("/a", "three")] {
            record.hold(held(path, name));
        }
        assert_eq!(record.held, [held("/b", "two"), held("/a", "three")]);
        record.release("/b");
        assert_eq!(record.held, [held("/a", "three")]);
        let mut written = serde_json::to_value(&record).unwrap();
        let one = written["held"][0].clone();
        for (before, count) in [(serde_json::Value::Null, 0), (one, 1)] {
            written["held"] = before;
            let read: Record = serde_json::from_value(written.clone()).unwrap();
            assert_eq!(read.held.len(), count);
        }
    }
}
