//! The machine readable zones that every card printer must get read: the standard's, and the worst that can stand there.

use icao9303::mrz::{
    CountryCode, DocumentCode, DocumentNumber, Mrz, NameField, OptionalData, PartialDate, Sex, Td1,
};
use serde_json::Value;
use time::{Date, Month};

/// Number, first optional data, second optional data, date of birth, name.
type Case = (
    &'static str,
    &'static str,
    &'static str,
    &'static str,
    &'static str,
);

/// Look-alikes, fillers, full lines, every letter. A number of nine letters O is not among them: Tesseract takes some for zeros, and
/// check digits agree with several such readings. Our own numbers have neither O nor 0.
const WORST: [Case; 34] = [
    ("000000000", "", "", "00000000", "O<<O"),
    (
        "C6G6CGGC6",
        "",
        "",
        "20000101",
        "OOOOOOOOOOOOO<<OOOOOOOOOOOOOOO",
    ),
    ("O0O0O0O0O", "", "", "20001010", "OD<OQ<<QO<DO"),
    (
        "0O0O0O0O0",
        "O0O0O0O0O0O0O0O",
        "O0O0O0O0O0O",
        "19801008",
        "COOO<<OOC",
    ),
    ("6G6G6G6G6", "", "", "19660606", "GGGG<<CGGC"),
    (
        "GGGGGG666",
        "G6G6G6G6G6G6G6G",
        "6G6G6G6G6G6",
        "19660606",
        "GEORG<GOGG<<GISELA",
    ),
    (
        "1I1I1I1I1",
        "",
        "",
        "19111111",
        "IIIIIIIIIIIIII<<IIIIIIIIIIIIII",
    ),
    (
        "I1I1I1I1I",
        "1I1I1I1I1I1I1I1",
        "I1I1I1I1I1I",
        "19111111",
        "LILLI<<ILLI",
    ),
    ("1L1LIL1LI", "", "", "19711117", "IL<LI<<IL"),
    ("8B8B8B8B8", "", "", "19880808", "BBBB<<BRBB"),
    (
        "BBBB88888",
        "8B8B8B8B8B8B8B8",
        "B8B8B8B8B8B",
        "19880808",
        "BIBBER<<BABB",
    ),
    ("5S5S5S5S5", "", "", "19550505", "SSSS<<SS"),
    (
        "S5S5S5S5S",
        "5S5S5S5S5S5S5S5",
        "S5S5S5S5S5S",
        "19550505",
        "SCHUSS<<SISSI",
    ),
    ("2Z2Z2Z2Z2", "", "", "19220222", "ZZZZ<<ZUZZ"),
    (
        "Z2Z2Z2Z2Z",
        "2Z2Z2Z2Z2Z2Z2Z2",
        "Z2Z2Z2Z2Z2Z",
        "19220222",
        "ZIZEK<<ZAZA",
    ),
    ("7T7T1T1T7", "", "", "19770717", "TTTT<<TT"),
    (
        "QO0DQO0DQ",
        "QO0DQO0DQO0DQO0",
        "QO0DQO0DQO0",
        "19900909",
        "QUOD<<DOQQO",
    ),
    ("VYVYUVUVY", "", "", "19490404", "VVVV<UUUU<YYYY<<VUY"),
    (
        "MNMNWVWVM",
        "",
        "",
        "19440404",
        "MNMNMNWWWWWWWW<<MNHWMNHWMNHWMM",
    ),
    (
        "WWWWWWWWW",
        "WWWWWWWWWWWWWWW",
        "WWWWWWWWWWW",
        "19940904",
        "WWWWWWWWWWWWWW<<WWWWWWWWWWWWWW",
    ),
    ("C11111111", "", "", "19111111", "A"),
    ("999999999", "", "", "19990909", "I"),
    (
        "111111111",
        "111111111111111",
        "11111111111",
        "19111111",
        "I<<I",
    ),
    ("KXKXKXKXK", "", "", "19740704", "KXKXKX<<XKXKXK"),
    (
        "CFGHJKLMN",
        "",
        "",
        "19830308",
        "ABCDEFGHIJKLM<<NOPQRSTUVWXYZAB",
    ),
    (
        "PRTVWXYZ1",
        "",
        "",
        "19380808",
        "ZYXWVUTSRQPON<<MLKJIHGFEDCBAZY",
    ),
    (
        "234567891",
        "ABCDEFGHIJKLMNO",
        "PQRSTUVWXYZ",
        "19451231",
        "A<B<C<D<E<F<G<H<<I<J<K<L<M<N<O",
    ),
    ("ABCDEFGHI012345678901", "", "", "20000229", "D<ARC<<JEANNE"),
    ("0O6G1I8B5S2ZQDC", "", "", "20160601", "O<NEILL<<OONA"),
    (
        "12345",
        "",
        "",
        "19120304",
        "WOLFF<VON<AMERONGEN<HOHENST<<M",
    ),
    ("1", "", "", "19500000", "SCHMIT<<MARIE<ANTOINETTE<JOSEP"),
    (
        "D23145890",
        "<<<<<<<<<<<<<<1",
        "<<<<<<<<<<1",
        "00000000",
        "FERREIRA<DA<SILVA<<ANA<MARIA<B",
    ),
    (
        "H0H0H0H0H",
        "",
        "",
        "19850000",
        "HHHHHHHHHHHHHH<<HHHHHHHHHHHHHH",
    ),
    ("J7J7J7J7J", "J7J7J7J7J7J7J7J", "", "19770700", "JJ<JJ<<JIJ"),
];

/// All of them, as three lines each.
pub fn lines() -> Vec<[String; 3]> {
    let published: Value =
        serde_json::from_str(include_str!("../../../../tests/vectors/mrz.json")).unwrap();
    let published = published["td1"]
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|vector| {
            let lines = vector["lines"]
                .as_array()?
                .iter()
                .map(|line| line.as_str().unwrap().to_owned());
            let lines: [String; 3] = lines.collect::<Vec<_>>().try_into().ok()?;
            let mrz = Mrz::parse(&lines.concat()).ok()?;
            // Misprints of the standard are no cards.
            mrz.findings().is_empty().then_some(lines)
        });
    published.chain(WORST.iter().map(worst)).collect()
}

fn worst(&(number, optional_1, optional_2, birth, name): &Case) -> [String; 3] {
    let td1 = Td1 {
        document_code: DocumentCode::td1("ID").unwrap(),
        issuer: CountryCode::new("LUX").unwrap(),
        document_number: DocumentNumber::new(number).unwrap(),
        optional_data_1: OptionalData::new(optional_1).unwrap(),
        date_of_birth: PartialDate::from_lds(birth).unwrap(),
        sex: Sex::Unspecified,
        date_of_expiry: Date::from_calendar_date(2036, Month::January, 16).unwrap(),
        nationality: CountryCode::new("GBD").unwrap(),
        optional_data_2: OptionalData::new(optional_2).unwrap(),
        name: NameField::chosen_by_operator(name, 30, false).unwrap(),
    };
    let mrz = td1.encode().unwrap();
    let lines: Vec<_> = mrz.lines().map(str::to_owned).collect();
    lines.try_into().unwrap()
}

#[test]
fn the_set_is_large_and_right() {
    let set = lines();
    assert!(set.len() >= 44, "{}", set.len());
    for lines in set {
        let mrz = Mrz::parse(&lines.concat()).unwrap();
        assert!(mrz.findings().is_empty(), "{lines:?}");
    }
}
