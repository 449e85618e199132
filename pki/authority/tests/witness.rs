//! pki as the witness of the audit's log: signs what goes on, refuses and keeps what contradicts what it saw.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use std::{
    collections::BTreeMap,
    fs,
    time::{Duration, Instant},
};

use evidence::{
    head::{Head, SignedHead, Witnessed},
    merkle::{Appender, Hash, Plan, TileId, leaf},
};
use openssl::{
    ec::{EcGroup, EcKey},
    ecdsa::EcdsaSig,
    nid::Nid,
    pkey::{PKey, Private},
};
use tonic::{Code, Status, transport::Channel};
use wire::{
    audit::{SeeRequest, see_response::Said, witness_client::WitnessClient},
    signing::HealthRequest,
};

use crate::common::{House, Service};

/// A log whose leaves are numbers; from `fork` on they are others.
struct Log {
    key: EcKey<Private>,
    fork: u64,
}

impl Log {
    fn tiles(&self, size: u64) -> (BTreeMap<TileId, Vec<Hash>>, Hash) {
        let mut tree = Appender::default();
        for number in 0..size {
            let other = if number >= self.fork { 1_000 } else { 0 };
            tree.append(leaf(&(number + other).to_be_bytes()));
        }
        let root = tree.root();
        (tree.take_changed().into_iter().collect(), root)
    }

    fn head(&self, log: &str, size: u64, time: i64) -> SignedHead {
        let head = Head {
            log: log.into(),
            size,
            root: self.tiles(size).1,
            time,
        };
        let signature = EcdsaSig::sign(&head.digest(), &self.key).unwrap();
        let mut raw = signature.r().to_vec_padded(32).unwrap();
        raw.extend(signature.s().to_vec_padded(32).unwrap());
        head.seal(raw.try_into().unwrap())
    }

    fn request(&self, head: &SignedHead, since: u64) -> SeeRequest {
        let size = head.head.size;
        let plan = Plan::consistency(since.min(size), size).unwrap();
        let proof = plan.prove(&self.tiles(size).0).unwrap();
        SeeRequest {
            head: head.encode().unwrap(),
            since,
            proof: proof.iter().map(|hash| hash.to_vec()).collect(),
        }
    }
}

/// A house with a witness key, a program of the role `audit` whose key the test has, and a log.
fn house() -> (House, Log) {
    let programs = "[[program]]\nname = \"sequencer\"\nrole = \"audit\"\nside = \"client\"\ntoken = \"audit\"\n\
        [[program]]\nname = \"shower\"\nrole = \"audit\"\nside = \"client\"\n";
    let house = House::planned(|text| text + programs);
    let key = EcKey::generate(&EcGroup::from_curve_name(Nid::X9_62_PRIME256V1).unwrap()).unwrap();
    let public = PKey::from_ec_key(key.clone()).unwrap();
    let public = public.public_key_to_der().unwrap();
    fs::write(house.path("log.spki"), public).unwrap();
    (
        house,
        Log {
            key,
            fork: u64::MAX,
        },
    )
}

fn serve(house: &House) -> Service {
    let file = house.config(1);
    let section =
        "[witness]\nkey = \"witness-1\"\nlog_keys = [\"log.spki\"]\nroles = [\"audit\"]\n";
    fs::write(&file, fs::read_to_string(&file).unwrap() + section).unwrap();
    Service::start(&file)
}

async fn shower(house: &House, service: &Service) -> WitnessClient<Channel> {
    WitnessClient::new(house.channel(&service.address, "shower").await)
}

async fn seen(
    witness: &mut WitnessClient<Channel>,
    request: SeeRequest,
) -> Result<Witnessed, Status> {
    match witness.see(request).await?.into_inner().said.unwrap() {
        Said::Known(size) => panic!("it knows {size}"),
        Said::Seen(seen) => Ok(Witnessed {
            name: seen.name,
            time: seen.time,
            signature: seen.signature.try_into().unwrap(),
        }),
    }
}

async fn alarms(house: &House, service: &Service) -> u64 {
    let mut line = house.caller(service, "line").await;
    let health = line.health(HealthRequest {}).await.unwrap();
    health.into_inner().alarms
}

