//! Machine readable zone (ICAO 9303-3, -4, -5, -6): written for TD1, read for TD1, TD2 and TD3.
