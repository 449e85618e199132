//! Compares prints with each other, ours beside BOZORTH3 in the same run, and prints error rates.
//!
//! ```text
//! STEMPEL_ORACLES=target/oracles/bin/python cargo run -p biometrics --example finger_error_rates FOLDER [FINGERS]
//! ```
//!
//! Files are called `FINGER-PRINT.png` or `FINGER_PRINT.png`, 500 ppi. With FINGERS, so many drawn fingers are written into
//! the folder first: two ordinary prints each, and two that are turned, stretched and scratched.

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

use biometrics::finger::{SAME_FINGER, Template, compare};
use hardware_sim::people::finger::{Class, Finger, Touch};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let folder = PathBuf::from(arguments.next().ok_or("give a folder of prints")?);
    if let Some(count) = arguments.next() {
        draw(&folder, count.to_string_lossy().parse()?)?;
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<Result<_, _>>()?;
    files.retain(|file| file.extension().is_some_and(|extension| extension == "png"));
    files.sort();
    let fingers: Vec<String> = files.iter().map(|file| finger_of(file)).collect();
    let templates: Vec<Template> = files
        .iter()
        .map(|file| Ok(Template::of(&image::open(file)?.to_luma8(), 500)?))
        .collect::<Result<_, Box<dyn Error>>>()?;
    let minutiae: usize = templates.iter().map(|one| one.minutiae().len()).sum();
    println!(
        "{} prints, {} minutiae each",
        files.len(),
        minutiae / files.len().max(1)
    );

    let ours = |i: usize, j: usize| compare(&templates[i], &templates[j]).value();
    report("ours", &fingers, &files, ours, SAME_FINGER);
    let theirs = bozorth(&files)?;
    report("BOZORTH3", &fingers, &files, |i, j| theirs[i][j], 40.0);
    Ok(())
}

/// Two ordinary touches of each finger and two hard ones.
fn draw(folder: &Path, count: u64) -> Result<(), Box<dyn Error>> {
    std::fs::create_dir_all(folder)?;
    for number in 0..count {
        let finger = Finger::grow(9000 + number, Class::ALL[usize::try_from(number % 5)?]);
        let sign = if number.is_multiple_of(2) { 1.0 } else { -1.0 };
        let hard = Touch {
            rotation: 25.0 * sign,
            shift_x: 35.0 * sign,
            shift_y: -30.0,
            distortion: 6.0,
            pressure: 0.8 * sign,
            scratches: 4,
        };
        let turned = Touch {
            rotation: -40.0 * sign,
            shift_y: 60.0,
            pressure: -0.8 * sign,
            ..hard
        };
        for (touch, picture) in [
            finger.touch(0),
            finger.touch(1),
            finger.touch_as(hard, 2),
            finger.touch_as(turned, 3),
        ]
        .into_iter()
        .enumerate()
        {
            picture.save(folder.join(format!("{number:04}-{touch}.png")))?;
        }
    }
    Ok(())
}

/// What a file's name says before its last dash or underscore.
fn finger_of(file: &Path) -> String {
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    let end = name.rfind(['-', '_']).unwrap_or(name.len());
    name[..end].to_owned()
}

fn bozorth(files: &[PathBuf]) -> Result<Vec<Vec<f64>>, Box<dyn Error>> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = std::env::var_os("STEMPEL_ORACLES")
        .map_or_else(|| root.join("target/oracles/bin/python"), PathBuf::from);
    let output = Command::new(python)
        .arg(root.join("tests/oracles/pictures.py"))
        .arg("match")
        .args(files)
        .output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into());
    }
    let rows = String::from_utf8(output.stdout)?;
    let row = |line: &str| line.split(' ').map(str::parse).collect();
    Ok(rows.lines().map(row).collect::<Result<_, _>>()?)
}

/// Scores of all pairs, and how often a threshold is wrong.
#[expect(clippy::cast_precision_loss, reason = "counts of pairs")]
fn report(
    name: &str,
    fingers: &[String],
    files: &[PathBuf],
    score: impl Fn(usize, usize) -> f64,
    threshold: f64,
) {
    let (mut genuine, mut impostor) = (Vec::new(), Vec::new());
    for j in 0..fingers.len() {
        for i in 0..j {
            let pair = (score(i, j), i, j);
            if fingers[i] == fingers[j] {
                genuine.push(pair);
            } else {
                impostor.push(pair);
            }
        }
    }
    genuine.sort_by(|a, b| a.0.total_cmp(&b.0));
    impostor.sort_by(|a, b| b.0.total_cmp(&a.0));
    let missed = genuine.iter().filter(|pair| pair.0 < threshold).count();
    let taken = impostor.iter().filter(|pair| pair.0 >= threshold).count();
    println!(
        "{name}: at {threshold}: {missed} of {} same fingers missed ({:.3} %), {taken} of {} others taken ({:.4} %)",
        genuine.len(),
        100.0 * missed as f64 / genuine.len().max(1) as f64,
        impostor.len(),
        100.0 * taken as f64 / impostor.len().max(1) as f64
    );
    let at = |pairs: &[(f64, usize, usize)], share: f64| {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 1"
        )]
        let index = (share * pairs.len().saturating_sub(1) as f64) as usize;
        pairs.get(index).map_or(f64::NAN, |pair| pair.0)
    };
    println!(
        "  same: least {:.1}, 1 % {:.1}, 5 % {:.1}, median {:.1}; others: most {:.1}, 0.1 % {:.1}, 1 % {:.1}, median {:.1}",
        at(&genuine, 0.0),
        at(&genuine, 0.01),
        at(&genuine, 0.05),
        at(&genuine, 0.5),
        at(&impostor, 0.0),
        at(&impostor, 0.001),
        at(&impostor, 0.01),
        at(&impostor, 0.5)
    );
    for (score, i, j) in genuine.iter().take(6).chain(impostor.iter().take(4)) {
        let name = |n: usize| files[n].file_stem().unwrap_or_default().to_string_lossy();
        println!("    {score:.1} {} {}", name(*i), name(*j));
    }
}