#[tokio::test]
async fn a_log_that_grows_is_witnessed_and_one_that_forks_is_evidence() {
    let (house, log) = house();
    let service = serve(&house);
    let mut witness = shower(&house, &service).await;
    let key = fs::read(house.path("pki/public/witness-1.spki")).unwrap();
    let first = log.head("centre", 10, 100);
    let said = seen(&mut witness, log.request(&first, 0)).await.unwrap();
    assert_eq!(said.name, "pki");
    assert!(said.is_signed_by(&key, &first.head));
    // A proof from elsewhere is answered by where it is to begin; the same head again is signed again.
    let second = log.head("centre", 25, 160);
    let answer = witness.see(log.request(&second, 0)).await.unwrap();
    assert_eq!(answer.into_inner().said, Some(Said::Known(10)));
    for since in [10, 25] {
        let said = seen(&mut witness, log.request(&second, since))
            .await
            .unwrap();
        assert!(said.is_signed_by(&key, &second.head));
    }
    // Forked, with whatever proof; and an older copy; and a clock that runs backwards.
    let fork = Log {
        key: log.key.clone(),
        fork: 6,
    };
    let forked = fork.head("centre", 40, 200);
    let refused = witness.see(fork.request(&forked, 25)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused:?}");
    assert!(
        refused.message().contains("forked or rewritten"),
        "{refused:?}"
    );
    let older = log.head("centre", 20, 300);
    let refused = witness.see(log.request(&older, 20)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused:?}");
    let early = log.head("centre", 40, 159);
    let refused = witness.see(log.request(&early, 25)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused:?}");
    assert_eq!(alarms(&house, &service).await, 3);
    let audit = fs::read_to_string(house.path("pki-audit.jsonl")).unwrap();
    assert_eq!(audit.matches("ALARM: ").count(), 3, "{audit}");
    // Nothing of that moved it: the log itself goes on, also after a start.
    drop((witness, service));
    let service = serve(&house);
    let mut witness = shower(&house, &service).await;
    let third = log.head("centre", 40, 200);
    let said = seen(&mut witness, log.request(&third, 25)).await.unwrap();
    assert!(said.is_signed_by(&key, &third.head));
}

#[tokio::test]
async fn strangers_show_nothing() {
    let (house, log) = house();
    let service = serve(&house);
    let head = log.head("centre", 3, 100);
    let mut line = WitnessClient::new(house.channel(&service.address, "line").await);
    let refused = line.see(log.request(&head, 0)).await.unwrap_err();
    assert_eq!(refused.code(), Code::PermissionDenied, "{refused:?}");
    let mut witness = shower(&house, &service).await;
    let mut unsigned = head.clone();
    unsigned.head.time += 1;
    for (request, part) in [
        (log.request(&unsigned, 0), "not signed by the log's key"),
        (log.request(&log.head("other", 3, 100), 0), "another log"),
        (
            SeeRequest {
                head: b"{}".to_vec(),
                ..SeeRequest::default()
            },
            "head: ",
        ),
        (
            SeeRequest {
                proof: vec![vec![0; 31]],
                ..log.request(&head, 0)
            },
            "proof: ",
        ),
        (
            SeeRequest {
                proof: vec![vec![0; 32]; 66],
                ..log.request(&head, 0)
            },
            "proof: ",
        ),
    ] {
        let refused = witness.see(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::InvalidArgument, "{refused:?}");
        assert!(refused.message().contains(part), "{refused:?}");
    }
    // Nobody's evidence, and no alarm.
    assert_eq!(alarms(&house, &service).await, 0);
}

#[tokio::test]
async fn without_its_token_nothing_is_signed_and_what_was_seen_stays() {
    let (house, log) = house();
    let service = serve(&house);
    let mut witness = shower(&house, &service).await;
    let first = log.head("centre", 10, 100);
    let away = house.take_tokens_away();
    let refused = witness.see(log.request(&first, 0)).await.unwrap_err();
    assert_eq!(refused.code(), Code::Unavailable, "{refused:?}");
    away.bring_back();
    // The same head is signed later; a fork of it is refused, though no signature is out yet.
    let fork = Log {
        key: log.key.clone(),
        fork: 6,
    };
    let forked = fork.head("centre", 10, 100);
    let refused = witness.see(fork.request(&forked, 10)).await.unwrap_err();
    assert_eq!(refused.code(), Code::FailedPrecondition, "{refused:?}");
    // The service comes back to its token by itself, with one of the next calls.
    let end = Instant::now() + Duration::from_secs(30);
    loop {
        match seen(&mut witness, log.request(&first, 10)).await {
            Err(status) if status.code() == Code::Unavailable && Instant::now() < end => {
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            said => {
                let key = fs::read(house.path("pki/public/witness-1.spki")).unwrap();
                assert!(said.unwrap().is_signed_by(&key, &first.head));
                break;
            }
        }
    }
}
