//! The demo: `cargo xtask demo` builds the house and hands over to this program.

use std::io::Write;
use std::process::ExitCode;
use std::time::Duration;

use clap::Parser;
use e2e::demo::{self, Arguments};
use tokio::signal::unix::{Signal, SignalKind, signal};

/// How often the programs are looked at while the demo waits.
const WATCH_EVERY: Duration = Duration::from_millis(500);

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match show(&arguments) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("\ndemo: {error}");
            ExitCode::FAILURE
        }
    }
}

fn show(arguments: &Arguments) -> Result<bool, Box<dyn std::error::Error>> {
    #[expect(
        clippy::disallowed_methods,
        reason = "the program's edge reads the clock once"
    )]
    let started =
        time::OffsetDateTime::now_utc().format(&time::format_description::well_known::Rfc3339)?;
    // Not in the build folder: sockets have short names only.
    let work = tempfile::Builder::new().prefix("stempel-").tempdir()?;
    let mut finished = demo::run(arguments, started, work.path())?;
    println!("{}", finished.report);
    if let Some(out) = &arguments.out {
        println!("left in {}", out.display());
    }
    // Without --out they go with the rest when the demo ends.
    let kept = arguments.out.as_deref();
    if let Some(folder) = kept.or((!arguments.once).then_some(work.path())) {
        let documents = folder.join("documents");
        println!(
            "the cards' pictures: {}/NUMBER/front.png and back.png",
            documents.display()
        );
    }
    if !arguments.once {
        stay(&mut finished)?;
    }
    Ok(finished.report.passed())
}

/// Keeps the chips in their readers until Ctrl-C, and says how to read them.
fn stay(finished: &mut demo::Finished) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // Heard from before anybody is told that they may end it.
    let signals = runtime.block_on(async { signals() })?;
    let (variable, socket) = finished.environment();
    let socket = socket.display();
    println!("\nThe chips stay in their readers until Ctrl-C. In another terminal, for instance:");
    println!("  {variable}={socket} pcsc_scan");
    if let Some(one) = finished.report.documents.first() {
        let (reader, can) = (&one.document.reader, &one.document.can);
        let inspect = "target/debug/personalisation inspect";
        println!("  {variable}={socket} {inspect} --reader \"{reader}\" --can {can}");
    }
    for (what, origin) in finished.pages() {
        println!("  {what}: {origin}");
    }
    std::io::stdout().flush()?;
    runtime.block_on(async {
        tokio::select! {
            () = told_to_end(signals) => Ok(()),
            ended = watch(finished) => Err(ended),
        }
    })?;
    println!("\nputting everything away");
    Ok(())
}

/// Returns when a program has ended that should not.
async fn watch(finished: &mut demo::Finished) -> demo::DemoError {
    loop {
        if let Err(ended) = finished.check_running() {
            return ended;
        }
        tokio::time::sleep(WATCH_EVERY).await;
    }
}

/// Ctrl-C and the end of the session: both leave time to stop the programs of the house.
fn signals() -> std::io::Result<[Signal; 2]> {
    Ok([
        signal(SignalKind::interrupt())?,
        signal(SignalKind::terminate())?,
    ])
}

/// Returns when one of them came.
async fn told_to_end([mut interrupt, mut terminate]: [Signal; 2]) {
    tokio::select! {
        _ = interrupt.recv() => (),
        _ = terminate.recv() => (),
    }
}
