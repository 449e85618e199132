//! Programs killed at any moment while they use SoftHSM's tokens, which it writes in place: what was
//! made stays in sight, and no token is ever made a second time.

#![expect(
    clippy::unwrap_used,
    reason = "helpers of tests stop at the first fault"
)]

use crate::common::renewal;

use std::{
    fs,
    path::Path,
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use crate::common::{House, Service, binary, ceremony};
use renewal::{RENEWAL, certificate, renewal, said};

/// Copies a folder, and what is in it.
fn copy(from: &Path, to: &Path) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status();
    assert!(copied.unwrap().success());
}

/// Runs a ceremony again and again, each run a little longer until it is killed; returns how often.
fn kill_until_done(file: &Path, start: Duration, growth: f32) -> u32 {
    let (mut kills, mut patience) = (0, start);
    loop {
        let mut process = Command::new(binary())
            .arg("ceremony")
            .arg(file)
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        thread::sleep(patience);
        if process.try_wait().unwrap().is_some() {
            let end = process.wait_with_output().unwrap();
            let said = said(&end);
            assert!(end.status.success(), "after {kills} kills: {said}");
            return kills;
        }
        process.kill().unwrap();
        process.wait().unwrap();
        kills += 1;
        patience = patience.mul_f32(growth);
        assert!(patience < Duration::from_mins(1), "no progress");
    }
}

#[test]
fn a_renewal_killed_at_any_moment_continues() {
    let house = House::new();
    let file = renewal(&house, RENEWAL);
    let (pki, kept) = (house.path("pki"), house.path("kept"));
    copy(&pki, &kept);
    let tokens = ["country-verifying", "signing"];
    let count = |token: &str| {
        let folder = house.path("pki/tokens").join(token).join("tokens");
        fs::read_dir(folder).unwrap().count()
    };
    let before = tokens.map(count);
    let mut kills = 0;
    // Each round kills at other moments than the last.
    for round in 0..6_u32 {
        fs::remove_dir_all(&pki).unwrap();
        copy(&kept, &pki);
        let start = Duration::from_millis(4) + Duration::from_micros(370) * round;
        let round_kills = kill_until_done(&file, start, 1.09);
        assert!(round_kills > 3, "only {round_kills} kills");
        kills += round_kills;
        let old = certificate(&house, "cvca-1").verify_self_signed().unwrap();
        let new = certificate(&house, "link-cvca-2").verify(&old).unwrap();
        certificate(&house, "dv-2").verify(&new).unwrap();
        let again = ceremony(&file);
        assert!(String::from_utf8_lossy(&again.stdout).contains("nothing changed"));
        // The tokens are the ones that were there, and the old keys are in them.
        assert_eq!(tokens.map(count), before);
        let third = RENEWAL
            .replace("sequence = 2\nprevious = 1", "sequence = 3\nprevious = 2")
            .replace("\"cvca-2\"", "\"cvca-3\"")
            .replace("dv-1", "dv-2")
            .replace("label = \"dv-2\"", "label = \"dv-3\"")
            .replace("DVLUX\"\nsequence = 2", "DVLUX\"\nsequence = 3");
        let next = house.path("third.toml");
        fs::write(&next, third).unwrap();
        let next = ceremony(&next);
        assert!(next.status.success(), "{}", said(&next));
    }
    assert!(kills > 60, "only {kills} kills");
}

#[test]
fn a_token_that_was_made_is_never_made_anew() {
    let house = House::new();
    let file = renewal(&house, RENEWAL);
    let folder = house.path("pki/tokens/country-verifying");
    let away = house.path("safe");
    // Still in the safe: the whole folder, or what is in it.
    for part in [folder.clone(), folder.join("tokens")] {
        fs::rename(&part, &away).unwrap();
        let refused = ceremony(&file);
        let said = said(&refused);
        assert!(!refused.status.success());
        assert!(said.contains("bring it back from the safe"), "{said}");
        assert!(!part.exists(), "nothing is made where the token was");
        fs::rename(&away, &part).unwrap();
    }
    // Torn, and its copy too: out of SoftHSM's sight.
    let token = fs::read_dir(folder.join("tokens")).unwrap().next().unwrap();
    let token = token.unwrap().path();
    copy(&token, &away);
    for file in ["token.object", "token.kept"] {
        fs::write(token.join(file), b"").unwrap();
    }
    let refused = ceremony(&file);
    assert!(said(&refused).contains("or cannot be read"), "{refused:?}");
    assert_eq!(fs::read_dir(folder.join("tokens")).unwrap().count(), 1);
    fs::remove_dir_all(&token).unwrap();
    // Another token of that name.
    let other = House::new();
    let theirs = other.path("pki/tokens/country-verifying");
    for name in ["tokens", "user.pin"] {
        fs::rename(folder.join(name), house.path(name)).unwrap();
        copy(&theirs.join(name), &folder.join(name));
    }
    let refused = ceremony(&file);
    assert!(said(&refused).contains("its serial number is another"));
    for name in ["tokens", "user.pin"] {
        let there = folder.join(name);
        let _ = fs::remove_dir_all(&there);
        let _ = fs::remove_file(&there);
        fs::rename(house.path(name), there).unwrap();
    }
    // Put back, the ceremony goes on.
    copy(&away, &token);
    let done = ceremony(&file);
    assert!(done.status.success(), "{}", said(&done));
}

#[test]
fn two_ceremonies_do_not_share_a_folder() {
    let house = House::new();
    let lock = fs::File::open(house.path("pki/ceremony.lock")).unwrap();
    lock.lock().unwrap();
    let refused = ceremony(&renewal(&house, RENEWAL));
    assert!(said(&refused).contains("another ceremony may be under way"));
    drop(lock);
    assert!(ceremony(&renewal(&house, RENEWAL)).status.success());
}

#[tokio::test]
async fn a_service_killed_while_it_logs_in_starts_again() {
    let mut house = House::new();
    let config = house.config(5);
    let tokens = house.path("pki/tokens/signing/tokens");
    let mut patience = Duration::from_millis(3);
    let mut kills = 0;
    while patience < Duration::from_millis(150) {
        let mut process = Command::new(binary())
            .args(["serve", "--config"])
            .arg(&config)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        thread::sleep(patience);
        assert!(process.try_wait().unwrap().is_none(), "ended by itself");
        process.kill().unwrap();
        process.wait().unwrap();
        kills += 1;
        patience = patience.mul_f32(1.06);
    }
    assert!(kills > 50, "only {kills} kills");
    // And the worst that such a kill can leave, in each token of the service.
    for token in fs::read_dir(&tokens).unwrap() {
        fs::write(token.unwrap().path().join("token.object"), b"").unwrap();
    }
    let service = Service::start(&config);
    let mut line = house.caller(&service, "line").await;
    line.sign(house.security_object(1)).await.unwrap();
}
