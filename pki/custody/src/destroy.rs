//! The end of a key.

use cryptoki::object::{Attribute, AttributeType, ObjectClass};

use crate::{
    error::CustodyError,
    object::Named,
    role::{CurveRole, KeyRole},
    token::{Asking, Token},
};

impl Token {
    /// Destroys the key pair of this label and role for ever; says whether there was any of it.
    ///
    /// Record the intent first. Safe to repeat: what an interrupted call left is destroyed by the
    /// next. The private half goes first, so that nothing is signed or sealed whose public half is gone.
    pub fn destroy_ec<R: CurveRole>(&self, label: &str) -> Result<bool, CustodyError> {
        let named = Named::<R>::new(label);
        self.run(&mut |desk| {
            let mut found = false;
            for class in [ObjectClass::PRIVATE_KEY, ObjectClass::PUBLIC_KEY] {
                let objects = desk
                    .session
                    .find_objects(&named.names(class))
                    .asking("look for a key")?;
                for object in objects {
                    desk.session
                        .destroy_object(object)
                        .asking("destroy a key")?;
                    found = true;
                }
            }
            // A token that is gone may look like an empty one.
            desk.present()?;
            Ok(found)
        })
    }

    /// The labels of all private keys of the role `R`, sorted.
    pub fn labels_of<R: KeyRole>(&self) -> Result<Vec<String>, CustodyError> {
        self.run(&mut |desk| {
            let keys = [
                Attribute::Token(true),
                Attribute::Class(ObjectClass::PRIVATE_KEY),
                Attribute::Id(R::NAME.into()),
            ];
            let mut labels = Vec::new();
            for object in desk.session.find_objects(&keys).asking("look for keys")? {
                let told = desk
                    .session
                    .get_attributes(object, &[AttributeType::Label])
                    .asking("tell a key's label")?;
                if let Some(Attribute::Label(label)) = told.into_iter().next() {
                    labels.push(String::from_utf8_lossy(&label).into_owned());
                }
            }
            desk.present()?;
            labels.sort();
            Ok(labels)
        })
    }
}
