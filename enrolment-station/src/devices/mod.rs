//! The client of biometric devices.
