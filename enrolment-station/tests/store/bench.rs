//! A station's folder, its token, and everything that its files hold.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use dossier::{ApplicationId, Blob, Dossier};
use enrolment_station::{draft::Drafts, outbox::Outbox, store::Store};
use key_custody::{
    AesKey, Token, TokenConfig, create_pin_file, initialise_token, role::DraftStore, softhsm,
};
use rand::{Rng as _, SeedableRng as _, rngs::StdRng};
use tempfile::TempDir;
use time::OffsetDateTime;

use crate::store::fixture;

/// A station with its token.
pub struct Station {
    pub folder: TempDir,
    pub token: Arc<Token>,
    pub key: AesKey<DraftStore>,
    pub rng: StdRng,
}

impl Station {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let token = token(folder.path(), "station");
        let key = token.generate_aes("drafts").unwrap();
        Self {
            folder,
            token,
            key,
            rng: StdRng::seed_from_u64(7),
        }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub async fn open(&mut self) -> Store {
        let data = self.data();
        let opened = Store::open(&data, &self.token, &self.key, &mut self.rng).await;
        opened.unwrap()
    }

    /// A draft with what its steps hold.
    pub async fn draft(&mut self, store: &Store, steps: &[(&str, &[u8])]) -> ApplicationId {
        let drafts = Drafts::new(store);
        let id = drafts.create(&mut self.rng, now(0)).await.unwrap();
        for (step, bytes) in steps {
            let saved = drafts.save(&mut self.rng, id, step, bytes, None, now(1));
            saved.await.unwrap();
        }
        id
    }

    /// A dossier in the outbox.
    pub async fn queue(&mut self, store: &Store) -> ApplicationId {
        let id = self.draft(store, &[("identity", b"somebody")]).await;
        let dossier = dossier(id, 2000, &mut self.rng);
        let (signer, configuration) = (fixture::SoftKey::new(11), fixture::configuration(12));
        Outbox::new(store)
            .enqueue(&dossier, &signer, &configuration, &mut self.rng, now(2))
            .await
            .unwrap();
        id
    }
}

/// A new token in a folder that may have others.
pub fn token(folder: &Path, label: &str) -> Arc<Token> {
    let mut rng = StdRng::seed_from_u64(label.len() as u64);
    let pin_file = folder.join(format!("{label}.pin"));
    let so_pin_file = folder.join(format!("{label}.so-pin"));
    create_pin_file(&pin_file, &mut rng).unwrap();
    create_pin_file(&so_pin_file, &mut rng).unwrap();
    let config = TokenConfig {
        module: softhsm::MODULE.into(),
        softhsm2_conf: Some(softhsm::write_configuration(folder).unwrap()),
        token_label: label.into(),
        pin_file,
    };
    initialise_token(&config, &so_pin_file).unwrap();
    Arc::new(Token::open(&config).unwrap())
}

/// Seconds after the fixture's present.
pub fn now(seconds: i64) -> OffsetDateTime {
    OffsetDateTime::from_unix_timestamp(fixture::NOW + seconds).unwrap()
}

/// Somebody's dossier with a portrait of so many bytes.
pub fn dossier(application: ApplicationId, portrait: usize, rng: &mut StdRng) -> Dossier {
    let mut dossier = fixture::dossier();
    dossier.application = application;
    dossier.second_person = None;
    let mut picture = vec![0; portrait];
    rng.fill_bytes(&mut picture);
    picture[..3].copy_from_slice(&[0xFF, 0xD8, 0xFF]);
    dossier.portrait.picture = Blob::new(picture).unwrap();
    dossier
}

/// The names and bytes of every file below a folder.
pub fn files(folder: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path));
        } else {
            let bytes = fs::read(&path).unwrap();
            found.push((path, bytes));
        }
    }
    found
}

/// The files that hold these bytes.
pub fn holding(folder: &Path, needle: &[u8]) -> Vec<PathBuf> {
    let holds = |bytes: &[u8]| bytes.windows(needle.len()).any(|window| window == needle);
    let files = files(folder).into_iter();
    files
        .filter(|(_, bytes)| holds(bytes))
        .map(|(path, _)| path)
        .collect()
}
