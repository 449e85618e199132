//! All SQL of the centre.
