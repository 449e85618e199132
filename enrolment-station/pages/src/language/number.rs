//! Numbers as each language writes them.

use super::Language;

/// Groups the digits of a plain number such as `-12345.5`. Four digits stay together: years are not amounts,
/// and all four languages allow it.
pub(super) fn grouped(plain: &str, language: Language) -> String {
    let (separator, point) = match language {
        // A narrow no-break space, as the Imprimerie nationale sets it.
        Language::Fr => ("\u{202f}", ","),
        Language::De | Language::Lb => (".", ","),
        Language::En => (",", "."),
    };
    let (sign, digits) = plain
        .strip_prefix('-')
        .map_or(("", plain), |digits| ("\u{2212}", digits));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut text = sign.to_owned();
    let group = whole.len() > 4;
    for (place, digit) in whole.chars().enumerate() {
        if group && place > 0 && (whole.len() - place).is_multiple_of(3) {
            text.push_str(separator);
        }
        text.push(digit);
    }
    if !fraction.is_empty() {
        text.push_str(point);
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_are_grouped_as_each_language_does() {
        assert_eq!(
            grouped("1234567.5", Language::Fr),
            "1\u{202f}234\u{202f}567,5"
        );
        assert_eq!(grouped("62346", Language::De), "62.346");
        assert_eq!(grouped("-62346", Language::En), "\u{2212}62,346");
        assert_eq!(grouped("2026", Language::Fr), "2026");
        assert_eq!(grouped("0.5", Language::Lb), "0,5");
    }
}
