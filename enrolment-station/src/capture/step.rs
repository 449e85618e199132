//! The steps of the wizard, in order, and which of them an application still lacks.

use dossier::Configuration;
use dossier::configuration::SecondPersonRule;
use pages::Id;
use time::Date;

use super::{Application, rules};

/// One step, one page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Step {
    /// Document and ground.
    Request,
    /// What the applicant is told about their data.
    Information,
    /// Who they are.
    Identity,
    /// Who acts for them.
    Representative,
    /// Portrait.
    Portrait,
    /// Fingers.
    Fingers,
    /// Signature.
    Signature,
    /// Papers seen.
    Papers,
    /// Fee and collection.
    Payment,
    /// What the applicant reads and confirms.
    Summary,
    /// A second person looks at it.
    Approval,
}

impl Step {
    /// All of them in order.
    pub const ALL: [Self; 11] = [
        Self::Request,
        Self::Information,
        Self::Identity,
        Self::Representative,
        Self::Portrait,
        Self::Fingers,
        Self::Signature,
        Self::Papers,
        Self::Payment,
        Self::Summary,
        Self::Approval,
    ];

    /// The last part of its address.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Information => "information",
            Self::Identity => "identity",
            Self::Representative => "representative",
            Self::Portrait => "portrait",
            Self::Fingers => "fingers",
            Self::Signature => "signature",
            Self::Papers => "papers",
            Self::Payment => "payment",
            Self::Summary => "summary",
            Self::Approval => "approval",
        }
    }

    /// Its name.
    pub const fn name(self) -> Id {
        match self {
            Self::Request => Id("step-request"),
            Self::Information => Id("step-information"),
            Self::Identity => Id("step-identity"),
            Self::Representative => Id("step-representative"),
            Self::Portrait => Id("step-portrait"),
            Self::Fingers => Id("step-fingers"),
            Self::Signature => Id("step-signature"),
            Self::Papers => Id("step-papers"),
            Self::Payment => Id("step-payment"),
            Self::Summary => Id("step-summary"),
            Self::Approval => Id("step-approval"),
        }
    }
}

/// What decides which steps there are.
#[derive(Clone, Copy, Debug)]
pub struct Circumstances<'a> {
    /// The day.
    pub today: Date,
    /// The office's rule about second persons.
    pub second_person: Option<&'a SecondPersonRule>,
    /// The configuration in force.
    pub configuration: &'a Configuration,
}

impl Application {
    /// The steps that this application has, with whether each is done.
    pub fn steps(&self, circumstances: Circumstances<'_>) -> Vec<(Step, bool)> {
        let today = circumstances.today;
        Step::ALL
            .into_iter()
            .filter(|step| match step {
                Step::Representative => self.is_represented(today),
                Step::Approval => {
                    !rules::asked_for(circumstances.second_person, self, today).is_empty()
                }
                _ => true,
            })
            .map(|step| (step, self.is_done(step, circumstances)))
            .collect()
    }

    /// The first step that is not done; none when the dossier can be made.
    pub fn next(&self, circumstances: Circumstances<'_>) -> Option<Step> {
        let steps = self.steps(circumstances);
        steps
            .into_iter()
            .find(|(_, done)| !done)
            .map(|(step, _)| step)
    }

    fn is_done(&self, step: Step, circumstances: Circumstances<'_>) -> bool {
        let (today, configuration) = (circumstances.today, circumstances.configuration);
        match step {
            Step::Request => self.request.is_some(),
            Step::Information => rules::informed(self, configuration),
            Step::Identity => self.identity.is_some(),
            Step::Representative => self.representative.is_some(),
            Step::Portrait => self
                .portrait
                .as_ref()
                .is_some_and(|portrait| portrait.accepted),
            Step::Fingers => self.hands.done(self.is_finger_exempt(today)),
            Step::Signature => self.signature.is_some(),
            Step::Papers => rules::papers_suffice(self),
            Step::Payment => rules::payment_holds(self, configuration, today),
            Step::Summary => self.summary.is_some(),
            Step::Approval => self.approval.is_some(),
        }
    }
}
