//! The one design system of Stempel.
