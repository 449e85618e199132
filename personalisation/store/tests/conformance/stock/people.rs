//! Who acts on blanks in these tests.

use dossier::{PersonId, Text, staff::Role};
use personalisation_core::stock::Signatures;
use personalisation_store::staff::{Grant, Link, Person, RoleId};

use crate::{Bench, NOW};

/// Somebody who holds that role at the centre.
pub async fn somebody(bench: &mut Bench, role: Role) -> PersonId {
    let id = PersonId::generate(&mut bench.rng);
    let person = Person {
        id,
        login: format!("p{}", &id.to_string()[..12]),
        name: Text::new("Somebody").unwrap(),
        active: true,
    };
    let grant = Grant {
        id: RoleId::generate(&mut bench.rng),
        role,
        office: None,
        from: NOW,
        until: None,
        by: None,
    };
    let link = Link::generate(&mut bench.rng, NOW + time::Duration::days(3));
    bench
        .store
        .add_person(&mut bench.rng, &person, &[grant], &link, &[], NOW)
        .await
        .unwrap();
    id
}

pub async fn keeper(bench: &mut Bench) -> PersonId {
    somebody(bench, Role::StockKeeper).await
}

/// Two supervisors.
pub async fn supervisors(bench: &mut Bench) -> Signatures {
    let first = somebody(bench, Role::Supervisor).await;
    let second = somebody(bench, Role::Supervisor).await;
    Signatures::new(first, second).unwrap()
}

/// All books agree.
pub async fn check(bench: &Bench) {
    assert_eq!(bench.store.check_stock().await.unwrap(), []);
}

/// How many blanks an account has, by its name.
pub async fn balance(bench: &Bench, account: &str) -> u64 {
    let balances = bench.store.balances().await.unwrap();
    let found = balances
        .iter()
        .find(|one| one.account.to_string() == account);
    found.map_or(0, |one| one.blanks)
}
