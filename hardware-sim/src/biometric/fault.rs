//! What a device can do wrong, one thing at a time.

use serde::{Deserialize, Serialize};

/// Misbehaviour, as `POST /admin/fault` names it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// The hash of the last biometric does not follow from the ones before it.
    BrokenChain,
    /// The record in a biometric is not one.
    BrokenRecord,
    /// The clock is ten minutes ahead.
    ClockAhead,
    /// The clock is ten minutes behind.
    ClockBehind,
    /// No answer, ever.
    Endless,
    /// The device key is another one of the same maker.
    ExchangedKey,
    /// The device key's certificate is over.
    ExpiredKey,
    /// One biometric fewer than asked for.
    FewerFingers,
    /// The device key is certified by a maker that nobody knows.
    ForeignCertificate,
    /// The device asks to be called at another computer.
    ForeignCallback,
    /// The device key's certificate begins tomorrow.
    FutureKey,
    /// The answer is not JSON.
    Garbage,
    /// The answer is 64 megabytes long.
    HugeAnswer,
    /// The answer has status 500.
    HttpError,
    /// The record is of another finger than the answer says.
    MislabelledRecord,
    /// No quality score.
    NoScore,
    /// The second finger is somebody else's.
    OtherPersonsFinger,
    /// The same finger lies on the glass twice, labelled as two.
    SameFingerTwice,
    /// The same label is sent twice.
    SameLabelTwice,
    /// The preview stands still after its first frame.
    SlowStream,
    /// The signed value was changed after it was signed.
    TamperedValue,
    /// Another finger is sent than was asked for.
    UnaskedFinger,
    /// The cable is pulled in the middle of the answer; nothing answers until the fault is taken back.
    UnplugMidCapture,
    /// Signatures say `none` and are empty.
    Unsigned,
    /// Signatures are HMACs under the public certificate.
    WeakAlgorithm,
    /// The identity is another device's, properly signed.
    WrongDevice,
    /// The answer is for another environment.
    WrongEnvironment,
    /// The answer is for authentication.
    WrongPurpose,
    /// The answer belongs to another transaction.
    WrongTransaction,
    /// The answer is of another version.
    WrongVersion,
}
