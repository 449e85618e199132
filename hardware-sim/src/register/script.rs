//! Names in the scripts that they come from: the letters of the file's transliterated names turned back.
//! Not every name comes out as its bearer would write it; all of them are invented.

use wire::register::{ForeignName, Name};

use super::file::Line;

/// Longest first.
const GREEK: &[(&str, &str)] = &[
    ("ch", "χ"),
    ("th", "θ"),
    ("ps", "ψ"),
    ("ou", "ου"),
    ("mp", "μπ"),
    ("nt", "ντ"),
    ("tz", "τζ"),
    ("ts", "τσ"),
    ("ei", "ει"),
    ("oi", "οι"),
    ("ai", "αι"),
    ("ef", "ευ"),
    ("ev", "ευ"),
    ("a", "α"),
    ("v", "β"),
    ("g", "γ"),
    ("d", "δ"),
    ("e", "ε"),
    ("z", "ζ"),
    ("i", "ι"),
    ("k", "κ"),
    ("l", "λ"),
    ("m", "μ"),
    ("n", "ν"),
    ("x", "ξ"),
    ("o", "ο"),
    ("p", "π"),
    ("r", "ρ"),
    ("s", "σ"),
    ("t", "τ"),
    ("y", "υ"),
    ("f", "φ"),
    ("h", "χ"),
    ("j", "τζ"),
    ("u", "υ"),
];
const UKRAINIAN: &[(&str, &str)] = &[
    ("shch", "щ"),
    ("zh", "ж"),
    ("kh", "х"),
    ("ts", "ц"),
    ("ch", "ч"),
    ("sh", "ш"),
    ("yi", "її"),
    ("iia", "ія"),
    ("ii", "ій"),
    ("yu", "ю"),
    ("iu", "ю"),
    ("ya", "я"),
    ("ia", "я"),
    ("ye", "є"),
    ("ie", "є"),
    ("a", "а"),
    ("b", "б"),
    ("v", "в"),
    ("h", "г"),
    ("g", "ґ"),
    ("d", "д"),
    ("e", "е"),
    ("z", "з"),
    ("y", "и"),
    ("i", "і"),
    ("k", "к"),
    ("l", "л"),
    ("m", "м"),
    ("n", "н"),
    ("o", "о"),
    ("p", "п"),
    ("r", "р"),
    ("s", "с"),
    ("t", "т"),
    ("u", "у"),
    ("f", "ф"),
];
const BULGARIAN: &[(&str, &str)] = &[
    ("sht", "щ"),
    ("zh", "ж"),
    ("ts", "ц"),
    ("ch", "ч"),
    ("sh", "ш"),
    ("yu", "ю"),
    ("ya", "я"),
    ("yo", "йо"),
    ("a", "а"),
    ("b", "б"),
    ("v", "в"),
    ("g", "г"),
    ("d", "д"),
    ("e", "е"),
    ("z", "з"),
    ("i", "и"),
    ("y", "й"),
    ("k", "к"),
    ("l", "л"),
    ("m", "м"),
    ("n", "н"),
    ("o", "о"),
    ("p", "п"),
    ("r", "р"),
    ("s", "с"),
    ("t", "т"),
    ("u", "у"),
    ("f", "ф"),
    ("h", "х"),
];
const CHINESE: &[(&str, &str)] = &[
    ("xiaoling", "小玲"),
    ("xiaoming", "晓明"),
    ("zhiqiang", "志强"),
    ("qingzhao", "清照"),
    ("jianguo", "建国"),
    ("jingyi", "静怡"),
    ("junjie", "俊杰"),
    ("meihua", "美华"),
    ("ouyang", "欧阳"),
    ("xi'an", "西安"),
    ("lü'e", "绿萼"),
    ("yi'an", "易安"),
    ("zhang", "张"),
    ("zheng", "郑"),
    ("sima", "司马"),
    ("wang", "王"),
    ("fang", "芳"),
    ("qiu", "邱"),
    ("zhu", "朱"),
    ("wei", "伟"),
    ("hao", "浩"),
    ("li", "李"),
    ("xu", "徐"),
    ("lü", "吕"),
    ("yu", "玉"),
    ("bo", "波"),
    ("e", "鄂"),
];

/// The name in another script, where the person's country writes one.
pub(super) fn names(line: &Line<'_>) -> Vec<ForeignName> {
    let (script, table) = match line.nationality {
        "GRC" => ("Grek", GREEK),
        "UKR" => ("Cyrl", UKRAINIAN),
        "BGR" => ("Cyrl", BULGARIAN),
        "CHN" => ("Hani", CHINESE),
        _ => return Vec::new(),
    };
    let turned = (turn(line.surname, table), turn(line.given_names, table));
    let (Some(surname), Some(given_names)) = turned else {
        return Vec::new();
    };
    vec![ForeignName {
        script: script.into(),
        name: Some(Name {
            surname,
            given_names,
        }),
    }]
}

/// A name in other letters, a capital at the beginning of each word; `None` where a letter has none.
fn turn(name: &str, table: &[(&str, &str)]) -> Option<String> {
    let lower = name.to_lowercase();
    let mut rest = lower.as_str();
    let mut out = String::new();
    let mut begins = true;
    while let Some(first) = rest.chars().next() {
        if [' ', '-'].contains(&first) {
            out.push(first);
            begins = true;
            rest = &rest[first.len_utf8()..];
            continue;
        }
        let (latin, other) = table.iter().find(|(latin, _)| rest.starts_with(latin))?;
        rest = &rest[latin.len()..];
        let ends = rest.is_empty() || rest.starts_with([' ', '-']);
        let other = if *other == "σ" && ends { "ς" } else { other };
        let mut letters = other.chars();
        if begins {
            out.extend(letters.next().into_iter().flat_map(char::to_uppercase));
        }
        out.extend(letters);
        begins = false;
    }
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_names_come_back() {
        assert_eq!(turn("Georgios", GREEK).as_deref(), Some("Γεοργιος"));
        assert_eq!(turn("Papadopoulou", GREEK).as_deref(), Some("Παπαδοπουλου"));
        assert_eq!(turn("Shevchenko", UKRAINIAN).as_deref(), Some("Шевченко"));
        assert_eq!(turn("Zhelyazkova", BULGARIAN).as_deref(), Some("Желязкова"));
        assert_eq!(turn("Ouyang", CHINESE).as_deref(), Some("欧阳"));
        assert_eq!(turn("", GREEK).as_deref(), Some(""));
        assert_eq!(turn("Müller", GREEK), None);
    }
}
