//! Scalars and lists as devices write them.

use serde::Deserialize;
use serde::de::{Deserializer, Error};
use zeroize::Zeroizing;

/// A number, or a string of one.
pub fn number<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: TryFrom<u64>,
{
    let number = match Scalar::deserialize(deserializer)? {
        Scalar::Number(number) => number,
        Scalar::Text(text) => text
            .trim()
            .parse()
            .map_err(|_| D::Error::custom("a string that is no number"))?,
        Scalar::Null(()) => 0,
    };
    T::try_from(number).map_err(|_| D::Error::custom("a number that is too large"))
}

/// A whole number or the string of one; a fraction is cut off, as scores are sometimes sent; `None`
/// where it is absent, null, empty or nothing of this.
pub fn optional_score<'de, D>(deserializer: D) -> Result<Option<u8>, D::Error>
where
    D: Deserializer<'de>,
{
    let number = match Option::<Score>::deserialize(deserializer)? {
        Some(Score::Number(number)) => Some(number),
        Some(Score::Text(text)) => text.trim().parse().ok(),
        None => None,
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "inside of 0 to 100"
    )]
    Ok(number
        .filter(|number| (0.0..=100.0).contains(number))
        .map(|number| number as u8))
}

/// A string, or a number of which one is made; null is empty.
pub fn text<'de, D>(deserializer: D) -> Result<String, D::Error>
where
    D: Deserializer<'de>,
{
    Ok(match Scalar::deserialize(deserializer)? {
        Scalar::Number(number) => number.to_string(),
        Scalar::Text(text) => text,
        Scalar::Null(()) => String::new(),
    })
}

/// A string that is wiped when it is dropped.
pub fn secret<'de, D>(deserializer: D) -> Result<Zeroizing<String>, D::Error>
where
    D: Deserializer<'de>,
{
    String::deserialize(deserializer).map(Zeroizing::new)
}

/// A list, or one thing that stands for a list of it; null is an empty one.
pub fn list<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(match OneOrMany::deserialize(deserializer)? {
        OneOrMany::Many(many) => many,
        OneOrMany::One(one) => vec![one],
        OneOrMany::Null(()) => Vec::new(),
    })
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Scalar {
    Number(u64),
    Text(String),
    Null(()),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Score {
    Number(f64),
    Text(String),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum OneOrMany<T> {
    Many(Vec<T>),
    One(T),
    Null(()),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Deserialize)]
    struct All {
        #[serde(default, deserialize_with = "number")]
        number: u16,
        #[serde(default, deserialize_with = "text")]
        text: String,
        #[serde(default, deserialize_with = "list")]
        list: Vec<String>,
        #[serde(default, deserialize_with = "optional_score")]
        score: Option<u8>,
    }

    fn read(json: &str) -> (u16, String, Vec<String>, Option<u8>) {
        let All {
            number,
            text,
            list,
            score,
        } = serde_json::from_str(json).unwrap();
        (number, text, list, score)
    }

    #[test]
    fn every_form_that_devices_send() {
        let plain = read(r#"{"number":5,"text":"a","list":["x","y"],"score":60}"#);
        assert_eq!(
            plain,
            (5, "a".into(), vec!["x".into(), "y".into()], Some(60))
        );
        let strings = read(r#"{"number":"5","text":7,"list":"x","score":"60.4"}"#);
        assert_eq!(strings, (5, "7".into(), vec!["x".into()], Some(60)));
        let nothing = read(r#"{"number":null,"text":null,"list":null,"score":null}"#);
        assert_eq!(nothing, (0, String::new(), Vec::new(), None));
        assert_eq!(read("{}"), nothing);
        for score in ["101", "-1", "\"\"", "\"NaN\"", "\"good\""] {
            assert_eq!(read(&format!(r#"{{"score":{score}}}"#)).3, None, "{score}");
        }
        for wrong in [
            r#"{"number":"5x"}"#,
            r#"{"number":70000}"#,
            r#"{"number":-1}"#,
        ] {
            assert!(serde_json::from_str::<All>(wrong).is_err(), "{wrong}");
        }
    }
}
