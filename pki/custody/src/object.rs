//! Objects in a token: found only when there is exactly one, and only with the rights of their role.

use std::{
    fmt,
    marker::PhantomData,
    sync::{Mutex, PoisonError},
};

use cryptoki::{
    mechanism::Mechanism,
    object::{Attribute, AttributeType, ObjectClass, ObjectHandle},
};

use crate::{
    error::CustodyError,
    role::KeyRole,
    token::{Asking, Desk, Fault, Token},
};

/// Why each wrong attribute makes a key unfit.
const REASONS: [(AttributeType, bool, &str); 4] = [
    (AttributeType::Sensitive, true, "its value can be read"),
    (AttributeType::Extractable, false, "it can be exported"),
    (
        AttributeType::AlwaysSensitive,
        true,
        "its value could be read earlier",
    ),
    (
        AttributeType::NeverExtractable,
        true,
        "it could be exported earlier",
    ),
];

/// The rights that a key has; every right that is not its role's must be absent.
const RIGHTS: [AttributeType; 8] = [
    AttributeType::Decrypt,
    AttributeType::Derive,
    AttributeType::Encrypt,
    AttributeType::Sign,
    AttributeType::SignRecover,
    AttributeType::Unwrap,
    AttributeType::Verify,
    AttributeType::Wrap,
];

/// A key's name and role, and its handle in the present connection.
pub(crate) struct Named<R> {
    pub(crate) label: String,
    handle: Mutex<Option<(u64, ObjectHandle)>>,
    role: PhantomData<fn() -> R>,
}

impl<R: KeyRole> fmt::Debug for Named<R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.label, R::NAME)
    }
}

impl<R: KeyRole> Named<R> {
    pub(crate) fn new(label: &str) -> Self {
        Self {
            label: label.into(),
            handle: Mutex::new(None),
            role: PhantomData,
        }
    }

    /// The key's handle in the connection of `desk`; looked for, with `check`, in a new connection.
    pub(crate) fn handle(
        &self,
        desk: &Desk,
        look: impl FnOnce() -> Result<ObjectHandle, Fault>,
    ) -> Result<ObjectHandle, Fault> {
        let known = *self.handle.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((connection, handle)) = known
            && connection == desk.connection
        {
            return Ok(handle);
        }
        let found = look()?;
        *self.handle.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((desk.connection, found));
        Ok(found)
    }

    /// The attributes that name the key: token object, class, label, role.
    pub(crate) fn names(&self, class: ObjectClass) -> Vec<Attribute> {
        names(R::NAME, &self.label, class)
    }

    /// The one object of this class with the key's name and role.
    pub(crate) fn exactly_one(
        &self,
        token: &Token,
        desk: &Desk,
        class: ObjectClass,
    ) -> Result<ObjectHandle, Fault> {
        let found = desk
            .session
            .find_objects(&self.names(class))
            .asking("look for a key")?;
        match found.as_slice() {
            [one] => return Ok(*one),
            // A token that is gone may look like an empty one.
            [] => desk.present()?,
            _ => {}
        }
        Err(Fault::Own(CustodyError::NotOneKey {
            token: token.label().into(),
            key: self.label.clone(),
            role: R::NAME,
            found: found.len(),
        }))
    }

    /// The one private or secret key of the name, when it has exactly the rights of its role.
    pub(crate) fn held(
        &self,
        token: &Token,
        desk: &Desk,
        class: ObjectClass,
    ) -> Result<ObjectHandle, Fault> {
        let key = self.exactly_one(token, desk, class)?;
        self.check_rights(token, desk, key)?;
        Ok(key)
    }

    /// Fails unless the key is private to the token and has exactly the rights of its role.
    fn check_rights(&self, token: &Token, desk: &Desk, key: ObjectHandle) -> Result<(), Fault> {
        let asked: Vec<_> = REASONS
            .iter()
            .map(|(kind, ..)| *kind)
            .chain(RIGHTS)
            .collect();
        let found = desk
            .session
            .get_attributes(key, &asked)
            .asking("tell the rights of a key")?;
        let holds = |kind: AttributeType| {
            found
                .iter()
                .find(|attribute| attribute.attribute_type() == kind)
                .and_then(truth)
        };
        for (kind, wanted, reason) in REASONS {
            if holds(kind) != Some(wanted) {
                return Err(self.unfit(token, reason));
            }
        }
        for kind in RIGHTS {
            // An attribute that this kind of key does not have is a right it does not have.
            if holds(kind).unwrap_or(false) != R::RIGHTS.contains(&kind) {
                return Err(self.unfit(token, "its rights are not those of its role"));
            }
        }
        Ok(())
    }

