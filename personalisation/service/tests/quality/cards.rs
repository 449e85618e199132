//! Cards of generated people: faces as they were ordered, and as they must not come out.

use std::path::Path;

use hardware_sim::people::{self, People, portrait::Fault};
use icao9303::mrz::Mrz;
use image::RgbImage;
use personalisation::{
    edge,
    faces::{CardFacts, Faces, Holder, Pictures},
    order::{self, OrderFile, PermitSection},
};
use personalisation_core::{
    card_access_number::CardAccessNumber, document_number::DocumentNumber,
    issuer_profile::IssuerProfile,
};
use rand::{RngExt, SeedableRng, rngs::StdRng};

/// Characters that are taken for each other, and the rest of the alphabet.
const LOOK_ALIKE: [(char, char); 12] = [
    ('0', 'O'),
    ('O', '0'),
    ('1', 'I'),
    ('I', '1'),
    ('8', 'B'),
    ('B', '8'),
    ('5', 'S'),
    ('S', '5'),
    ('2', 'Z'),
    ('Z', '2'),
    ('6', 'G'),
    ('<', 'K'),
];

/// One card.
pub struct Card {
    /// The faces that were ordered.
    pub faces: [RgbImage; 2],
    /// The front with the portrait of somebody else.
    pub other_portrait: RgbImage,
    /// The back with one other character in its machine readable zone: line and place from 1, and the face.
    pub other_character: ((u8, u8), RgbImage),
    /// What was ordered.
    pub mrz: Mrz,
}

/// Draws the cards of some people, one after the other; every third is of Utopia.
pub fn each(seed: u64, count: u32, mut look: impl FnMut(u32, &Card)) {
    let folder = tempfile::tempdir().unwrap();
    let people = People {
        seed,
        count: count + 1,
        out: Some(folder.path().to_owned()),
        cache: None,
        fault: Fault::None,
        register: None,
    };
    let folders = people::run(&people, |_| ()).unwrap();
    let faces = Faces::new();
    for (number, pair) in (0..count).zip(folders.windows(2)) {
        let mut random = StdRng::seed_from_u64(seed ^ (u64::from(number) << 32));
        look(number, &draw(&faces, pair, number % 3 == 2, &mut random));
    }
}

fn draw(printer: &Faces, pair: &[impl AsRef<Path>], utopia: bool, random: &mut StdRng) -> Card {
    let (holder, facts) = order(pair[0].as_ref(), random);
    let (somebody, _) = order(pair[1].as_ref(), random);
    let profile = if utopia {
        IssuerProfile::UTOPIA
    } else {
        IssuerProfile::LUXEMBOURG
    };
    let print = |holder: &Holder, facts: &CardFacts| {
        let prepared = Faces::prepare(&profile, holder.clone()).unwrap();
        pixels(&printer.draw(&prepared, facts).unwrap())
    };
    let mut other = holder.clone();
    other.dg2.clone_from(&somebody.dg2);
    let (place, mrz) = one_other_character(&facts.mrz, random);
    let mut changed = facts.clone();
    changed.mrz = mrz;
    let [other_portrait, _] = print(&other, &facts);
    let [_, other_back] = print(&holder, &changed);
    Card {
        faces: print(&holder, &facts),
        other_portrait,
        other_character: (place, other_back),
        mrz: facts.mrz.clone(),
    }
}

fn order(folder: &Path, random: &mut StdRng) -> (Holder, CardFacts) {
    let order = OrderFile::load(&folder.join("person.toml")).unwrap();
    let permits = PermitSection::default();
    let prepared = order::prepare(&order, folder, &permits, edge::now(), random).unwrap();
    let number = DocumentNumber::generate(random);
    let facts = CardFacts {
        number: number.to_string(),
        can: CardAccessNumber::generate(random).as_str().to_owned(),
        mrz: prepared.identity.mrz(number).unwrap(),
    };
    (prepared.holder().unwrap(), facts)
}

fn pixels(pictures: &Pictures) -> [RgbImage; 2] {
    [&pictures.front, &pictures.back].map(|png| image::load_from_memory(png).unwrap().to_rgb8())
}

/// A look-alike where there is one, else any other character.
fn one_other_character(mrz: &Mrz, random: &mut StdRng) -> ((u8, u8), Mrz) {
    let mut text: Vec<char> = mrz.lines().flat_map(str::chars).collect();
    loop {
        let at = random.random_range(0..text.len());
        let Some((_, other)) = LOOK_ALIKE.iter().find(|(one, _)| *one == text[at]) else {
            continue;
        };
        let before = std::mem::replace(&mut text[at], *other);
        if let Ok(mrz) = Mrz::parse(&text.iter().collect::<String>()) {
            let number = |at: usize| u8::try_from(at + 1).unwrap();
            return ((number(at / 30), number(at % 30)), mrz);
        }
        text[at] = before;
    }
}
