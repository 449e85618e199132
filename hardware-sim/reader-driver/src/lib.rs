//! PC/SC reader driver that puts simulated chips into the real pcscd.
