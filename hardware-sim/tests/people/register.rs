//! The population register: unique valid numbers, fitting families, the same file for the same seed.

use std::collections::{HashMap, HashSet};
use std::fs;

use hardware_sim::people::register::{self, Entry, Population, Relation};
use icao9303::mrz;

// Check digits stand here a second time on purpose, by other tables than the generator's and the centre's: a test that shared
// their code would share their mistakes.

/// Luhn's sum, check digit included, as ISO/IEC 7812 has it.
fn luhn(digits: &[u32]) -> bool {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(i, d)| {
            if i % 2 == 0 {
                *d
            } else {
                [0, 2, 4, 6, 8, 1, 3, 5, 7, 9][*d as usize]
            }
        })
        .sum();
    sum.is_multiple_of(10)
}

/// Verhoeff's check by the published tables of the dihedral group and its permutation.
fn verhoeff(digits: &[u32]) -> bool {
    const TIMES: [[usize; 10]; 10] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 2, 3, 4, 0, 6, 7, 8, 9, 5],
        [2, 3, 4, 0, 1, 7, 8, 9, 5, 6],
        [3, 4, 0, 1, 2, 8, 9, 5, 6, 7],
        [4, 0, 1, 2, 3, 9, 5, 6, 7, 8],
        [5, 9, 8, 7, 6, 0, 4, 3, 2, 1],
        [6, 5, 9, 8, 7, 1, 0, 4, 3, 2],
        [7, 6, 5, 9, 8, 2, 1, 0, 4, 3],
        [8, 7, 6, 5, 9, 3, 2, 1, 0, 4],
        [9, 8, 7, 6, 5, 4, 3, 2, 1, 0],
    ];
    const PERMUTED: [[usize; 10]; 8] = [
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
        [1, 5, 7, 6, 2, 8, 3, 0, 9, 4],
        [5, 8, 0, 3, 7, 9, 6, 1, 4, 2],
        [8, 9, 1, 6, 0, 4, 3, 5, 2, 7],
        [9, 4, 5, 3, 1, 2, 6, 8, 7, 0],
        [4, 2, 8, 6, 5, 7, 3, 9, 0, 1],
        [2, 7, 9, 3, 8, 0, 6, 4, 1, 5],
        [7, 0, 4, 6, 9, 1, 3, 2, 5, 8],
    ];
    let check = |product: usize, (i, digit): (usize, &u32)| {
        TIMES[product][PERMUTED[i % 8][*digit as usize]]
    };
    digits.iter().rev().enumerate().fold(0, check) == 0
}

fn is_valid(number: &str, birth: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
    let (base, check) = digits.split_at(11);
    digits.len() == 13
        && number[..8] == birth.replace('-', "")
        && luhn(&[base, &check[..1]].concat())
        && verhoeff(&[base, &check[1..]].concat())
}

#[test]
fn a_hundred_thousand_people() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("register.csv");
    let mut told = Vec::new();
    let begin = std::time::Instant::now();
    register::write(&file, 1, 100_000, |done| told.push(done)).unwrap();
    println!("written in {:?}", begin.elapsed());
    assert_eq!((told.len(), told.last()), (100, Some(&100_000)));
    let text = fs::read_to_string(&file).unwrap();
    let mut lines = text.lines();
    let columns: Vec<&str> = lines.next().unwrap().split(',').collect();
    let mut numbers = HashSet::new();
    let (mut communes, mut origins, mut names) = (HashSet::new(), HashMap::new(), HashSet::new());
    let (mut young, mut old, mut single) = (0, 0, 0);
    for line in lines {
        let row: HashMap<&str, &str> = columns.iter().copied().zip(line.split(',')).collect();
        assert_eq!(line.split(',').count(), columns.len(), "{line}");
        let (number, birth) = (row["national_number"], row["date_of_birth"]);
        assert!(is_valid(number, birth), "{line}");
        assert!(numbers.insert(number), "twice: {line}");
        assert!(("1920-01-01".."2026-01-02").contains(&birth), "{line}");
        young += u32::from(birth > "2008-01-01");
        old += u32::from(birth < "1961-01-01");
        single += u32::from(row["given_names"].is_empty());
        communes.insert(row["lau2"]);
        *origins.entry(row["nationality"]).or_insert(0u32) += 1;
        names.insert((row["surname"], row["given_names"]));
    }
    assert_eq!(numbers.len(), 100_000);
    assert_eq!(communes.len(), 100, "every commune is lived in");
    assert!(
        origins.len() >= 18 && origins["LUX"] > 40_000,
        "{origins:?}"
    );
    assert!(names.len() > 40_000, "{} names", names.len());
    assert!((14_000..30_000).contains(&young), "{young} minors");
    assert!((10_000..30_000).contains(&old), "{old} above 65");
    assert!((100..3000).contains(&single), "{single} of one name");
    println!(
        "{young} minors, {old} above 65, {} names, {origins:?}",
        names.len()
    );
    // The same seed writes the same bytes.
    let again = folder.path().join("again.csv");
    register::write(&again, 1, 2_000, |_| ()).unwrap();
    assert!(text.starts_with(&fs::read_to_string(&again).unwrap()));
    register::write(&again, 2, 10, |_| ()).unwrap();
    assert!(!text.starts_with(&fs::read_to_string(&again).unwrap()));
}

/// Households fit: one address, a head, parents older than their children by a generation.
#[test]
fn families_fit() {
    let people: Vec<Entry> = Population::new(3).take(5_000).collect();
    for home in people.chunk_by(|a, b| a.household == b.household) {
        assert_eq!(home[0].relation, Relation::Head);
        for other in &home[1..] {
            assert_eq!(
                (other.lau2, &other.address),
                (home[0].lau2, &home[0].address)
            );
            assert_ne!(other.relation, Relation::Head);
            let younger = other.identity.birth - home[0].identity.birth;
            if other.relation == Relation::Child {
                assert!(younger.whole_days() > 18 * 365, "{younger}");
            }
        }
    }
    assert!(
        people
            .iter()
            .any(|entry| entry.relation == Relation::Partner)
    );
}

/// Every name of the register can stand in a machine-readable zone.
#[test]
fn every_registered_name_is_transliterated() {
    let choice = mrz::Transliteration::default();
    for Entry { identity, .. } in Population::new(4).take(20_000) {
        let name = mrz::MrzName::transliterate(&identity.surname, &identity.given_names, &choice);
        let line = name.and_then(|name| name.fit(30));
        assert!(
            line.is_ok(),
            "{} {}: {line:?}",
            identity.surname,
            identity.given_names
        );
    }
}

#[test]
fn what_cannot_be_written_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let error = register::write(&folder.path().join("r.csv"), 1, 10_000_001, |_| ()).unwrap_err();
    assert!(matches!(
        error,
        register::RegisterError::TooMany(10_000_001)
    ));
    fs::write(folder.path().join("file"), "").unwrap();
    let error = register::write(&folder.path().join("file/r.csv"), 1, 1, |_| ()).unwrap_err();
    assert!(error.to_string().contains("r.csv"), "{error}");
}
