//! National numbers of people who do not exist: a date of birth, three digits and two check digits
//! (Luhn and Verhoeff, both over the first eleven digits).

/// Multiplication of the dihedral group of order ten: rotations 0-4, reflections 5-9.
fn times(a: u32, b: u32) -> u32 {
    match (a < 5, b < 5) {
        (true, true) => (a + b) % 5,
        (true, false) => (a + b) % 5 + 5,
        (false, true) => (a + 5 - b) % 5 + 5,
        (false, false) => (a + 5 - b) % 5,
    }
}

/// Verhoeff's permutation, applied `count` times.
fn permute(digit: u32, count: usize) -> u32 {
    const ONCE: [u32; 10] = [1, 5, 7, 6, 2, 8, 3, 0, 9, 4];
    (0..count % 8).fold(digit, |digit, _| ONCE[digit as usize])
}

fn luhn(digits: &[u32]) -> u32 {
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| {
            if place % 2 == 0 {
                digit * 2 / 10 + digit * 2 % 10
            } else {
                *digit
            }
        })
        .sum();
    (10 - sum % 10) % 10
}

fn verhoeff(digits: &[u32]) -> u32 {
    let product = digits
        .iter()
        .rev()
        .enumerate()
        .fold(0, |product, (place, digit)| {
            times(product, permute(*digit, place + 1))
        });
    // The inverse: rotations turn back, reflections undo themselves.
    if product < 5 {
        (5 - product) % 5
    } else {
        product
    }
}

/// The number of somebody born on `date` (YYYYMMDD), the `serial`th of that day.
pub fn national_number(date: &str, serial: u32) -> String {
    let base = format!("{date}{:03}", serial % 1000);
    let digits: Vec<u32> = base
        .chars()
        .filter_map(|digit| digit.to_digit(10))
        .collect();
    format!("{base}{}{}", luhn(&digits), verhoeff(&digits))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_and_recomputed_examples() {
        for number in [
            "1893120105732",
            "1990010112385",
            "2012031500445",
            "2000022999947",
            "2026010100049",
            "1999123150097",
        ] {
            let serial = number[8..11].parse().unwrap();
            assert_eq!(national_number(&number[..8], serial), number);
        }
    }
}
