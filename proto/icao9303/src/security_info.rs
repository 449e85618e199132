//! `SecurityInfos` (ICAO 9303-11 §9.2), the content of EF.CardAccess, DG14 and EF.CardSecurity.
