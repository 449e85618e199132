//! Looks for personal data where none may be: in logs, errors and the audit.

use crate::house::people::Person;

/// Shorter words would be found in innocent ones.
const SHORTEST_WORD: usize = 4;

/// What must not be read about a person: the words of the name, date of birth, national number.
pub fn secrets_of(person: &Person) -> Vec<String> {
    let birth = person.identity("date_of_birth");
    let compact = birth.replace('-', "");
    let mut secrets = words(&format!(
        "{} {}",
        person.identity("surname"),
        person.identity("given_names")
    ));
    secrets.extend(compact.get(2..).map(str::to_owned));
    secrets.extend([birth.to_owned(), compact]);
    secrets.push(person.identity("national_number").to_owned());
    secrets.retain(|secret| !secret.is_empty());
    secrets
}

/// The words of a name, in the letters of the visual zone or of the MRZ.
pub fn words(name: &str) -> Vec<String> {
    name.split(|letter: char| !letter.is_alphabetic())
        .filter(|word| word.chars().count() >= SHORTEST_WORD)
        .map(str::to_owned)
        .collect()
}

/// Which of the secrets stand in the text. Words are found in any case and inside others; numbers
/// only by themselves, for identifiers are full of digits.
pub fn found_in(text: &str, secrets: &[String]) -> Vec<String> {
    let lower = text.to_lowercase();
    let stands = |secret: &&String| {
        if secret.chars().any(char::is_alphabetic) {
            return lower.contains(&secret.to_lowercase());
        }
        text.match_indices(secret.as_str()).any(|(at, found)| {
            let before = text[..at].chars().next_back();
            let after = text[at + found.len()..].chars().next();
            ![before, after]
                .into_iter()
                .flatten()
                .any(char::is_alphanumeric)
        })
    };
    secrets.iter().filter(stands).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_found_by_themselves_and_words_anywhere() {
        let secrets = ["Schmit".to_owned(), "123456".to_owned()];
        for (text, expected) in [
            ("MSCHMIT<<ANNE", vec!["Schmit"]),
            ("CAN 123456.", vec!["123456"]),
            ("id a123456f, 91234567", vec![]),
            ("{\"can\":\"123456\"} schmit", vec!["Schmit", "123456"]),
        ] {
            assert_eq!(found_in(text, &secrets), expected, "{text}");
        }
    }
}