    pub(crate) fn unfit(&self, token: &Token, reason: &'static str) -> Fault {
        Fault::Own(CustodyError::KeyUnfit {
            token: token.label().into(),
            key: self.label.clone(),
            role: R::NAME,
            reason,
        })
    }

    /// Fails when the token has a key of this name and role.
    pub(crate) fn vacant(&self, desk: &Desk, class: ObjectClass) -> Result<(), Fault> {
        let found = desk
            .session
            .find_objects(&self.names(class))
            .asking("look for a key")?;
        if found.is_empty() {
            return desk.present();
        }
        Err(Fault::Own(CustodyError::Exists {
            what: R::NAME,
            name: self.label.clone(),
        }))
    }

    /// Makes a key pair with the rights of its role; `public` is what is told of its public half.
    pub(crate) fn make_pair(
        &self,
        desk: &Desk,
        mechanism: &Mechanism,
        public: &[Attribute],
    ) -> Result<(), Fault> {
        self.vacant_pair(desk)?;
        let mut public_half = self.names(ObjectClass::PUBLIC_KEY);
        public_half.extend_from_slice(public);
        public_half.push(Attribute::Modifiable(false));
        let mut private_half = self.names(ObjectClass::PRIVATE_KEY);
        private_half.extend(confined(R::RIGHTS, false));
        desk.session
            .generate_key_pair(mechanism, &public_half, &private_half)
            .asking("make a key pair")
            .map(|_| ())
    }

    /// Makes room for a key pair: fails when the private key exists, and removes a public key that
    /// was left without one when the making of the pair was interrupted.
    fn vacant_pair(&self, desk: &Desk) -> Result<(), Fault> {
        self.vacant(desk, ObjectClass::PRIVATE_KEY)?;
        let public = self.names(ObjectClass::PUBLIC_KEY);
        for orphan in desk
            .session
            .find_objects(&public)
            .asking("look for a key")?
        {
            desk.session
                .destroy_object(orphan)
                .asking("remove half a key pair")?;
        }
        Ok(())
    }
}

fn names(role: &str, label: &str, class: ObjectClass) -> Vec<Attribute> {
    vec![
        Attribute::Token(true),
        Attribute::Class(class),
        Attribute::Label(label.into()),
        Attribute::Id(role.into()),
    ]
}

/// What a private or secret key of ours is made with, besides its name: one right, no export.
pub(crate) fn confined(allowed: &[AttributeType], secret: bool) -> Vec<Attribute> {
    let mut template = vec![
        Attribute::Private(true),
        Attribute::Sensitive(true),
        Attribute::Extractable(false),
        Attribute::Modifiable(false),
    ];
    for kind in RIGHTS {
        let right = allowed.contains(&kind);
        template.push(match kind {
            AttributeType::Decrypt => Attribute::Decrypt(right),
            AttributeType::Derive => Attribute::Derive(right),
            AttributeType::Sign => Attribute::Sign(right),
            AttributeType::Unwrap => Attribute::Unwrap(right),
            // Only secret keys know the other half of an operation, only private ones recovery.
            AttributeType::Encrypt if secret => Attribute::Encrypt(right),
            AttributeType::Verify if secret => Attribute::Verify(right),
            AttributeType::Wrap if secret => Attribute::Wrap(right),
            AttributeType::SignRecover if !secret => Attribute::SignRecover(right),
            _ => continue,
        });
    }
    template
}

fn truth(attribute: &Attribute) -> Option<bool> {
    match attribute {
        Attribute::AlwaysSensitive(value)
        | Attribute::Decrypt(value)
        | Attribute::Derive(value)
        | Attribute::Encrypt(value)
        | Attribute::Extractable(value)
        | Attribute::NeverExtractable(value)
        | Attribute::Sensitive(value)
        | Attribute::Sign(value)
        | Attribute::SignRecover(value)
        | Attribute::Unwrap(value)
        | Attribute::Verify(value)
        | Attribute::Wrap(value) => Some(*value),
        _ => None,
    }
}
