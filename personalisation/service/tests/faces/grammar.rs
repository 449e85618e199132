//! What a reader of the machine readable zone does with a doubtful character: every place has its grammar, and check digits choose.

use icao9303::mrz::Mrz;

/// Digits, and the letters that look like them.
const LOOK_ALIKE: [(char, &str); 6] = [
    ('0', "ODQ"),
    ('1', "IL"),
    ('2', "Z"),
    ('5', "S"),
    ('6', "G"),
    ('8', "B"),
];
/// More doubtful places than this are no reading.
const MOST_DOUBTS: usize = 12;

/// What was read in each place of three lines: one character, or several where the reader was in doubt.
pub type Reading = [Vec<Vec<char>>; 3];

/// What may stand in a place of the three lines (9303-5 §4.2.2).
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Letter,
    Digit,
    Either,
}

fn kind(line: usize, place: usize) -> Kind {
    match (line, place + 1) {
        (0, 1..=5) | (1, 8 | 16..=18) | (2, _) => Kind::Letter,
        (0, 15) | (1, 1..=7 | 9..=15 | 30) => Kind::Digit,
        _ => Kind::Either,
    }
}

/// The lines: by grammar, then by check digits, at first among what was read, then with one look-alike in place of what was read;
/// none if nothing agrees, or two answers do.
pub fn settle(reading: &Reading) -> Option<[String; 3]> {
    if reading.iter().any(|line| line.len() != 30) {
        return None;
    }
    let mut places: Vec<Vec<char>> = Vec::with_capacity(90);
    for (line, read) in reading.iter().enumerate() {
        for (place, read) in read.iter().enumerate() {
            places.push(by_grammar(kind(line, place), read));
        }
    }
    if places.iter().any(Vec::is_empty) {
        return None;
    }
    only(&agreeing(&places)).or_else(|| {
        let mut found = Vec::new();
        for (at, own) in places.iter().enumerate().take(60) {
            let others: Vec<_> = own
                .iter()
                .flat_map(|c| alike(*c))
                .filter(|c| !own.contains(c))
                .collect();
            let others = by_grammar(kind(at / 30, at % 30), &others);
            if !others.is_empty() {
                let mut changed = places.clone();
                changed[at] = others;
                found.extend(agreeing(&changed));
            }
        }
        only(&found)
    })
}

fn only(found: &[[String; 3]]) -> Option<[String; 3]> {
    match found {
        [one] => Some(one.clone()),
        _ => None,
    }
}

/// Every choice that agrees with the check digits.
fn agreeing(places: &[Vec<char>]) -> Vec<[String; 3]> {
    let doubts = places.iter().filter(|read| read.len() > 1).count();
    if doubts > MOST_DOUBTS {
        return Vec::new();
    }
    let mut texts = vec![String::with_capacity(90)];
    for read in places {
        texts = texts
            .iter()
            .flat_map(|text| read.iter().map(move |c| format!("{text}{c}")))
            .collect();
    }
    texts.retain(|text| Mrz::parse(text).is_ok_and(|mrz| mrz.findings().is_empty()));
    texts
        .into_iter()
        .map(|text| [0, 30, 60].map(|from| text[from..from + 30].to_owned()))
        .collect()
}

/// What was read, as the place allows it, each character once.
fn by_grammar(kind: Kind, read: &[char]) -> Vec<char> {
    let mut allowed: Vec<char> = Vec::new();
    for c in read.iter().map(|c| match kind {
        Kind::Letter => letter(*c),
        Kind::Digit => digit(*c),
        Kind::Either => *c,
    }) {
        if !allowed.contains(&c) {
            allowed.push(c);
        }
    }
    allowed
}

fn digit(c: char) -> char {
    let alike = LOOK_ALIKE.iter().find(|(_, letters)| letters.contains(c));
    alike.map_or(c, |(digit, _)| *digit)
}

fn letter(c: char) -> char {
    let alike = LOOK_ALIKE.iter().find(|(digit, _)| *digit == c);
    alike
        .and_then(|(_, letters)| letters.chars().next())
        .unwrap_or(c)
}

fn alike(c: char) -> Vec<char> {
    let alike = LOOK_ALIKE
        .iter()
        .filter(|(digit, letters)| *digit == c || letters.contains(c));
    alike
        .flat_map(|(digit, letters)| letters.chars().chain([*digit]))
        .filter(|other| *other != c)
        .collect()
}

#[test]
fn doubtful_characters_are_settled_and_wrong_ones_are_not() {
    let read = |text: &str| -> Reading {
        let lines: Vec<Vec<Vec<char>>> = text
            .lines()
            .map(|line| line.chars().map(|c| vec![c]).collect())
            .collect();
        lines.try_into().unwrap()
    };
    let right = crate::faces::holder::MRZ.join("\n");
    let lines = crate::faces::holder::MRZ.map(str::to_owned);
    assert_eq!(settle(&read(&right)), Some(lines.clone()));
    assert_eq!(
        settle(&read(&right.replace("9911271M", "99II27IM"))),
        Some(lines.clone())
    );
    assert_eq!(
        settle(&read(&right.replace("GH1<", "GHI<"))),
        Some(lines.clone())
    );
    let mut doubted = read(&right);
    doubted[0][7] = vec!['B', '8'];
    assert_eq!(settle(&doubted), Some(lines));
    // The check digits would take two readings of this one.
    assert_eq!(settle(&read(&right.replace("1X8XZL", "1XBXZL"))), None);
    assert_eq!(settle(&read(&right.replace("1<<<<", "1<<<"))), None);
    assert_eq!(
        settle(&read(&right.replace("<<<<<<<<8", "<<<<<<<<3"))),
        None
    );
}
