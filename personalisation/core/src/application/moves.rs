//! The arrows between the states of an application. A move consumes it; an illegal one is an error.

use std::{collections::BTreeSet, fmt};

use dossier::PersonId;
use thiserror::Error;

use super::{
    Application, ApplicationState as State, Approval, Decider, Filing, NotYours, Recapture,
    Referral, Refusal, RefusalGround, Verdict, Withdrawal, WithdrawalReason,
};

/// A move that an application in that state cannot make. For the developer: read it again.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
#[error(
    "moving an application: {step} is not possible for one that is {from}; read its state again"
)]
pub struct IllegalMove {
    from: &'static str,
    step: Step,
}

/// Why a decision does not stand. For the reviewer.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum DecisionError {
    /// Not in this state.
    #[error(transparent)]
    Move(#[from] IllegalMove),
    /// Not by this person.
    #[error(transparent)]
    NotYours(#[from] NotYours),
    /// Nothing was asked for.
    #[error("asking for more: say what the applicant must come again for")]
    NothingWanted,
}

/// What can be done with an application.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Step {
    /// Open and verify it.
    Accept,
    /// Check it.
    Verify,
    /// Give it to a person.
    Refer,
    /// Ask the applicant to come again.
    AskMore,
    /// Take what they came again for.
    Supplement,
    /// Have it produced.
    Approve,
    /// End it with a document.
    Close,
    /// End it by decision.
    Refuse,
    /// End it by wish or death.
    Withdraw,
}

