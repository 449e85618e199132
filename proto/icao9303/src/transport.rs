//! The seam between protocols and wires: bytes in, bytes out.

/// Carries one command APDU to a card and brings back its response APDU.
///
/// Implemented over PC/SC by `inspection`, and over a script or a chip in memory by tests. What is
/// behind it is not trusted: callers bound every length that comes back.
pub trait CardTransport {
    /// Why no response came (card removed, reader gone, …).
    type Error: std::error::Error + Send + Sync + 'static;

    /// Sends `command` and returns the response with its two status bytes.
    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Self::Error>;
}

impl<T: CardTransport + ?Sized> CardTransport for &mut T {
    type Error = T::Error;

    fn transmit(&mut self, command: &[u8]) -> Result<Vec<u8>, Self::Error> {
        (**self).transmit(command)
    }
}
