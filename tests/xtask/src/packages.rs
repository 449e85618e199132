//! Debian packages that the programs and tests need: said, asked for where not root, installed once.

use std::io::{BufRead, IsTerminal, Write};
use std::process::{Command, Stdio};

/// A Debian package and what it is for.
pub struct Package {
    name: &'static str,
    why: &'static str,
}

const fn package(name: &'static str, why: &'static str) -> Package {
    Package { name, why }
}

/// What the demo needs.
pub const DEMO: &[Package] = &[
    package("libpcsclite-dev", "talking to card readers (PC/SC)"),
    package("libssl-dev", "ciphers, hashes and curves (OpenSSL)"),
    package("pcscd", "the card reader daemon"),
    package(
        "pkg-config",
        "finding the two libraries above when building",
    ),
    package("softhsm2", "the hardware security module, in software"),
];

/// What the tests need beyond that: independent programs that check our work.
pub const TEST: &[Package] = &[
    package("chromium", "the browser that our pages are tried in"),
    package("chromium-driver", "steering that browser"),
    package("default-jdk-headless", "running Bouncy Castle"),
    package("g++", "building libFuzzer"),
    package(
        "libbcpkix-java",
        "Bouncy Castle, which checks our certificates and security objects",
    ),
    package(
        "libbcprov-java",
        "Bouncy Castle, which checks our certificates and security objects",
    ),
    package(
        "libeac-dev",
        "a terminal made of a second implementation of the chip protocols",
    ),
    package(
        "libopenjp2-tools",
        "a second reader of our JPEG 2000 pictures",
    ),
    package("openpace", "a second implementation of the chip protocols"),
    package("opensc", "a second program that reads our chips"),
    package("openssl", "a second verifier of our signatures"),
    package("postgresql", "the second database engine"),
    package("python3-venv", "running oracles from PyPI"),
    package(
        "tesseract-ocr",
        "a second reader of our machine readable zones",
    ),
    package("vsmartcard-vpcd", "a second reader driver"),
];

/// Installs what is missing of `packages`; nothing is asked of the network if nothing is.
pub fn ensure(packages: &[&[Package]]) -> Result<(), String> {
    let missing: Vec<&Package> = packages
        .iter()
        .copied()
        .flatten()
        .filter(|package| !is_installed(package.name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    println!("Stempel needs these Debian packages, which are not installed:");
    for package in &missing {
        println!("  {:24} {}", package.name, package.why);
    }
    let names: Vec<&str> = missing.iter().map(|package| package.name).collect();
    let prefix = privilege(&names)?;
    apt(prefix, &["update", "-q"])?;
    let mut install = vec!["install", "-y", "-q", "--no-install-recommends"];
    install.extend(["-o", "DPkg::Lock::Timeout=400"]);
    install.extend(&names);
    apt(prefix, &install)
}

fn is_installed(name: &str) -> bool {
    // A JDK from elsewhere serves as well as Debian's.
    if name == "default-jdk-headless" && runs("javac", "-version") {
        return true;
    }
    Command::new("dpkg-query")
        .args(["-W", "-f", "${Status}", name])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| output.stdout == b"install ok installed")
}

fn runs(program: &str, argument: &str) -> bool {
    let (out, error) = (Stdio::null(), Stdio::null());
    Command::new(program)
        .arg(argument)
        .stdout(out)
        .stderr(error)
        .status()
        .is_ok_and(|s| s.success())
}

/// Nothing for root, `sudo` for others once they agreed.
fn privilege(names: &[&str]) -> Result<Option<&'static str>, String> {
    let user = super::process::output(Command::new("id").arg("-u"))?;
    if user.trim() == "0" {
        return Ok(None);
    }
    let by_hand = format!(
        "sudo apt-get install --no-install-recommends {}",
        names.join(" ")
    );
    if !std::io::stdin().is_terminal() {
        return Err(format!(
            "not root, and nobody to ask; install them with\n  {by_hand}"
        ));
    }
    print!("Install them with sudo? [y/N] ");
    std::io::stdout()
        .flush()
        .map_err(|error| error.to_string())?;
    let mut answer = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut answer)
        .map_err(|error| error.to_string())?;
    match answer.trim() {
        "y" | "Y" | "yes" => Ok(Some("sudo")),
        _ => Err(format!(
            "nothing was installed; when it suits you:\n  {by_hand}"
        )),
    }
}

fn apt(prefix: Option<&str>, arguments: &[&str]) -> Result<(), String> {
    let mut command = match prefix {
        Some(sudo) => {
            let mut command = Command::new(sudo);
            command.args(["env", "DEBIAN_FRONTEND=noninteractive", "apt-get"]);
            command
        }
        None => Command::new("apt-get"),
    };
    command
        .env("DEBIAN_FRONTEND", "noninteractive")
        .args(arguments)
        .stdout(Stdio::null());
    super::process::run(&mut command)
}
