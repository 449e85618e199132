//! Times the measure, the template and the comparison of drawn fingers, and prints one JSON object a figure.
//!
//! ```text
//! STEMPEL_ORACLES=target/oracles/bin/python cargo run --release -p biometrics --example finger_rate
//! ```

use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use biometrics::finger::{Template, compare, measure};
use hardware_sim::people::finger::{Class, Finger, HEIGHT, PPI, WIDTH};
use image::GrayImage;
use serde_json::{Value, json};

/// Runs of each print.
const RUNS: usize = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let prints: Vec<GrayImage> = Class::ALL
        .iter()
        .zip(700..)
        .flat_map(|(class, seed)| {
            let finger = Finger::grow(seed, *class);
            [finger.touch(0), finger.touch(1)]
        })
        .collect();
    let templates = prints.iter().map(|print| Template::of(print, PPI));
    let templates: Vec<Template> = templates.collect::<Result<_, _>>()?;
    let measuring = slowest(&prints, |print| measure(print, PPI).map(drop))?;
    let extraction = slowest(&prints, |print| Template::of(print, PPI).map(drop))?;
    let comparison = slowest(&templates, |one| {
        for other in &templates {
            compare(one, other);
        }
        Ok::<(), std::convert::Infallible>(())
    })?;
    let count = f64::from(u8::try_from(templates.len())?);
    let theirs = mindtct(&prints)?;
    let size =
        format!("drawn fingers, {WIDTH} x {HEIGHT}: the slowest of {count}, best of {RUNS} each");
    println!("{}", figure("finger_measure", measuring, Some(30.0), &size));
    println!(
        "{}",
        figure("finger_template", extraction, Some(150.0), &size)
    );
    let against =
        "MINDTCT (PyPI nbis-py) on the same prints in the same run, with reading their files";
    println!(
        "{}",
        figure("finger_template_mindtct", theirs, None, against)
    );
    println!(
        "{}",
        figure(
            "finger_comparison",
            comparison / count,
            None,
            "one pair of templates"
        )
    );
    Ok(())
}

fn figure(name: &str, value: f64, limit: Option<f64>, against: &str) -> Value {
    let met = limit.is_none_or(|limit| value <= limit);
    json!({ "name": name, "value": value, "unit": "ms", "limit": limit, "met": met, "against": against })
}

/// The slowest of several, each the best of several runs, in milliseconds.
fn slowest<T, E>(all: &[T], run: impl Fn(&T) -> Result<(), E>) -> Result<f64, E> {
    let mut slowest = 0.0f64;
    for one in all {
        let mut shortest = f64::INFINITY;
        for _ in 0..RUNS {
            let begin = Instant::now();
            run(one)?;
            shortest = shortest.min(begin.elapsed().as_secs_f64() * 1000.0);
        }
        slowest = slowest.max(shortest);
    }
    Ok(slowest)
}

/// The same of MINDTCT.
fn mindtct(prints: &[GrayImage]) -> Result<f64, Box<dyn Error>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = std::env::var_os("STEMPEL_ORACLES")
        .map_or_else(|| root.join("target/oracles/bin/python"), PathBuf::from);
    let folder = tempfile::tempdir()?;
    let mut command = Command::new(python);
    command.arg(root.join("tests/oracles/pictures.py"));
    command.args(["minutiae-rate", &RUNS.to_string()]);
    for (number, print) in prints.iter().enumerate() {
        let file = folder.path().join(format!("{number}.png"));
        print.save(&file)?;
        command.arg(file);
    }
    let output = command.output()?;
    let text = String::from_utf8(output.stdout)?;
    let time = text.trim().parse();
    Ok(time.map_err(|_| String::from_utf8_lossy(&output.stderr))?)
}
