//! Compiles `idoc/<room>/v1/*.proto` without protoc.

use std::{error::Error, path::PathBuf};

const PROTOS: [&str; 9] = [
    "idoc/audit/v1/audit.proto",
    "idoc/fleet/v1/fleet.proto",
    "idoc/inspection/v1/inspection.proto",
    "idoc/intake/v1/intake.proto",
    "idoc/intake/v1/second_person.proto",
    "idoc/machine/v1/machine.proto",
    "idoc/operations/v1/operations.proto",
    "idoc/register/v1/register.proto",
    "idoc/signing/v1/signing.proto",
];

fn main() -> Result<(), Box<dyn Error>> {
    for proto in PROTOS {
        println!("cargo:rerun-if-changed={proto}");
    }
    let root = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR")?);
    let descriptors = protox::compile(PROTOS, [root])?;
    tonic_prost_build::configure()
        .include_file("wire.rs")
        // The one message that is large: its bytes stay where they came in.
        .bytes(".idoc.intake.v1.AppendRequest.chunk")
        .compile_fds(descriptors)?;
    Ok(())
}
