//! The house started on free ports; journeys across programs.
