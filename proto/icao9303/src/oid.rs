//! Object identifiers of the eMRTD world.
