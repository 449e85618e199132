//! `cargo xtask up` builds the house and hands over to this program.

use std::io::{BufRead as _, Write as _};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use clap::Parser as _;
use e2e::up::{Arguments, House, News, Staff};
use tokio::signal::unix::{SignalKind, signal};

/// Set once somebody wants the house to end.
static END: AtomicBool = AtomicBool::new(false);

fn main() -> ExitCode {
    match watch(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("\nup: {error}");
            ExitCode::FAILURE
        }
    }
}

fn watch(arguments: &Arguments) -> Result<(), Box<dyn std::error::Error>> {
    // Not in the build folder: sockets have short names only.
    let work = tempfile::Builder::new().prefix("stempel-").tempdir()?;
    println!("Stempel: the whole house at work\n");
    let mut house = House::open(arguments, work.path(), |what| println!("{what} …"))?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    let (mut interrupt, mut terminate) = {
        let _context = runtime.enter();
        (
            signal(SignalKind::interrupt())?,
            signal(SignalKind::terminate())?,
        )
    };
    thread::spawn(move || {
        runtime.block_on(async {
            tokio::select! { _ = interrupt.recv() => (), _ = terminate.recv() => () }
        });
        END.store(true, Ordering::Relaxed);
    });
    greet(&house)?;
    let codes: Vec<_> = house
        .staff()
        .members()
        .map(|(member, _)| member.clone())
        .collect();
    thread::spawn(move || {
        for _line in std::io::stdin().lock().lines().map_while(Result::ok) {
            for member in &codes {
                println!("  {:18} {}", member.login, member.code());
            }
        }
    });
    house.work(&END, say)?;
    println!("\nputting everything away");
    Ok(())
}

/// Where to look, and as whom.
fn greet(house: &House) -> std::io::Result<()> {
    println!();
    for (what, origin) in house.pages() {
        println!("{what}: {origin}");
    }
    let (variable, socket) = house.environment();
    println!(
        "card readers and machines: {variable}={} pcsc_scan",
        socket.display()
    );
    people(house.staff());
    println!(
        "\nEnter shows everybody's codes of this half minute; each serves once. Ctrl-C ends everything.\n"
    );
    std::io::stdout().flush()
}

/// What everybody types to sign in. They do not exist, and neither does what they guard.
fn people(staff: &Staff) {
    println!("\nSign in as (login, password, secret of the codes, where to look):");
    for (member, see) in staff.members() {
        println!(
            "  {:18} {:46}  {}  {see}",
            member.login, member.password, member.secret
        );
    }
}

fn say(news: &News) {
    println!("{:8} {}", news.room, news.what);
}