impl Step {
    /// The name in the audit.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accept => "accept",
            Self::Verify => "verify",
            Self::Refer => "refer",
            Self::AskMore => "ask_more",
            Self::Supplement => "supplement",
            Self::Approve => "approve",
            Self::Close => "close",
            Self::Refuse => "refuse",
            Self::Withdraw => "withdraw",
        }
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl Application {
    /// Held → Accepted. What was opened came from the bytes that are held.
    pub fn accept(self, filing: Filing) -> Result<Self, IllegalMove> {
        match self.state {
            State::Held(held) if held == filing.held => Ok(self.now(State::Accepted(filing))),
            from => Err(illegal(&from, Step::Accept)),
        }
    }

    /// Accepted → Verified.
    pub fn verify(self, verdict: Verdict) -> Result<Self, IllegalMove> {
        match self.state {
            State::Accepted(filing) => Ok(Self {
                id: self.id,
                state: State::Verified(filing, verdict.referrals),
            }),
            from => Err(illegal(&from, Step::Verify)),
        }
    }

    /// Verified, and no reason to look → Approved by the rules of that configuration.
    pub fn approve_by_rule(self, configuration: u64) -> Result<Self, IllegalMove> {
        match self.state {
            State::Verified(filing, referrals) if referrals.is_empty() && !filing.forced => {
                Ok(Self {
                    id: self.id,
                    state: State::Approved(filing, Approval::ByRule { configuration }),
                })
            }
            from => Err(illegal(&from, Step::Approve)),
        }
    }

    /// Verified, and a reason to look → `InReview`.
    pub fn refer(self) -> Result<Self, IllegalMove> {
        match self.state {
            State::Verified(filing, referrals) if !referrals.is_empty() => Ok(Self {
                id: self.id,
                state: State::InReview(filing, referrals),
            }),
            from => Err(illegal(&from, Step::Refer)),
        }
    }

    /// Verified, and something came up before the rules approved → `InReview` for that too.
    pub fn refer_after_all(self, referral: Referral) -> Result<Self, IllegalMove> {
        match self.state {
            State::Verified(filing, mut referrals) => {
                referrals.insert(referral);
                Ok(Self {
                    id: self.id,
                    state: State::InReview(filing, referrals),
                })
            }
            from => Err(illegal(&from, Step::Refer)),
        }
    }

    /// `InReview` → Approved, by somebody who may.
    pub fn approve(self, by: Decider) -> Result<Self, DecisionError> {
        match self.state {
            State::InReview(filing, referrals) => {
                by.may_decide(&filing, &referrals)?;
                Ok(Self {
                    id: self.id,
                    state: State::Approved(filing, Approval::ByPerson(by.person)),
                })
            }
            from => Err(illegal(&from, Step::Approve).into()),
        }
    }

    /// `InReview` → `MoreNeeded`, by somebody who may: whoever captured it does not send their own work back, and
    /// what only a supervisor decides leaves its queue by a supervisor.
    pub fn ask_more(self, wanted: BTreeSet<Recapture>, by: Decider) -> Result<Self, DecisionError> {
        match self.state {
            State::InReview(filing, referrals) => {
                by.may_decide(&filing, &referrals)?;
                if wanted.is_empty() {
                    return Err(DecisionError::NothingWanted);
                }
                Ok(Self {
                    id: self.id,
                    state: State::MoreNeeded(filing, wanted),
                })
            }
            from => Err(illegal(&from, Step::AskMore).into()),
        }
    }

    /// `MoreNeeded` → `InReview`, with what was captured again by `handled_by`, referred for what the
    /// checks now say.
    pub fn supplement(
        self,
        handled_by: BTreeSet<PersonId>,
        forced: bool,
        verdict: Verdict,
    ) -> Result<Self, IllegalMove> {
        match self.state {
            State::MoreNeeded(mut filing, _) => {
                filing.handled_by.extend(handled_by);
                filing.forced |= forced;
                let mut referrals = verdict.referrals;
                // A person asked for it, so a person sees it.
                referrals.insert(Referral::ByRule);
                Ok(Self {
                    id: self.id,
                    state: State::InReview(filing, referrals),
                })
            }
            from => Err(illegal(&from, Step::Supplement)),
        }
    }

    /// Approved → Closed.
    pub fn close(self) -> Result<Self, IllegalMove> {
        match self.state {
            State::Approved(filing, _) => Ok(Self {
                id: self.id,
                state: State::Closed(filing),
            }),
            from => Err(illegal(&from, Step::Close)),
        }
    }

    /// Every opened state before Closed → Refused, by somebody who may.
    pub fn refuse(self, ground: RefusalGround, by: Decider) -> Result<Self, DecisionError> {
        let (filing, referrals) = self.open(Step::Refuse)?;
        by.may_decide(&filing, &referrals)?;
        let refusal = Refusal {
            ground,
            by: by.person,
        };
        Ok(Self {
            id: self.id,
            state: State::Refused(filing, refusal),
        })
    }

    /// Every opened state before Closed → Withdrawn, noted by somebody who may decide about it: whoever captured it
    /// could end it otherwise by saying that the applicant wished so.
    pub fn withdraw(self, reason: WithdrawalReason, by: Decider) -> Result<Self, DecisionError> {
        let (filing, referrals) = self.open(Step::Withdraw)?;
        by.may_decide(&filing, &referrals)?;
        Ok(Self {
            id: self.id,
            state: State::Withdrawn(filing, Withdrawal { reason }),
        })
    }

    /// What it was filed as and referred for, in an opened state before Closed.
    fn open(&self, step: Step) -> Result<(Filing, BTreeSet<Referral>), IllegalMove> {
        match self.state.clone() {
            State::Verified(filing, referrals) | State::InReview(filing, referrals) => {
                Ok((filing, referrals))
            }
            State::Accepted(filing) | State::MoreNeeded(filing, _) | State::Approved(filing, _) => {
                Ok((filing, BTreeSet::new()))
            }
            from => Err(illegal(&from, step)),
        }
    }

    fn now(&self, state: State) -> Self {
        Self { id: self.id, state }
    }
}

const fn illegal(from: &State, step: Step) -> IllegalMove {
    IllegalMove {
        from: from.name(),
        step,
    }
}
